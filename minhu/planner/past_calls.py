"""The calls of the past half year, line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Min, Q

from minhu.intake.models import Call
from minhu.planner.engine.measuring import PastCall
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.words import COUNTS_AS_ANSWERED, CallState, Direction, PartyKind

HISTORY_DAYS = 180
_IN_PERSON = frozenset(kind.value for kind in COUNTS_AS_ANSWERED)


@dataclass(frozen=True, slots=True)
class PastCalls:
    """known_since: the day of the city's first call, from which on no call means that nobody called; None: no call yet.

    by_line: in the order they came.
    """

    known_since: date | None
    by_line: Mapping[int, Sequence[PastCall]]


def past_calls(city_id: int, lines: Collection[int], today: date, of_citizens: Q) -> PastCalls:
    """Until yesterday. Two queries."""
    here = Call.objects.filter(city_id=city_id, direction=Direction.INBOUND.value)
    first = here.aggregate(first=Min("received_at"))["first"]
    morning = datetime.combine(today, time(), SHANGHAI)
    rows = here.filter(
        of_citizens, line__in=lines, received_at__gte=morning - timedelta(days=HISTORY_DAYS), received_at__lt=morning
    ).order_by("received_at", "id")
    found: dict[int, list[PastCall]] = defaultdict(list)
    for line_id, at, citizen, answered_at, ended_at, answered_by, talk_seconds, state, written_at in rows.values_list(
        "line_id", "received_at", "citizen_id", "answered_at", "ended_at", "answered_by_kind", "talk_seconds", "state",
        "wrap_up__at",
    ).iterator(chunk_size=2000):  # fmt: skip
        in_person = answered_by in _IN_PERSON
        call = PastCall(
            at=at,
            caller=citizen,
            waited_seconds=_seconds(at, answered_at or ended_at) or 0.0,
            answered_by=PartyKind(answered_by) if in_person else None,
            talk_seconds=talk_seconds if in_person else None,
            gave_up=not in_person and state == CallState.ABANDONED.value,
            wrap_up_seconds=_seconds(ended_at, written_at),
        )
        found[line_id or 0].append(call)
    return PastCalls(legal_day(first) if first else None, found)


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return max(0.0, (end - begin).total_seconds()) if begin and end else None
