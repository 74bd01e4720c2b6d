"""The figures of a period and an office, read from what ``counting`` keeps: for pages, files and reports alike.

A whole period is read once (``tally``), and every part of it is a sum of that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from minhu.directory.models import Line, Office, Official
from minhu.intake.scope import Scope, scope_of
from minhu.rules.access import Viewer
from minhu.rules.errors import Refusal
from minhu.rules.figures import BY_NAME, Count, Counts
from minhu.rules.intervals import Share, prior_of, shown, shrunk
from minhu.rules.words import Role
from minhu.supervision.models import DayCount

SEES_ALL_FIGURES = (Role.SUPERVISOR, Role.LEADERSHIP)
"""Of the office of the grant and all below; an official sees his own and his office's, everybody what is public."""

MOST_DAYS = 3 * 366
_COUNTS = tuple(Count)


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
class Row:
    """Counts of one line (or holder) on one day. office_id: where its official is now; the city for nobody's."""

    day: date
    line_id: int | None
    official_id: int | None
    office_id: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """A period, read."""

    period: Period
    rows: tuple[Row, ...]

    def counts(self, which: Callable[[Row], bool] = lambda row: True) -> Counts:
        """Sums over the rows that are chosen; over all of them unless said otherwise."""
        chosen = [row.counts for row in self.rows if which(row)]
        return dict(zip(_COUNTS, (sum(column) for column in zip(*chosen, strict=True)), strict=True)) if chosen else {}

    def by_week(self) -> tuple[tuple[date, Counts], ...]:
        """Each week of the period by its Monday, also those in which nothing was counted."""
        return tuple((monday, self.counts(_in_week(monday))) for monday in self.period.mondays)


def tally(
    city_id: int, period: Period, *, offices: frozenset[int] | None = None, official_id: int | None = None
) -> Tally:
    """What was counted in a city, or in some offices, or of one official."""
    owners = dict(Line.objects.filter(city_id=city_id).values_list("id", "official_id"))
    homes = dict(Official.objects.filter(city_id=city_id).values_list("id", "office_id"))
    found = (
        DayCount.objects.filter(city_id=city_id, day_on__range=(period.first, period.last))
        .values_list("day_on", "line_id", "official_id")
        .annotate(*(Sum(count.value) for count in _COUNTS))
        .order_by()
    )
    rows = []
    for day, line_id, holder_id, *numbers in found:
        official = owners[line_id] if line_id is not None else holder_id
        office = homes[official] if official is not None else city_id
        if (offices is None or office in offices) and official_id in {None, official}:
            rows.append(Row(day, line_id, official, office, tuple(numbers)))
    return Tally(period, tuple(rows))


def calls_by_hour(city_id: int, period: Period) -> tuple[Counts, ...]:
    """Calls of the city by hour of day, 0 to 23."""
    counted = (Count.CALLS, Count.IN_PERSON, Count.ANSWERED)
    found = (
        DayCount.objects.filter(city_id=city_id, day_on__range=(period.first, period.last))
        .values_list("hour")
        .annotate(*(Sum(count.value) for count in counted))
        .order_by()
    )
    hours: dict[int, Counts] = {hour: dict(zip(counted, numbers, strict=True)) for hour, *numbers in found}
    return tuple(hours.get(hour, {}) for hour in range(24))


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


def below(city_id: int, office_id: int) -> frozenset[int]:
    """The office and all below it."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in Office.objects.filter(city_id=city_id).values_list("id", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found, todo = {office_id}, [office_id]
    while todo:
        new = children.get(todo.pop(), [])
        found.update(new)
        todo += new
    return frozenset(found)


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
    counts = {unit.office_id: tallied.counts(_in_offices(unit.offices)) for unit in among}
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


def _in_week(monday: date) -> Callable[[Row], bool]:
    end = monday + timedelta(days=7)
    return lambda row: monday <= row.day < end


def _in_offices(offices: frozenset[int]) -> Callable[[Row], bool]:
    return lambda row: row.office_id in offices
