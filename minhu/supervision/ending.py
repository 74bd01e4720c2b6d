"""How a check ends: its facts are read from the journal and frozen, and the matter it made is put away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from minhu.audit import trail
from minhu.cases import actions as cases
from minhu.cases.models import Case, Promise
from minhu.intake.models import Call, Text
from minhu.rules import access
from minhu.rules.checking import CheckAct, CheckState, Judgement, after, finding
from minhu.rules.words import COUNTS_AS_ANSWERED, CaseState, Direction, PromiseKind
from minhu.supervision.models import Check

_PUT_AWAY = "督查抽查，已结束"
_ENDED = (CaseState.CLOSED.value, CaseState.WITHDRAWN.value)
_PERSONS = frozenset(kind.value for kind in COUNTS_AS_ANSWERED)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the journal says of a check's call. text_state: of the text the caller got, "" for none.

    taken_in: the promises of the call are in the ledger. promise_kept: None when none was made, or it is not due yet.
    """

    ended: bool
    taken_in: bool
    ring_seconds: float | None
    answered_by_kind: str
    answered_by_name: str
    text_state: str
    promise_due_at: datetime | None
    promise_kept: bool | None

    @property
    def answered(self) -> bool:
        return self.answered_by_kind in _PERSONS

    @property
    def settled(self) -> bool:
        """Nothing more is to come."""
        return self.taken_in and (self.promise_due_at is None or self.promise_kept is not None)


def facts(call: Call, *, at: datetime) -> Facts:
    """As the journal and the ledger have it at ``at``."""
    text = Text.objects.filter(call=call, direction=Direction.OUTBOUND.value).order_by("id").last()
    owed = _promise(call)
    due_at = owed.due_at if owed else call.promise_due_at
    kept_at = owed.kept_at if owed else None
    kept = None if due_at is None else True if kept_at and kept_at <= due_at else False if at >= due_at else None
    return Facts(
        ended=call.ended_at is not None,
        taken_in=call.taken_in_at is not None,
        ring_seconds=call.ring_seconds,
        answered_by_kind=call.answered_by_kind,
        answered_by_name=call.answered_by_name,
        text_state=text.state if text else "",
        promise_due_at=due_at,
        promise_kept=kept,
    )


def judgement(one: Check) -> Judgement | None:
    """What the inspector said; None when he has not."""
    return Judgement(one.himself, one.to_the_point, one.polite, one.note) if one.judged_at else None


def end(one: Check, *, at: datetime) -> None:
    """Under the lock of the check: it is over, or was never placed, and from now on known as a check."""
    state = CheckState(one.state)
    one.state = after(state, CheckAct.GIVE_UP if state is CheckState.DRAWN else CheckAct.CLOSE).value
    one.over_at = at
    if one.call is not None:
        _freeze(one, facts(one.call, at=at))
    one.save()
    one.tries.filter(result="").update(result="given_up" if one.call is None else "reached")
    if one.call is not None:
        _put_away(one.call, at)
    trail.record(access.system(one.city_id), "end_check", one, one.finding or one.state, line=one.line_id)


def end_all(checks: Iterable[Check], *, at: datetime) -> int:
    """End each of them; returns how many."""
    count = 0
    for one in checks:
        end(one, at=at)
        count += 1
    return count


def _freeze(one: Check, found: Facts) -> None:
    one.ring_seconds, one.answered_by_kind = found.ring_seconds, found.answered_by_kind
    one.text_state, one.promise_due_at, one.promise_kept = found.text_state, found.promise_due_at, found.promise_kept
    said = judgement(one)
    one.finding = finding(answered=found.answered, promise_kept=found.promise_kept, judgement=said).value


def _promise(call: Call) -> Promise | None:
    """The callback that the matter of this call was promised, with its due time as it stands."""
    if call.promise_due_at is None:
        return None
    owed = Promise.objects.filter(case__contacts__call=call, kind=PromiseKind.CALL_BACK.value)
    return owed.order_by("made_at", "id").first()


def _put_away(call: Call, at: datetime) -> None:
    """Nobody works on a matter that was only a check, and what was owed on it falls away."""
    for case in Case.objects.filter(contacts__call=call).exclude(state__in=_ENDED):
        cases.withdraw(case.pk, by=access.system(case.city_id), reason=_PUT_AWAY, at=at)
