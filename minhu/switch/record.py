"""The growing record of one call: facts in, entries for the store out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from minhu.intake.entries import Detail, Owed, Stand, Step
from minhu.rules.plans import Party, Promised
from minhu.rules.words import CallState, StepKind


class CallRecord:
    """What happened in a call so far. rung_until: when the last telephone rung for it stopped ringing."""

    __slots__ = (
        "answered_at",
        "answered_by",
        "call",
        "code",
        "ended_at",
        "owed",
        "received_at",
        "ringing_at",
        "rung_until",
        "seq",
        "sip_code",
        "state",
    )

    def __init__(self, call: UUID, received_at: datetime, code: str, owed: Owed | None) -> None:
        self.call = call
        self.received_at = received_at
        self.code = code
        self.owed = owed
        self.seq = 0
        self.state = CallState.RECEIVED
        self.ringing_at: datetime | None = None
        self.rung_until: datetime | None = None
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.answered_by: Party | None = None
        self.sip_code: int | None = None

    def step(self, kind: StepKind, at: datetime, detail: Detail | None = None, party: Party | None = None) -> Step:
        """The next line of the journal."""
        seq, self.seq = self.seq, self.seq + 1
        if party is None:
            return Step(self.call, seq, at, kind, "", None, detail or {})
        return Step(self.call, seq, at, kind, party.kind.value, party.id, detail or {})

    def stand(self) -> Stand:
        """How the call stands now. Whoever was answered in person is owed nothing."""
        party = self.answered_by
        over = self.ended_at is not None
        return Stand(
            call=self.call,
            state=self.state,
            code=self.code,
            owed=None if over and party is not None else self.owed,
            ringing_at=self.ringing_at,
            answered_at=self.answered_at,
            ended_at=self.ended_at,
            ring_seconds=self._seconds(self.ringing_at, self.answered_at or self.rung_until),
            talk_seconds=self._seconds(self.answered_at, self.ended_at),
            answered_by_kind=party.kind.value if party else "",
            answered_by_id=party.id if party else None,
            answered_by_name=party.name if party else "",
            sip_code=self.sip_code,
        )

    @staticmethod
    def _seconds(start: datetime | None, end: datetime | None) -> float | None:
        return None if start is None or end is None else round((end - start).total_seconds(), 3)


def owed(promised: Promised) -> Owed:
    """A plan's promise as the journal keeps it."""
    return Owed(promised.kind, promised.due_at, promised.owner.kind, promised.owner.id)
