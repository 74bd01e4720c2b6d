"""From one step of a rectification to the next: its state, the clock of what the step waits for, who is told.

move(one, act, …)      under its lock, by whoever may
enter(one, …)          the step it has come to
"""

from __future__ import annotations

from datetime import datetime

from minhu.audit import trail
from minhu.insight import rectify_news
from minhu.insight.models import Rectification, RectifyStep
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.escalation import clock
from minhu.rules.rectifying import RectifyAct, RectifyState, after, waits_until
from minhu.rules.words import Urgency


def move(one: Rectification, act: RectifyAct, *, by: Viewer, at: datetime, words: str = "") -> RectifyStep:
    """One step on; what else was set in the row is saved with it. Raises: NotPossibleNow."""
    one.state = after(RectifyState(one.state), act).value
    one.save(update_fields=["state", "times", "due_at", "verified_at"])
    step = enter(one, by=by, at=at, words=words)
    trail.record(by, f"rectify_{act.value}", one, words[:500], due=step.due_at)
    return step


def enter(one: Rectification, *, by: Viewer, at: datetime, words: str = "") -> RectifyStep:
    """Its step from now on. The clock of what reporters were promised runs from when it was promised."""
    before = one.steps.filter(ended_at=None).first()
    if before is not None:
        before.ended_at = at
        before.save(update_fields=["ended_at"])
    due_at = waits_until(RectifyState(one.state), one.due_at, at, china())
    promised = one.steps.filter(due_at=due_at).order_by("at").first() if due_at is not None else None
    times = clock(promised.at if promised else at, due_at, Urgency.NORMAL, china()) if due_at is not None else None
    step = RectifyStep.objects.create(
        rectification=one, state=one.state, words=words[:1000], by_id=by.account_id, at=at, due_at=due_at,
        remind_at=times.remind_at if times else None, escalate_at=times.escalate_at if times else None,
    )  # fmt: skip
    rectify_news.moved(one, before, step, at=at)
    return step
