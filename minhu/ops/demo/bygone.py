"""Calls of the past as the switch would have written them, not saved."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from minhu.directory.models import Line
from minhu.intake import codes
from minhu.intake.models import Call, Citizen
from minhu.rules.words import CallState, Direction, PartyKind, PromiseKind

RINGS_UNANSWERED_SECONDS = 40.0
PROMISED_WITHIN = timedelta(hours=2)


def came_in(line: Line, citizen: Citizen, at: datetime, answered_by: PartyKind | None, random: Random) -> Call:
    """A citizen rang; whom nobody answered holds the promise of a call back."""
    made = Call(
        city_id=line.city_id, line=line, citizen=citizen, direction=Direction.INBOUND.value, dialled=line.number,
        received_at=at, ringing_at=at,
    )  # fmt: skip
    if answered_by is not None:
        made.answered_by_id = line.official_id if answered_by is PartyKind.OFFICIAL else None
        return _talked(made, answered_by, random.uniform(4, 18), random.uniform(40, 300))
    made.state, made.ring_seconds = CallState.DIVERTED.value, RINGS_UNANSWERED_SECONDS
    made.ended_at = at + timedelta(seconds=RINGS_UNANSWERED_SECONDS)
    made.code, made.promise_kind = codes.allot()[0], PromiseKind.CALL_BACK.value
    made.promise_due_at, made.promise_owner_kind = at + PROMISED_WITHIN, PartyKind.OFFICIAL.value
    made.promise_owner_id = line.official_id
    return made


def called_back(missed: Call, at: datetime) -> Call:
    """The citizen was rung back, and they talked."""
    made = Call(
        city_id=missed.city_id, line_id=missed.line_id, citizen_id=missed.citizen_id, dialled=missed.dialled,
        direction=Direction.OUTBOUND.value, received_at=at, ringing_at=at, taken_in_at=at,
    )  # fmt: skip
    return _talked(made, PartyKind.CITIZEN, 8.0, 122.0)


def _talked(made: Call, with_whom: PartyKind, rings: float, talks: float) -> Call:
    made.state, made.answered_by_kind = CallState.ANSWERED.value, with_whom.value
    made.ring_seconds, made.talk_seconds = rings, talks
    made.answered_at = made.received_at + timedelta(seconds=rings)
    made.ended_at = made.answered_at + timedelta(seconds=talks)
    return made
