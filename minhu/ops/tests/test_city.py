"""The invented city: whole, believable, and nobody's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from minhu.audit import trail
from minhu.directory import queries, snapshot
from minhu.directory.models import Account, CalendarFeed, Line, Official, PresenceSpan
from minhu.ops.city import callers, load_city
from minhu.ops.city import data as city_data
from minhu.ops.city.meetings import fortnight
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day, local
from minhu.rules.words import CaseKind, Presence, Urgency
from tests.make import MONDAY_10 as AT

PASSWORD = "a demo password"


@pytest.mark.django_db
def test_eighty_one_officials_can_be_called_and_found() -> None:
    told: list[tuple[int, int, str]] = []
    loaded = load_city(AT, PASSWORD, progress=lambda done, total, words: told.append((done, total, words)))

    groups = queries.public_directory(loaded.city_id, at=AT)
    directory = snapshot.load(AT)

    assert (loaded.officials, loaded.lines) == (81, 81)
    assert sum(len(group.officials) for group in groups) == 81
    assert sum(group.kind == "county" for group in groups) == 8
    assert groups[0].officials[0].full_title == "市长"
    assert all(directory.line_now(number, AT) is not None for number in directory.by_number)
    assert trail.verify(loaded.city_id).sound
    assert told[-1][0] == told[-1][1]
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


@pytest.mark.django_db
def test_everybody_but_the_mayor_has_a_superior_and_can_be_covered_by_staff() -> None:
    loaded = load_city(AT, PASSWORD)
    directory = snapshot.load(AT)

    without = Official.objects.filter(city_id=loaded.city_id, superior__isnull=True)

    assert [one.title for one in without] == ["市长"]
    for line in directory.lines.values():
        now = line.now(AT)
        assert now.staff
        assert now.duty is not None


@pytest.mark.django_db
def test_each_role_signs_in_with_the_demo_password() -> None:
    loaded = load_city(AT, PASSWORD)

    roles = {one.role for one in loaded.sign_ins}
    mayor = Account.objects.get(username="chengwangshu")

    assert roles == {"领导干部", "工作人员", "承办单位", "督查", "抽查员", "市领导", "管理员", "审计员"}
    assert mayor.check_password(PASSWORD)
    assert queries.viewer_of(mayor).official_id == mayor.official_id


@pytest.mark.django_db
def test_loading_again_a_week_later_only_brings_the_calendars_up_to_date() -> None:
    load_city(AT, PASSWORD)
    lines = set(Line.objects.values_list("id", "number"))

    load_city(AT + timedelta(days=7), PASSWORD)

    later = AT + timedelta(days=8)
    assert set(Line.objects.values_list("id", "number")) == lines
    assert Official.objects.count() == 81
    assert PresenceSpan.objects.filter(since__gt=later).exists()


@pytest.mark.django_db
def test_one_officials_week_comes_from_a_calendar_file_without_fault() -> None:
    load_city(AT, PASSWORD)

    feed = CalendarFeed.objects.get()

    assert feed.fault == ""
    assert feed.read_at is not None


def test_on_a_working_morning_some_are_in_meetings_and_most_can_be_called() -> None:
    told = city_data.city()
    states = []
    for name in (str(number) for number in range(81)):
        meetings = fortnight(name, legal_day(AT), told.meetings, china(), seed=told.seed, leader=False)
        states += [one.state for one in meetings if one.since <= AT < one.until]

    busy = sum(state is Presence.MEETING for state in states)
    assert 10 <= busy <= 55
    assert len(states) < 70


def test_the_same_seed_gives_the_same_week() -> None:
    told = city_data.city()

    first, again = (
        fortnight("王明", legal_day(AT), told.meetings, china(), seed=told.seed, leader=True) for _ in range(2)
    )

    assert first == again
    assert all(local(one.since).hour >= 7 or one.state is Presence.RESTING for one in first)


def test_no_number_of_the_demo_can_ring_a_real_subscriber() -> None:
    import phonenumbers

    numbers = {caller.number for caller in callers()}
    numbers |= {"+86" + number for number in re.findall(r"\b154\d{8}\b", city_data.NOTICE.read_text(encoding="utf-8"))}

    assert len(numbers) == len(callers()) + 2 * 81
    assert not any(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)


def test_citizens_bring_all_kinds_of_matters_to_units_that_exist() -> None:
    units = set(city_data.units())
    found = callers()

    assert len(found) >= 60
    assert {caller.matter.kind for caller in found} == set(CaseKind)
    assert {caller.matter.urgency for caller in found} == set(Urgency)
    assert all(caller.matter.unit in units | {"安澜市"} for caller in found)
    assert len({caller.matter.title for caller in found}) == len(found)
