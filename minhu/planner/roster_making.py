"""Makes the rosters that were asked for. How far it is can be read while it is at it.

claim (committed) → reckon, with no transaction open → write, if it is still wanted (one transaction)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import Q

from minhu.planner.models import Roster, RosterShift
from minhu.planner.planning import FAILED, Stopped
from minhu.rules import sentences
from minhu.rules.clock import SHANGHAI
from minhu.rules.sentences import Sentence, sentence

if TYPE_CHECKING:  # loads arrays
    from minhu.planner.engine.confidence import Estimate
    from minhu.planner.engine.day import Staffing
    from minhu.planner.engine.roster import Roster as Week
    from minhu.planner.engine.roster import Shift

log = structlog.get_logger(__name__)

CLAIM_HOLDS = timedelta(minutes=10)
"""So long after a claim its job is taken for dead."""
_NEAR = 0.001
_NO_LINES = sentence("这个单位的工作人员没有对应的公布号码：值守时间里每个时段按 1 人安排。")


def make_due(city_id: int, *, at: datetime, of_citizens: Q, stopped: Callable[[], bool] = lambda: False) -> int:
    """Make what was asked for and is not made; how many were tried.

    of_citizens: condition on calls that leaves spot checks out. stopped: asked now and then; once it says so, what was
    begun is left to another.
    """
    waiting = Roster.objects.filter(city=city_id, made_at=None, published_at=None, ended_at=None)
    tried = 0
    for roster in waiting.order_by("asked_at", "pk"):
        free = Q(claimed_at=None) | Q(claimed_at__lt=at - CLAIM_HOLDS)
        if not Roster.objects.filter(free, pk=roster.pk, made_at=None, ended_at=None).update(claimed_at=at):
            continue
        tried += 1
        try:
            _make(roster, at, of_citizens, stopped)
        except Stopped:
            Roster.objects.filter(pk=roster.pk, made_at=None).update(claimed_at=None)
            break
        except Exception:
            # one roster must not stop the others'; it is shown, and may be asked for again
            log.exception("roster_failed", roster=roster.pk)
            _fail(roster, FAILED, at)
    return tried


@dataclass(frozen=True, slots=True)
class _Made:
    """aimed, soon: what the people needed, and those on the roster, would reach."""

    needed: Staffing
    week: Week
    aimed: Estimate | None
    soon: Estimate | None
    gaps: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]


def _make(roster: Roster, at: datetime, of_citizens: Q, stopped: Callable[[], bool]) -> None:
    from minhu.planner.engine.errors import InputUnclear

    def tell(share: float) -> None:
        if stopped():
            raise Stopped
        Roster.objects.filter(pk=roster.pk, made_at=None, ended_at=None).update(share=share)

    try:
        made = _reckoned(roster, at, of_citizens, tell)
    except InputUnclear as unclear:
        _fail(roster, unclear.cure, at)
        return
    _write(roster, made, at)


def _reckoned(roster: Roster, at: datetime, of_citizens: Q, tell: Callable[[float], object]) -> _Made:
    from minhu.planner.engine.day import Staffing
    from minhu.planner.engine.proposal import Aim
    from minhu.planner.engine.roster import rostered
    from minhu.planner.engine.settled import Settled, reached, settled
    from minhu.planner.engine.staff_missing import why_short
    from minhu.planner.roster_inputs import roster_inputs

    asked, aim = roster_inputs(roster, at, of_citizens=of_citizens), Aim().soon
    if asked.city is None:
        found = Settled(Staffing(tuple(map(int, asked.within))), None)
    else:
        found = settled(asked.city, asked.within, aim, lambda share: tell(0.7 * share))
    week = rostered(found.staffing, asked.people, asked.hours)
    tell(0.9)
    return _Made(
        needed=found.staffing,
        week=week,
        aimed=found.soon,
        soon=None if asked.city is None else reached(asked.city, week.on_duty, asked.within),
        gaps=why_short(week, found.staffing, asked.people, asked.hours),
        notes=tuple(_limits(asked.city is not None, found.soon, aim)),
    )


def _limits(has_lines: bool, aimed: Estimate | None, aim: float) -> Iterator[Sentence]:
    """What no number of staff would change."""
    if not has_lines:
        yield _NO_LINES
    elif aimed is not None and aimed.value < aim - _NEAR:
        yield sentence(
            "再加人也只能到 {most:.0%}，到不了 {aim:.0%}：其余的来电多半没等到就挂断，或者先响的电话没有人接。",
            most=aimed.value, aim=aim,
        )  # fmt: skip


def _fail(roster: Roster, fault: Sentence, at: datetime) -> None:
    wanted = Roster.objects.filter(pk=roster.pk, made_at=None, ended_at=None)
    wanted.update(made_at=at, fault=sentences.kept([fault]), share=1)


@transaction.atomic
def _write(roster: Roster, made: _Made, at: datetime) -> None:
    kept = Roster.objects.select_for_update().filter(pk=roster.pk, made_at=None, ended_at=None).first()
    if kept is None:
        return
    kept.made_at, kept.share, kept.proven = at, 1, made.week.proven
    kept.needed, kept.on_duty = (" ".join(map(str, one.on_duty)) for one in (made.needed, made.week.on_duty))
    if made.soon is not None:
        kept.soon, kept.soon_low, kept.soon_high = made.soon.value, made.soon.low, made.soon.high
    kept.soon_aimed = made.aimed.value if made.aimed is not None else None
    kept.gaps, kept.notes = sentences.kept(made.gaps), sentences.kept(made.notes)
    kept.save()
    RosterShift.objects.bulk_create(_shifts(kept, made.week.shifts))


def _shifts(roster: Roster, shifts: Iterable[Shift]) -> Iterator[RosterShift]:
    begin = datetime.combine(roster.monday_on, time(), SHANGHAI)
    for one in shifts:
        rest = (None, None) if one.rest is None else (one.rest.start, one.rest.end)
        rest_from, rest_until = (None if edge is None else begin + timedelta(minutes=edge) for edge in rest)
        yield RosterShift(
            roster=roster, account_id=int(one.name), start_at=begin + timedelta(minutes=one.start),
            end_at=begin + timedelta(minutes=one.end), rest_from=rest_from, rest_until=rest_until,
        )  # fmt: skip
