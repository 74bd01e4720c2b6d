"""How many of the staff are on duty for an office in each half hour: its nearest desks, as the switch rings them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from minhu.directory.models import Desk, Office
from minhu.planner.engine.day import HALF_HOURS_A_WEEK, MINUTES_A_HALF_HOUR, Staffing
from minhu.rules.clock import SHANGHAI
from minhu.rules.hours import ALWAYS, Hours, HoursUnreadable


def staff_by_office(city_id: int, offices: Collection[int], monday: date) -> Mapping[int, Staffing]:
    """For each of these offices. Who is signed out now counts as out. Two queries."""
    parents, seats = _parents(city_id), _seats(city_id, monday)
    return {office: _nearest(office, parents, seats) for office in offices}


def staff_together(city_id: int, offices: Collection[int], monday: date) -> Staffing:
    """All who are on duty for any of these offices, each counted once. Two queries."""
    parents, seats = _parents(city_id), _seats(city_id, monday)
    own = {office: [sum(marks) for marks in zip(*found, strict=True)] for office, found in seats.items()}
    total = [0] * HALF_HOURS_A_WEEK
    for number in range(HALF_HOURS_A_WEEK):
        ring = {_ringing(office, parents, own, number) for office in offices}
        total[number] = sum(own[office][number] for office in ring if office is not None)
    return Staffing(tuple(total))


def _parents(city_id: int) -> Mapping[int, int | None]:
    return dict(Office.objects.filter(city_id=city_id).values_list("id", "parent_id"))


def _seats(city_id: int, monday: date) -> Mapping[int, list[tuple[bool, ...]]]:
    desks = Desk.objects.filter(city_id=city_id, duty=False, removed_at__isnull=True, out_since__isnull=True)
    seats: dict[int, list[tuple[bool, ...]]] = defaultdict(list)
    for office_id, hours in desks.values_list("office_id", "duty_hours"):
        seats[office_id].append(_half_hours(hours, monday))
    return seats


def _ringing(
    office: int | None, parents: Mapping[int, int | None], own: Mapping[int, list[int]], number: int
) -> int | None:
    """The nearest office with somebody on duty in that half hour."""
    seen: set[int] = set()
    while office is not None and office not in seen:
        if office in own and own[office][number]:
            return office
        seen.add(office)
        office = parents.get(office)
    return None


def _nearest(
    office: int | None, parents: Mapping[int, int | None], seats: Mapping[int, list[tuple[bool, ...]]]
) -> Staffing:
    on_duty = [0] * HALF_HOURS_A_WEEK
    seen: set[int] = set()
    while office is not None and office not in seen:
        seen.add(office)
        here = [sum(marks) for marks in zip(*seats.get(office, ()), strict=True)] or [0] * HALF_HOURS_A_WEEK
        on_duty = [already or now for already, now in zip(on_duty, here, strict=True)]
        office = parents.get(office)
    return Staffing(tuple(on_duty))


def _half_hours(text: str, monday: date) -> tuple[bool, ...]:
    try:
        hours = Hours.parse(text)
    except HoursUnreadable:
        hours = ALWAYS  # as the switch takes it
    begin = datetime.combine(monday, time(), SHANGHAI)
    return tuple(
        hours.is_open(begin + timedelta(minutes=MINUTES_A_HALF_HOUR * number)) for number in range(HALF_HOURS_A_WEEK)
    )
