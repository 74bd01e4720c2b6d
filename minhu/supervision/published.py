"""The figures of a period and an office, read from what ``counting`` keeps: for pages, files and reports alike.

A whole period is read once (``tally``), and every part of it is a sum of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Sum

from minhu.directory.models import Line, Office, Official
from minhu.directory.tree import below
from minhu.intake.scope import Scope, scope_of
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.figures import BY_NAME, Count, Counts
from minhu.rules.intervals import Share, prior_of, shown, shrunk
from minhu.rules.words import Role
from minhu.supervision.models import WHOLE_DAY, DayCount

SEES_ALL_FIGURES = (Role.SUPERVISOR, Role.LEADERSHIP)
"""Of the office of the grant and all below; an official sees his own and his office's, everybody what is public."""

MOST_DAYS = 3 * 366


class NoSuchPeriod(Refusal):
    """The days asked for are no period."""

    code = "no_such_period"
    words = "起止日期不对：结束不能早于开始，最长三年。请改一下再查。"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of Shanghai, both included. Raises: NoSuchPeriod."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < MOST_DAYS:
            raise NoSuchPeriod

    @property
    def mondays(self) -> tuple[date, ...]:
        """The weeks that lie in it, by their Mondays."""
        begin = self.first - timedelta(days=self.first.weekday())
        return tuple(begin + timedelta(weeks=number) for number in range((self.last - begin).days // 7 + 1))


def whole_weeks(today: date, weeks: int) -> Period:
    """The last weeks that are over, Monday to Sunday."""
    sunday = today - timedelta(days=today.weekday() + 1)
    return Period(sunday - timedelta(days=7 * weeks - 1), sunday)


@dataclass(frozen=True, slots=True)
class Tally:
    """A period, read: by day, and by the office that the official is in now (the city, for what is nobody's)."""

    period: Period
    days: Mapping[date, Counts]
    offices: Mapping[int, Counts]

    def counts(self) -> Counts:
        """Of the whole period."""
        return added(self.days.values())

    def by_week(self) -> tuple[tuple[date, Counts], ...]:
        """Each week of the period by its Monday, also those in which nothing was counted."""
        weeks: dict[date, list[Counts]] = {monday: [] for monday in self.period.mondays}
        for day, counts in self.days.items():
            weeks[day - timedelta(days=day.weekday())].append(counts)
        return tuple((monday, added(found)) for monday, found in weeks.items())

    def of(self, offices: Iterable[int]) -> Counts:
        """Of some offices, over the whole period."""
        return added(self.offices[one] for one in offices if one in self.offices)


def added(parts: Iterable[Counts]) -> Counts:
    """The sum of counts."""
    total: dict[Count, int] = {}
    for part in parts:
        for count, number in part.items():
            total[count] = total.get(count, 0) + number
    return total


def tally(
    city_id: int, period: Period, *, offices: frozenset[int] | None = None, official_id: int | None = None
) -> Tally:
    """What was counted in a city, or in some offices, or of one official."""
    rows = _rows(city_id, period).filter(hour=WHOLE_DAY)
    if offices is not None:
        rows = rows.filter(_held(Official.objects.filter(office__in=offices), nobody=city_id in offices))
    if official_id is not None:
        rows = rows.filter(_held(Official.objects.filter(pk=official_id), nobody=False))
    sums = {count.value: Sum(count.value) for count in Count}
    days = rows.values_list("day_on").annotate(**sums).order_by()
    places = rows.values_list("line_id", "official_id").annotate(**sums).order_by()
    owners = dict(Line.objects.filter(city_id=city_id).values_list("id", "official_id"))
    homes = dict(Official.objects.filter(city_id=city_id).values_list("id", "office_id"))
    by_office: dict[int, list[Counts]] = {}
    for line_id, holder_id, *numbers in places:
        official = owners[line_id] if line_id is not None else holder_id
        office = homes[official] if official is not None else city_id
        by_office.setdefault(office, []).append(_counts(numbers))
    return Tally(
        period,
        {day: _counts(numbers) for day, *numbers in days},
        {office: added(parts) for office, parts in by_office.items()},
    )


def calls_by_hour(city_id: int, period: Period) -> tuple[Counts, ...]:
    """Calls of the city by hour of day, 0 to 23."""
    rows = _rows(city_id, period).filter(hour__in=range(WHOLE_DAY))
    hours = dict(rows.values_list("hour").annotate(calls=Sum(Count.CALLS.value)).order_by())
    return tuple({Count.CALLS: hours.get(hour, 0)} for hour in range(24))


def _rows(city_id: int, period: Period) -> QuerySet[DayCount]:
    return DayCount.objects.filter(city_id=city_id, day_on__range=(period.first, period.last))


def _held(officials: QuerySet[Official], *, nobody: bool) -> Q:
    """Rows of these officials' lines or matters; nobody: also what is with nobody."""
    held = Q(line__official__in=officials) | Q(line=None, official__in=officials)
    return held | Q(line=None, official=None) if nobody else held


def _counts(numbers: Iterable[int]) -> Counts:
    return dict(zip(Count, numbers, strict=True))


# ---- offices


@dataclass(frozen=True, slots=True)
class Unit:
    """An office with all below it."""

    office_id: int
    name: str
    kind: str
    offices: frozenset[int]


def units(city_id: int) -> tuple[Unit, ...]:
    """The city's departments and counties, each with its subtree; the city's own leaders are a unit of their own."""
    offices = {office.pk: office for office in Office.objects.filter(city_id=city_id).order_by("order", "id")}
    top: dict[int, set[int]] = {}
    for office in offices.values():
        head = office
        while head.parent_id is not None and head.parent_id != city_id:
            head = offices[head.parent_id]
        top.setdefault(head.pk, set()).add(office.pk)
    return tuple(Unit(pk, offices[pk].name, offices[pk].kind, frozenset(below)) for pk, below in top.items())


def unit_of(viewer: Viewer, office_id: int) -> Unit | None:
    """An office with its subtree, if the viewer may see its figures. None: not there, or not his to see."""
    office = Office.objects.filter(city_id=viewer.city_id, pk=office_id).first()
    if office is None or office_id not in {one.pk for one in offices_of(viewer)}:
        return None
    return Unit(office.pk, office.name, office.kind, below(viewer.city_id, office_id))


def offices_of(viewer: Viewer) -> tuple[Office, ...]:
    """The offices whose figures the viewer may see, in the order of the directory."""
    scope = scope_of(viewer, SEES_ALL_FIGURES)
    if not viewer.has(*SEES_ALL_FIGURES) and viewer.official_id is None:
        return ()
    return tuple(
        office
        for office in Office.objects.filter(city_id=viewer.city_id).order_by("order", "id")
        if scope.whole_city or office.pk in scope.offices or office.pk == _own_office(scope)
    )


def _own_office(scope: Scope) -> int | None:
    if scope.official_id is None:
        return None
    return Official.objects.filter(pk=scope.official_id).values_list("office_id", flat=True).first()


# ---- comparing


@dataclass(frozen=True, slots=True)
class Compared:
    """A unit beside the city. share: None from fewer than ten. drawn: shrunk towards all units. apart: +1 surely above
    the city's share, -1 surely below, 0 not to be told apart.
    """

    unit: Unit
    counts: Counts
    share: Share | None
    drawn: float | None
    apart: int


def compared(tallied: Tally, among: tuple[Unit, ...], figure: str) -> tuple[Compared, ...]:
    """A share by unit, in the directory's order: overlapping intervals make no ranking."""
    defined = BY_NAME[figure]
    counts = {unit.office_id: tallied.of(unit.offices) for unit in among}
    samples = {pk: (_sum(found, defined.part), _sum(found, defined.of)) for pk, found in counts.items()}
    whole = shown(sum(part for part, _ in samples.values()), sum(of for _, of in samples.values()))
    if whole is None:
        return tuple(Compared(unit, counts[unit.office_id], None, None, 0) for unit in among)
    prior = prior_of(list(samples.values()))
    return tuple(
        Compared(
            unit,
            counts[unit.office_id],
            share := shown(*samples[unit.office_id]),
            shrunk(*samples[unit.office_id], prior) if share else None,
            _apart(share, whole),
        )
        for unit in among
    )


def _apart(share: Share | None, whole: Share) -> int:
    if share is None or share.low <= whole.value <= share.high:
        return 0
    return 1 if share.low > whole.value else -1


def _sum(counts: Counts, which: tuple[Count, ...]) -> int:
    return sum(counts.get(one, 0) for one in which)
