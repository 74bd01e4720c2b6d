"""Replies that were sent with hints, for supervision and leadership: by office, and one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from minhu.cases.escalated import SUPERVISES
from minhu.insight import quality
from minhu.insight.quality import Between, OfficeShares, SignedReply
from minhu.rules.access import Viewer
from minhu.rules.clock import SHANGHAI
from minhu.rules.intervals import FEWEST, Share
from minhu.rules.words import ReplySign
from minhu.supervision.published import NoSuchPeriod, Period
from minhu.web import reply_words
from minhu.web.console.figures import usual_period
from minhu.web.console.frame import Page, refused, show, signed_in
from minhu.web.console.insight import tab_of
from minhu.web.console.insight_menu import menu
from minhu.web.errors import forbidden
from minhu.web.published import percent
from minhu.web.reply_words import Hint

_ASKED = ("office", "sign", "first", "last")


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An office in the table. some: the share of its replies with any sign, in words; cells: each sign's."""

    office_id: int
    name: str
    replies: int
    some: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplyRow:
    row: SignedReply
    hints: tuple[Hint, ...]


@require_safe
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The last twelve weeks, or any days; one office and one sign if asked for."""
    if not viewer.has(*SUPERVISES):
        return forbidden(request)
    try:
        return show(request, viewer, _page(request, viewer, _period(request)))
    except NoSuchPeriod as refusal:
        return refused(request, viewer, _page(request, viewer, usual_period()), refusal.shown)


def shown_replies(rows: tuple[SignedReply, ...]) -> tuple[ReplyRow, ...]:
    """Replies with their signs in words."""
    return tuple(ReplyRow(one, reply_words.hints(one.signs)) for one in rows)


def between(period: Period) -> Between:
    """From the first midnight to the last."""
    first, after = period.first, period.last + timedelta(days=1)
    return Between(*(datetime.combine(day, time(), SHANGHAI) for day in (first, after)))


def _period(request: HttpRequest) -> Period:
    """Raises: NoSuchPeriod."""
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    if not first and not last:
        return usual_period()
    try:
        return Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise NoSuchPeriod from None


def _page(request: HttpRequest, viewer: Viewer, period: Period) -> Page:
    asked = request.GET.get("office", "")
    office_id = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    sign = next((one for one in ReplySign if one.value == request.GET.get("sign")), None)
    offices = quality.by_office(viewer, between(period))
    nth = request.GET.get("page", "")
    page = int(nth) if nth.isdecimal() and len(nth) < 6 else 1
    found = quality.with_signs(viewer, between(period), office_id=office_id, sign=sign, page=page)
    context: dict[str, object] = {
        "period": period,
        "office_id": office_id,
        "sign": sign.value if sign else "",
        "offices": [_office_row(one) for one in offices],
        "signs": [(one.value, reply_words.label(one)) for one in ReplySign],
        "rows": shown_replies(found.rows),
        "found": found,
        "before": _page_address(request, found.page - 1) if found.page > 1 else "",
        "after": _page_address(request, found.page + 1) if found.page < found.pages else "",
        "fewest": FEWEST,
        "menu": menu(viewer),
        "here": "reply-quality",
    }
    address = reverse("reply-quality")
    return Page(tab_of(viewer), "console/reply_quality.html", "console/reply_quality_panel.html", address, context)


def _page_address(request: HttpRequest, page: int) -> str:
    given = {name: value for name in _ASKED if (value := request.GET.get(name, ""))}
    return f"{reverse('reply-quality')}?{urlencode(given | {'page': str(page)})}#replies"


def _office_row(one: OfficeShares) -> OfficeRow:
    return OfficeRow(
        one.office_id,
        one.name,
        one.replies,
        _between(one.any_sign),
        tuple(percent(share) for _sign, share in one.signs),
    )


def _between(share: Share | None) -> str:
    if share is None:
        return "–"
    return _("%(share)s（%(low)s–%(high)s）") % {
        "share": percent(share), "low": f"{share.low * 100:.0f}", "high": f"{share.high * 100:.0f}",
    }  # fmt: skip
