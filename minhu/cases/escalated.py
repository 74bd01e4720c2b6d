"""What fell due unmet and became visible one level higher: for supervision, leadership, and superiors (rule C7)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from minhu.cases.authority import came_up, of_seen
from minhu.cases.models import Promise
from minhu.cases.rows import PromiseRow, promise_rows
from minhu.rules.access import Viewer
from minhu.rules.words import Role, Rung

SUPERVISES = (Role.SUPERVISOR, Role.LEADERSHIP)
_MOST_ROWS = 100


def escalated(viewer: Viewer, at: datetime) -> tuple[PromiseRow, ...]:
    """Open promises whose time has run to 80 per cent or more, the worst first.

    Supervision and leadership see those of their offices; a superior what is with the officials under him, once it came
    up to him.
    """
    rows = Promise.objects.filter(
        of_seen(viewer), city_id=viewer.city_id, kept_at=None, released_at=None, rung__gte=Rung.REMIND.value
    )
    if not viewer.has(*SUPERVISES):
        under_him = Q(case__holder__superior=viewer.official_id or 0)
        rows = rows.filter(under_him | Q(case__in=came_up(viewer).values("case")))
    worst = list(rows.order_by("-rung", "due_at", "pk").values_list("pk", flat=True)[:_MOST_ROWS])
    return tuple(sorted(promise_rows(Promise.objects.filter(pk__in=worst), at), key=lambda row: -row.rung))
