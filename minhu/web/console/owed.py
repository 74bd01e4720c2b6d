"""Pages of what is owed: the promise ledger, the unit's desk, what was escalated, and what one was told."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from minhu.cases import actions as cases
from minhu.cases import queries
from minhu.cases.escalated import escalated as escalated_to
from minhu.cases.owing import MOST_ROWS
from minhu.cases.queries import LedgerPart
from minhu.rules.access import Viewer
from minhu.rules.words import Rung
from minhu.supervision import alive, decaying, laddered
from minhu.web.console import shown
from minhu.web.console.doing import act
from minhu.web.console.frame import Page, show, signed_in, tabs_of
from minhu.web.console.notice_words import told
from minhu.web.console.shown import Due


@dataclass(frozen=True, slots=True)
class Part:
    """One view of the ledger, as a link that says how many are in it."""

    name: str
    label: str
    count: str
    on: bool


@dataclass(frozen=True, slots=True)
class Rising:
    """Promises whose time has run as far as one rung."""

    label: str
    hint: str
    rows: tuple[Due, ...]


@require_safe
@signed_in
def ledger(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every promise that is open, with who made it, who owes it, until when, and what will clear it."""
    labels = {
        LedgerPart.TODAY: _("今天到期"),
        LedgerPart.MINE: _("我的"),
        LedgerPart.UNIT: _("本单位"),
        LedgerPart.OVERDUE: _("超时"),
    }
    if viewer.official_id is None:
        del labels[LedgerPart.MINE]
    own = LedgerPart.UNIT if viewer.official_id is None else LedgerPart.MINE
    chosen = next((part for part in labels if part == request.GET.get("of")), own)
    found = queries.ledger(viewer, timezone.now(), chosen)
    parts = [Part(name, label, _counted(found.counts[name]), name is chosen) for name, label in labels.items()]
    context: dict[str, object] = {
        "parts": parts,
        "chosen": chosen,
        "promises": [shown.due(row, with_owner=True) for row in found.rows],
        "most": MOST_ROWS if len(found.rows) == MOST_ROWS else None,
        "corrections": alive.owed(viewer, timezone.now()),
    }
    address = f"{reverse('ledger')}?of={chosen}"
    tab = "ledger" if viewer.official_id is None else "today"
    return show(request, viewer, Page(tab, "console/ledger.html", "console/ledger_panel.html", address, context))


def _counted(rows: int) -> str:
    """A list that is full may have more behind it."""
    return f"{rows}+" if rows == MOST_ROWS else str(rows)


@require_safe
@signed_in
def desk(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What is with my unit, due when."""
    found = queries.desk(viewer, timezone.now())
    context: dict[str, object] = {"desk": found, "late": sum(row.overdue for row in found.to_answer)}
    tab = "desk" if viewer.official_id is None else "today"
    return show(request, viewer, Page(tab, "console/desk.html", "console/desk_panel.html", reverse("desk"), context))


@require_safe
@signed_in
def escalated(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What has become visible one level higher, the worst first."""
    rows = escalated_to(viewer, timezone.now())

    def part(rung: Rung, label: str, hint: str) -> Rising:
        reached = tuple(shown.due(row, with_owner=True) for row in rows if row.rung == rung.value)
        return Rising(label, hint, reached)

    rising = (
        part(Rung.ESCALATE, _("超时两成以上"), _("已报上一级领导和督查")),
        part(Rung.OVERDUE, _("已到期没办"), _("已提醒承办领导")),
        part(Rung.REMIND, _("快到期"), _("时限已过八成，已提醒承办人")),
    )
    tab = "escalated" if viewer.official_id is None else "me"
    context: dict[str, object] = {"rising": rising, "empty": not rows, "alarms": decaying.unseen(viewer)}
    address = reverse("escalated")
    return show(request, viewer, Page(tab, "console/escalated.html", "console/escalated_panel.html", address, context))


@require_safe
@signed_in
def notices(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What I was told lately."""
    return show(request, viewer, _notices(viewer))


@require_POST
@signed_in
def read(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Those ticked off, or all that stood on the page."""
    ids = [int(one) for one in request.POST.getlist("notice")[:200] if one.isdecimal()]

    def action() -> None:
        for one in ids:
            cases.read_notice(one, by=viewer)

    return act(request, viewer, lambda: _notices(viewer), action, _("已标为看过。"))


def _notices(viewer: Viewer) -> Page:
    rows = tuple(told(row) for row in queries.notices(viewer, timezone.now()))
    context: dict[str, object] = {
        "told": rows,
        "about_me": laddered.waiting(viewer, timezone.now()),
        "unread_ids": [one.row.id for one in rows if not one.row.read and one.row.may_be_read],
    }
    tab = tabs_of(viewer)[-1].name
    return Page(tab, "console/notices.html", "console/notices_panel.html", reverse("notices"), context)
