"""What pages show of the planner: windows that stand or are in force, the plan of a day, how good the forecast was."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q

from minhu.audit import privacy
from minhu.directory.authority import HELPS_THE_OFFICIAL, KEEPS_THE_DIRECTORY
from minhu.directory.models import Official
from minhu.intake.scope import NotYours, scope_of
from minhu.planner.answering import key_of
from minhu.planner.models import (
    DayPlan,
    ExpectedEffect,
    HoldFeed,
    JudgedWeek,
    PlannedCall,
    PlanTurn,
    WindowProposal,
)
from minhu.rules.access import Viewer
from minhu.rules.clock import legal_day
from minhu.rules.hours import Hours, HoursUnreadable
from minhu.rules.planning import TAKEN, Finding, Measure, Spans, Task, stricter
from minhu.rules.sentences import Sentence, read
from minhu.rules.words import PromiseKind, Role

SEES_PLANNING = (Role.STAFF, Role.SUPERVISOR, Role.LEADERSHIP, *KEEPS_THE_DIRECTORY)
"""Besides the official himself. It tells of numbers of calls alone, so operators are among them."""
NO_SPANS: tuple[Spans, ...] = ((),) * 7


@dataclass(frozen=True, slots=True)
class Standing:
    """Proposed windows. week, callbacks: Monday first. inside_percent: of the calls expected; may_answer: he or who
    helps him. limit: minutes of his own a day once it is taken, None for none; limit_now: as it stands.
    unmet: what of the promise is missed even so.
    """

    id: int
    line_id: int
    about: str
    office: str
    week: tuple[Spans, ...]
    calls: float
    low: int
    high: int
    inside_percent: int
    minutes_a_day: int
    callbacks: tuple[Spans, ...]
    limit: int | None
    limit_now: int | None
    effects: Mapping[Measure, ExpectedEffect]
    assumption: tuple[Sentence, ...]
    unmet: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]
    made_at: datetime
    may_answer: bool


@dataclass(frozen=True, slots=True)
class OwnTime:
    """An official's own. limit: minutes of calls and callbacks a day, None for none; slot: when he calls back."""

    limit: int | None
    slot: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Unplanned:
    """An official to whom nothing could be proposed. fault: why, in words."""

    about: str
    office: str
    fault: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A call back in the plan of today. start None: it has no place."""

    promise_id: int
    start: datetime | None
    end: datetime | None
    why: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """Today's plan as it stands. calls: in their order, those still owed."""

    calls: tuple[PlannedRow, ...]
    notes: tuple[Sentence, ...]
    fault: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class LineWeeks:
    """How good the forecast of one line was. weeks: the oldest first."""

    line_id: int
    about: str
    office: str
    weeks: tuple[JudgedWeek, ...]

    @property
    def last(self) -> JudgedWeek:
        return self.weeks[-1]

    @property
    def drifted(self) -> bool:
        """Whether the last week raised the alarm."""
        return self.last.finding == Finding.DRIFTED.value


def standing(viewer: Viewer) -> tuple[Standing, ...]:
    """Proposals that stand for lines the viewer sees, his own first."""
    rows = WindowProposal.objects.filter(_lines(viewer), answer="", line__withdrawn_at=None)
    rows = rows.select_related("line__official__office").prefetch_related("effects")
    rows = rows.order_by("line__official__order", "line_id")
    helps = scope_of(viewer, HELPS_THE_OFFICIAL)
    found = [_standing(row, viewer, helps.covers(row.line, row.city_id)) for row in rows]
    return tuple(sorted(found, key=lambda one: not one.may_answer))


def standing_of(viewer: Viewer, line_id: int) -> Standing | None:
    """The proposal that stands for a line, or none. Raises: NotYours."""
    found = [one for one in standing(viewer) if one.line_id == line_id]
    if not found and not WindowProposal.objects.filter(_lines(viewer), line=line_id).exists():
        raise NotYours
    return found[0] if found else None


def unplanned(viewer: Viewer) -> tuple[Unplanned, ...]:
    """Officials the viewer sees for whom the last try found no windows, and why."""
    scope = scope_of(viewer, SEES_PLANNING)
    rows = PlanTurn.objects.filter(official__city=viewer.city_id, official__left_on=None, task=Task.WINDOWS.value)
    rows = rows.exclude(fault="").select_related("official__office").prefetch_related("official__lines")
    return tuple(
        Unplanned(str(one.official), str(one.official.office), read(one.fault))
        for one in rows.order_by("official__order", "official_id")
        if any(scope.covers(line, viewer.city_id) for line in one.official.lines.all() if line.withdrawn_at is None)
    )


def best_times(lines: Collection[int]) -> Mapping[int, tuple[Spans, ...]]:
    """Windows that were taken from a proposal and are in force, by line: when one had best call."""
    rows = WindowProposal.objects.filter(
        line__in=lines, answer__in=[one.value for one in TAKEN], taken=F("line__opening_hours")
    )
    return {line: spans_of(hours) for line, hours in rows.values_list("line_id", "taken")}


def day_of(official_id: int, at: datetime) -> Day | None:
    """The plan of today, or none yet."""
    plan = DayPlan.objects.filter(official=official_id, day_on=legal_day(at)).order_by("-pk").first()
    if plan is None:
        return None
    rows = PlannedCall.objects.filter(plan=plan, promise__kept_at=None, promise__released_at=None)
    calls = rows.order_by(F("start_at").asc(nulls_last=True), "promise_id")
    owed = tuple(PlannedRow(one.promise_id, one.start_at, one.end_at, read(one.why)) for one in calls)
    return Day(owed, read(plan.notes), read(plan.fault))


def judged(viewer: Viewer, at: datetime, *, weeks: int = 12) -> tuple[LineWeeks, ...]:
    """Lines the viewer sees, those that drifted first, then by how far the last week was off."""
    since = legal_day(at) - timedelta(weeks=weeks + 1)
    rows = JudgedWeek.objects.filter(_lines(viewer), monday_on__gte=since).select_related("line__official__office")
    by_line: dict[int, list[JudgedWeek]] = {}
    for row in rows.order_by("monday_on"):
        by_line.setdefault(row.line_id, []).append(row)
    found = [
        LineWeeks(line, str(own[0].line.official), str(own[0].line.official.office), tuple(own))
        for line, own in by_line.items()
    ]
    return tuple(sorted(found, key=lambda one: (not one.drifted, -abs(one.last.score), one.line_id)))


def feed_address(official_id: int) -> str:
    """The token of the feed in use; "" for none."""
    feed = HoldFeed.objects.filter(official=official_id, revoked_at=None).first()
    return privacy.unseal(feed.token_sealed) if feed is not None else ""


def feed_owner(token: str) -> int | None:
    """Whose feed an address is; None for none in use."""
    feed = HoldFeed.objects.filter(key=key_of(token), revoked_at=None, official__left_on=None)
    return feed.values_list("official_id", flat=True).first()


def holds(official_id: int, at: datetime) -> tuple[PlannedRow, ...]:
    """Calls back of today's plan, and those for which another day's time was agreed."""
    day = day_of(official_id, at)
    placed = tuple(one for one in day.calls if one.start is not None) if day else ()
    return (*placed, *_agreed(official_id, {one.promise_id for one in placed}, at))


def _agreed(official_id: int, placed: Collection[int], at: datetime) -> Iterator[PlannedRow]:
    from minhu.cases.models import Promise

    rows = Promise.objects.filter(
        owner_official=official_id, kind=PromiseKind.CALL_BACK.value, kept_at=None, released_at=None,
        window_from__isnull=False, window_until__gt=at,
    ).exclude(pk__in=placed)  # fmt: skip
    for pk, begin, end in rows.order_by("window_from").values_list("pk", "window_from", "window_until"):
        if begin is not None and end is not None and begin < end:
            yield PlannedRow(pk, begin, end, ())


def windows_in_force(official_id: int) -> Mapping[int, tuple[date, tuple[Spans, ...]]]:
    """By line of an official: since when the windows hold, and the windows."""
    rows = WindowProposal.objects.filter(
        line__official=official_id, line__withdrawn_at=None, answer__in=[one.value for one in TAKEN],
        taken=F("line__opening_hours"),
    ).order_by("answered_at")  # fmt: skip
    return {
        line: (legal_day(at), spans_of(hours))
        for line, hours, at in rows.values_list("line_id", "taken", "answered_at")
        if at is not None
    }


def own_time(official_id: int) -> OwnTime:
    """As it stands."""
    minutes, slot = Official.objects.values_list("daily_call_minutes", "callback_hours").get(pk=official_id)
    return OwnTime(minutes, spans_of(slot))


def spans_of(hours: str) -> tuple[Spans, ...]:
    """Opening hours as windows of seven days; none where they cannot be read."""
    try:
        return Hours.parse(hours).spans or NO_SPANS
    except HoursUnreadable:
        return NO_SPANS


def _lines(viewer: Viewer) -> Q:
    return scope_of(viewer, SEES_PLANNING).lines()


def _standing(row: WindowProposal, viewer: Viewer, helps: bool) -> Standing:
    week = spans_of(row.hours)
    days = sum(bool(spans) for spans in week)
    return Standing(
        id=row.pk, line_id=row.line_id, about=str(row.line.official), office=str(row.line.official.office), week=week,
        calls=row.calls, low=row.calls_low, high=row.calls_high,
        inside_percent=round(100 * row.inside / row.calls) if row.calls else 0,
        minutes_a_day=round(row.minutes / max(days, 1)),
        callbacks=spans_of(row.callbacks),
        limit=stricter(row.line.official.daily_call_minutes, row.budget_minutes),
        limit_now=row.line.official.daily_call_minutes,
        effects={Measure(one.measure): one for one in row.effects.all()},
        assumption=read(row.assumption), unmet=read(row.unmet), notes=read(row.notes),
        made_at=row.made_at, may_answer=helps or row.line.official_id == viewer.official_id,
    )  # fmt: skip
