"""The search page: one field, a few ways to narrow it down, and what was found with the words marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from minhu.directory import choosing
from minhu.directory.tree import below
from minhu.insight.engine.question import LONGEST, read
from minhu.insight.engine.spelling import without_numbers
from minhu.insight.finding import By, Card, Found, Quoted, find
from minhu.insight.searching import Narrowed, may_search
from minhu.rules.access import Viewer
from minhu.rules.words import CaseKind, CaseState, Said
from minhu.web import words
from minhu.web.console.frame import Page, show, signed_in, tab_of_cases
from minhu.web.errors import forbidden

DAYS = (7, 30, 90, 365)
SAID: dict[Said, str] = {
    Said.CASE: gettext_noop("事由"),
    Said.TEXT: gettext_noop("短信"),
    Said.ADDED: gettext_noop("群众补充"),
    Said.CALL: gettext_noop("通话登记"),
    Said.REPLY: gettext_noop("答复"),
    Said.NOTE: gettext_noop("内部备注"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form brought; what it does not offer is left out."""

    typed: str
    state: CaseState | None
    kind: CaseKind | None
    office: int | None
    days: int | None
    page: int

    def address(self, page: int = 1) -> str:
        """Where the same is found again; never with a telephone number."""
        parts = {
            "q": without_numbers(self.typed),
            "state": self.state,
            "kind": self.kind,
            "office": self.office,
            "days": self.days,
        }
        given = {name: str(value) for name, value in parts.items() if value}
        return f"{reverse('search')}?{urlencode(given | ({'page': str(page)} if page > 1 else {}))}"

    def narrowed(self, viewer: Viewer) -> Narrowed:
        offices = below(viewer.city_id, self.office) if self.office else None
        since = timezone.now() - timedelta(days=self.days) if self.days else None
        return Narrowed(self.state, self.kind, offices, since)


@dataclass(frozen=True, slots=True)
class Shown:
    """A card with its quotations, each by what it is."""

    card: Card
    quoted: tuple[tuple[str, Quoted], ...]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A question is posted and then has an address of its own; except one by telephone number, which has none."""
    if not may_search(viewer):
        return forbidden(request)
    posted = request.method == "POST"
    asked = _asked(viewer, request.POST if posted else request.GET)
    at = timezone.now()
    if not posted:
        found = find(viewer, asked.typed, asked.narrowed(viewer), at, page=asked.page)
        return show(request, viewer, _page(viewer, asked, found))
    if read(asked.typed).number:
        found = find(viewer, asked.typed, Narrowed(), at, numbers=True)
        return show(request, viewer, _page(viewer, replace(asked, typed=""), found))
    return HttpResponseRedirect(asked.address(), status=303)


def _asked(viewer: Viewer, given: QueryDict) -> Asked:
    days, office, nth = given.get("days", ""), given.get("office", ""), given.get("page", "")
    return Asked(
        typed=given.get("q", "").strip()[: LONGEST + 1],
        state=CaseState(state) if (state := given.get("state", "")) in set(CaseState) else None,
        kind=CaseKind(kind) if (kind := given.get("kind", "")) in set(CaseKind) else None,
        office=int(office) if office in {str(one.id) for one in choosing.units(viewer.city_id)} else None,
        days=int(days) if days in {str(one) for one in DAYS} else None,
        page=int(nth) if nth.isdecimal() and len(nth) < 6 else 1,
    )


def _page(viewer: Viewer, asked: Asked, found: Found) -> Page:
    context: dict[str, object] = {
        "asked": asked,
        "found": found,
        "cards": [Shown(one, tuple((_(SAID[said.kind]), said) for said in one.quoted)) for one in found.cards],
        "nothing_asked": found.by is By.NOTHING and not asked.typed,
        "before": asked.address(found.page - 1) if found.page > 1 else "",
        "after": asked.address(found.page + 1) if found.page < found.pages else "",
        "states": [(one.value, words.label(one)) for one in CaseState],
        "kinds": [(one.value, words.label(one)) for one in CaseKind],
        "offices": [(one.id, one.label) for one in choosing.units(viewer.city_id)],
        "days": [(one, _("%(n)d 天内") % {"n": one}) for one in DAYS],
    }
    return Page(tab_of_cases(viewer), "console/search.html", "console/search_panel.html", reverse("search"), context)
