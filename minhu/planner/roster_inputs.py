"""What a roster is made from: whose calls its staff answer, the hours they are on duty, who can work when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from minhu.directory.models import Account, Line, Office, RoleGrant
from minhu.planner.engine.day import MINUTES_A_DAY, MINUTES_A_WEEK, Window, covered, without
from minhu.planner.engine.roster import Person, WorkingTime
from minhu.planner.models import Roster, RosterShift, StaffTerms
from minhu.planner.rostering import terms_of
from minhu.rules.calendar import WorkingCalendar, china
from minhu.rules.clock import SHANGHAI
from minhu.rules.hours import Hours
from minhu.rules.words import Role

if TYPE_CHECKING:  # loads arrays
    from minhu.planner.engine.line_model import CityModel

WEEKS = 4
REPLICATIONS = 60
"""Of four weeks each, for all lines together: the share is known to half a percent."""


@dataclass(frozen=True, slots=True)
class RosterInputs:
    """city: the lines whose calls these staff answer; None where there are none. within: half hours on duty. people:
    by the id of their account.
    """

    city: CityModel | None
    within: tuple[bool, ...]
    people: tuple[Person, ...]
    hours: WorkingTime


def roster_inputs(roster: Roster, at: datetime, *, of_citizens: Q) -> RosterInputs:
    """of_citizens: condition on calls that leaves spot checks out. Raises: InputUnclear."""
    hours = WorkingTime()
    lines = lines_served(roster.city_id, roster.office_id)
    city = _city(roster, lines, at, of_citizens) if lines else None
    within = covered(on_duty(Hours.parse(roster.hours), roster.monday_on, china()))
    return RosterInputs(city, within, tuple(_people(roster, hours)), hours)


def staffed_offices(city_id: int) -> tuple[Office, ...]:
    """Offices that have staff of their own, in the city's order."""
    held = RoleGrant.objects.filter(role=Role.STAFF.value, account__is_active=True, office__city=city_id)
    return tuple(Office.objects.filter(pk__in=held.values("office")).order_by("parent_id", "order", "pk"))


def staff_of(office_id: int) -> Sequence[Account]:
    """Who answers for an office."""
    held = RoleGrant.objects.filter(role=Role.STAFF.value, office=office_id)
    return tuple(Account.objects.filter(pk__in=held.values("account"), is_active=True).order_by("pk"))


def lines_served(city_id: int, office_id: int) -> list[int]:
    """Lines in use whose nearest office with staff is this one."""
    staffed = {office.pk for office in staffed_offices(city_id)}
    parents = dict(Office.objects.filter(city_id=city_id).values_list("id", "parent_id"))
    rows = Line.objects.filter(city_id=city_id, withdrawn_at=None, official__left_on=None).order_by("pk")
    return [
        line
        for line, office in rows.values_list("pk", "official__office_id")
        if _nearest(office, parents, staffed) == office_id
    ]


def on_duty(hours: Hours, monday: date, calendar: WorkingCalendar) -> tuple[Window, ...]:
    """When staff are on duty in a week: not on public holidays; on a make-up day as on Monday."""
    found = []
    for day in range(7):
        worked = calendar.assume_working_day(monday + timedelta(days=day))
        if hours.spans is None:
            spans: Sequence[tuple[int, int]] = ((0, MINUTES_A_DAY),)
        else:
            spans = hours.spans[day] or (hours.spans[0] if worked else ())
        if worked or day >= 5:
            found += [Window(day * MINUTES_A_DAY + start, day * MINUTES_A_DAY + end) for start, end in spans]
    return tuple(found)


def _nearest(office: int | None, parents: Mapping[int, int | None], staffed: set[int]) -> int | None:
    seen: set[int] = set()
    while office is not None and office not in seen:
        if office in staffed:
            return office
        seen.add(office)
        office = parents.get(office)
    return None


def _city(roster: Roster, lines: list[int], at: datetime, of_citizens: Q) -> CityModel:
    """The calls that are expected of that week, with the calendars that are known of it."""
    from minhu.planner.engine.whatif import Setting
    from minhu.planner.gather import city_inputs
    from minhu.planner.planning import belief_of
    from minhu.planner.whatif import basis

    belief = belief_of(roster.city_id, at, of_citizens)
    read = replace(
        basis(roster.city_id, at, of_citizens=of_citizens, only=lines, belief=belief), monday=roster.monday_on
    )
    begin = datetime.combine(roster.monday_on, time(), SHANGHAI)
    weeks = city_inputs(roster.city_id, begin, of_citizens=of_citizens, only=lines).lines.values()
    busy = tuple(replace(line, busy=one.week.busy) for line, one in zip(read.lines, weeks, strict=True))
    city = replace(read, lines=busy).model(Setting(), weeks=WEEKS)
    return replace(city, replications=min(city.replications, REPLICATIONS))


def _people(roster: Roster, hours: WorkingTime) -> Iterator[Person]:
    staff = staff_of(roster.office_id)
    terms = {row.account_id: row for row in StaffTerms.objects.filter(account__in=[one.pk for one in staff])}
    resting = _resting(roster, [one.pk for one in staff], hours)
    for one in staff:
        own = terms_of(terms.get(one.pk))
        free = [
            Window(day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY)
            for day in range(7)
            if day not in own.days_off and not _away(own.away_from, own.away_until, roster.monday_on, day)
        ]
        yield Person(str(one.pk), tuple(without(free, resting[one.pk])), own.hours_a_week * 60)


def _away(since: date | None, until: date | None, monday: date, day: int) -> bool:
    return since is not None and until is not None and since <= monday + timedelta(days=day) <= until


def _resting(roster: Roster, staff: list[int], hours: WorkingTime) -> Mapping[int, list[Window]]:
    """What the weeks before and after, and other offices, leave nobody to work in: shifts and the rest around them."""
    begin = datetime.combine(roster.monday_on, time(), SHANGHAI)
    near = timedelta(hours=hours.rest_hours)
    rows = RosterShift.objects.filter(
        account__in=staff, roster__published_at__isnull=False, roster__ended_at=None,
        start_at__lt=begin + timedelta(days=7) + near, end_at__gt=begin - near,
    ).exclude(roster__office=roster.office_id, roster__monday_on=roster.monday_on)  # fmt: skip
    found: dict[int, list[Window]] = defaultdict(list)
    for account, start, end in rows.values_list("account_id", "start_at", "end_at"):
        first = max(0, (start - near - begin) // timedelta(minutes=1))
        last = min(MINUTES_A_WEEK, (end + near - begin) // timedelta(minutes=1))
        if first < last:
            found[account].append(Window(first, last))
    return found
