"""The weekly digest: to be read, printed, handed on as PDF, asked for by mail; each number opens its cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.cases.escalated import SUPERVISES
from minhu.directory.models import Office
from minhu.environment.insight import LONGEST_SUBJECT
from minhu.insight import digesting, mailing
from minhu.insight.digesting import MOST_ROWS, Digest, Number, Wanted
from minhu.insight.subject_source import is_kind
from minhu.rules.access import Viewer
from minhu.rules.weeks import Week, last_week
from minhu.rules.words import Stage
from minhu.web import digest_words
from minhu.web.charts import Chart, column
from minhu.web.console.doing import act
from minhu.web.console.frame import Page, show, signed_in
from minhu.web.console.insight import tab_of
from minhu.web.console.insight_menu import menu
from minhu.web.errors import forbidden
from minhu.web.pdf import pdf_of


@dataclass(frozen=True, slots=True)
class Opens:
    """A number, and the address of the cases behind it; "" where there are none."""

    number: int
    link: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    label: str
    now: Opens
    before: int


@dataclass(frozen=True, slots=True)
class IssueRow:
    title: str
    stage: str
    reporters: int
    cases: Opens


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The last week, or another that is over."""
    if not viewer.has(*SUPERVISES):
        return forbidden(request)
    return show(request, viewer, _page(viewer, _week(request)))


@require_safe
@signed_in
def document(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The same as PDF, with its letters in it."""
    if not viewer.has(*SUPERVISES):
        return forbidden(request)
    week = _week(request)
    context = _shown(viewer, week) | {"viewer": viewer, "now": timezone.now()}
    answer = HttpResponse(
        pdf_of(render_to_string("console/digest_pdf.html", context, request)), content_type="application/pdf"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="minhu-digest-{week.monday}.pdf"'
    return answer


@require_safe
@signed_in
def cases(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The cases behind one number."""
    if not viewer.has(*SUPERVISES):
        return forbidden(request)
    week, wanted = _week(request), _wanted(request)
    rows = digesting.listed(viewer, week, wanted, timezone.now())
    context: dict[str, object] = {
        "rows": rows, "week": week, "title": _title(viewer, week, wanted), "most": MOST_ROWS,
        "back": _address("digest", week), "menu": menu(viewer), "here": "",
    }  # fmt: skip
    address = _address("digest-cases", week)
    return show(
        request,
        viewer,
        Page(tab_of(viewer), "console/digest_cases.html", "console/digest_cases_panel.html", address, context),
    )


@require_POST
@signed_in
def mail(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Ask for the mail, or stop it."""
    stops = request.POST.get("do") == "stop"

    def action() -> None:
        if stops:
            mailing.stop(by=viewer)
        else:
            mailing.ask(request.POST.get("address", ""), by=viewer, at=timezone.now())

    said = _("以后不再发邮件。") if stops else _("以后每周一早上八点发到这个邮箱。")
    return act(request, viewer, lambda: _page(viewer, last_week(timezone.now())), action, said, doing="mail")


def _week(request: HttpRequest) -> Week:
    """Raises: Http404 for what is no week that is over."""
    last = last_week(timezone.now())
    asked = request.GET.get("week", "")
    if not asked:
        return last
    try:
        week = Week(date.fromisoformat(asked))
    except ValueError:
        raise Http404 from None
    if not date(2020, 1, 1) <= week.monday <= last.monday:
        raise Http404
    return week


def _wanted(request: HttpRequest) -> Wanted:
    """Raises: Http404."""
    try:
        number = Number(request.GET.get("number", Number.OPENED.value))
    except ValueError:
        raise Http404 from None
    return Wanted(
        number, request.GET.get("subject", "")[:LONGEST_SUBJECT], _id(request, "office"), _id(request, "issue")
    )


def _id(request: HttpRequest, name: str) -> int | None:
    typed = request.GET.get(name, "")
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 18:
        raise Http404
    return int(typed)


def _address(page: str, week: Week, /, **more: str | int) -> str:
    return f"{reverse(page)}?{urlencode({'week': week.monday.isoformat(), **more})}"


def _title(viewer: Viewer, week: Week, wanted: Wanted) -> str:
    """What the rows are; a name only of what is the viewer's city's."""
    if wanted.issue_id is not None:
        found = [
            one for one in digesting.digest(viewer, week, timezone.now()).issues if one.issue_id == wanted.issue_id
        ]
        return found[0].title if found else _("热点")
    parts = [digest_words.number(wanted.number)]
    if wanted.subject:
        parts.append(digest_words.subject(wanted.subject))
    if wanted.office_id is not None:
        here = Office.objects.filter(city_id=viewer.city_id, pk=wanted.office_id)
        parts += list(here.values_list("name", flat=True))
    return " · ".join(parts)


def _page(viewer: Viewer, week: Week) -> Page:
    context = _shown(viewer, week) | {
        "earlier": _address("digest", week.before),
        "later": _address("digest", week.after) if week.monday < last_week(timezone.now()).monday else "",
        "pdf": _address("digest-pdf", week),
        "may_mail": viewer.has(*mailing.GETS_MAIL),
        "mail_to": mailing.address_of(viewer),
        "menu": menu(viewer),
        "here": "digest",
    }
    return Page(tab_of(viewer), "console/digest.html", "console/digest_panel.html", _address("digest", week), context)


def _shown(viewer: Viewer, week: Week) -> dict[str, object]:
    found = digesting.digest(viewer, week, timezone.now())
    return {
        "week": week,
        "city_name": Office.objects.values_list("name", flat=True).get(pk=viewer.city_id),
        "numbers": [
            NumberRow(digest_words.number(one), _opens(week, found.numbers[one], number=one.value), found.before[one])
            for one in Number
        ],
        "subjects": [
            NumberRow(digest_words.subject(one.subject), _opens(week, one.number, subject=one.subject), one.before)
            for one in found.subjects
        ],
        "chart": _chart(found),
        "issues": [
            IssueRow(one.title, _stage(one.stage), one.reporters, _opens(week, one.cases, issue=one.issue_id))
            for one in found.issues
        ],
        "heads": [digest_words.number(one) for one in Number],
        "offices": [
            (
                one.name,
                [_opens(week, count, number=number.value, office=one.office_id) for number, count in one.numbers],
            )
            for one in found.offices
        ],
    }


def _opens(week: Week, count: int, /, **more: str | int) -> Opens:
    return Opens(count, _address("digest-cases", week, **more) if count else "")


def _chart(found: Digest) -> Chart | None:
    """What people call about, this week beside the week before; by kind only where no subject is known."""
    lines = [one for one in found.subjects if not is_kind(one.subject)] or found.subjects
    if not lines:
        return None
    finding = _("这一周反映最多的是%(subject)s，%(number)s 件。") % {
        "subject": digest_words.subject(lines[0].subject), "number": lines[0].number,
    }  # fmt: skip
    now, before = [one.number for one in lines], [one.before for one in lines]
    series = tuple(
        column(name, numbers, [str(one) for one in numbers])
        for name, numbers in ((_("这一周"), now), (_("前一周"), before))
    )
    labels = tuple(digest_words.subject(one.subject) for one in lines)
    return Chart("subjects", finding, _("类别"), labels, series)


def _stage(stage: Stage) -> str:
    return _("升温") if stage is Stage.EMERGING else _("热点")
