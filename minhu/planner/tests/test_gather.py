"""From the database to what the engine plans with."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from minhu.audit import privacy
from minhu.cases import actions as cases
from minhu.cases.models import Promise
from minhu.directory.models import CalendarFeed, Line
from minhu.planner.engine.day import Interruptible, minute_of_week
from minhu.planner.gather import LineInputs, city_inputs
from minhu.rules.clock import SHANGHAI
from minhu.rules.words import CallState, Direction, PartyKind, Presence, PresenceSource
from tests import make

EVERY = Q()
AT = make.MONDAY_10
"""Monday, 2 March 2026, ten o'clock."""
FRIDAY = AT - timedelta(days=3)


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.city()), opening_hours="mon-fri 08:30-09:30", published_from=date(2026, 2, 23))


def inputs(line: Line, at: datetime = AT) -> LineInputs:
    return city_inputs(line.city_id, at, of_citizens=EVERY).lines[line.pk]


def test_calls_are_counted_by_day_and_half_hour_of_shanghai_until_yesterday(line: Line) -> None:
    citizens = [make.citizen(line.city, at=FRIDAY) for _ in range(4)]
    for citizen, at in zip(citizens, (-72, -72, -34, 0), strict=True):
        make.call(line, citizen, at=AT + timedelta(hours=at), answered_by=PartyKind.OFFICIAL)
    history = inputs(line).history

    # Friday 10:00 twice, Sunday 0:00 once; today's is not counted yet
    assert (history.first, len(history.counts)) == (date(2026, 2, 27), 3)
    assert [(int(day), int(half)) for day, half in zip(*history.counts.nonzero(), strict=True)] == [(0, 20), (2, 0)]
    assert history.counts.sum() == 3
    assert history.published_on == date(2026, 2, 23)


def test_days_before_the_citys_first_call_are_not_days_without_calls(line: Line) -> None:
    assert len(inputs(line).history.counts) == 0

    other = make.line(make.official(line.official.office, "李敏"), published_from=date(2026, 1, 5))
    make.call(other, make.citizen(line.city), at=FRIDAY)

    assert inputs(line).history.daily.tolist() == [0, 0, 0]


def test_a_redial_is_no_new_call_and_outbound_calls_are_none(line: Line) -> None:
    citizen = make.citizen(line.city, at=FRIDAY)
    for minutes in (0, 3, 6):
        make.call(line, citizen, at=FRIDAY + timedelta(minutes=minutes))
    make.call(line, citizen, at=FRIDAY + timedelta(hours=1), direction=Direction.OUTBOUND)
    found = city_inputs(line.city_id, AT, of_citizens=EVERY)

    assert found.lines[line.pk].history.daily.tolist() == [1, 0, 0]
    assert found.behaviour.redials.seen == 3


def test_what_the_condition_leaves_out_is_not_counted(line: Line) -> None:
    inspector = make.citizen(line.city)
    make.call(line, inspector, at=FRIDAY)
    found = city_inputs(line.city_id, AT, of_citizens=~Q(citizen=inspector)).lines[line.pk]

    assert found.history.daily.sum() == 0


def test_talks_waits_and_who_gave_up_are_measured(line: Line) -> None:
    make.call(line, make.citizen(line.city), at=FRIDAY, answered_by=PartyKind.OFFICIAL, talk_seconds=100)
    make.call(line, make.citizen(line.city), at=FRIDAY, answered_by=PartyKind.STAFF, talk_seconds=50)
    gone = make.call(line, make.citizen(line.city), at=FRIDAY)
    gone.state = CallState.ABANDONED.value
    gone.save()
    measured = city_inputs(line.city_id, AT, of_citizens=EVERY).behaviour

    assert (measured.official_talk.seen, measured.staff_talk.seen) == (1, 1)
    # waits of 20 s each on top of the three of 90 s that are usual
    assert measured.patience.mean_seconds == pytest.approx((3 * 90 + 3 * 20) / 4)


def test_his_week_comes_from_his_calendar_what_he_said_and_his_windows(line: Line) -> None:
    make.busy(line.official, since=AT)
    make.busy(line.official, Presence.RESTING, since=AT + timedelta(days=7))
    make.busy(line.official, since=AT + timedelta(days=1), lasts=None, source=PresenceSource.MANUAL)
    found = inputs(line)

    assert found.week.monday == date(2026, 3, 2)
    assert found.week.how(minute_of_week(0, "10:30")) is Interruptible.NEVER
    assert found.week.how(minute_of_week(0, "09:00")) is None
    assert found.week.how(minute_of_week(0, "11:30")) is Interruptible.CAN
    assert any("没有写明何时结束" in str(note) for note in found.notes)


def test_a_calendar_at_fault_or_none_at_all_is_said(line: Line) -> None:
    assert [str(one) for one in inputs(line).notes] == ["没有接入日历，按办公时间估计；接入日历后会更准。"]

    CalendarFeed.objects.create(
        official=line.official, content_sealed=privacy.seal("x"), shown="日程.ics", fault="日历文件不完整或已损坏。"
    )

    assert [str(one) for one in inputs(line).notes] == [
        "日历读取有问题：日历文件不完整或已损坏。暂按上次读到的日程计算。"
    ]


def test_opening_hours_nobody_can_read_are_said_to_be_so(line: Line) -> None:
    Line.objects.filter(pk=line.pk).update(opening_hours="上午")

    assert "接听时段“上午”看不懂，按全天计算；请改正。" in [str(one) for one in inputs(line).notes]


def test_promised_callbacks_stand_in_minutes_of_the_week(line: Line) -> None:
    make.call(line, make.citizen(line.city), at=AT - timedelta(minutes=30))
    cases.take_in(at=AT)
    promise = Promise.objects.get()
    (asked,) = inputs(line).promises

    assert (asked.id, asked.label) == (str(promise.pk), promise.case.code)
    assert (asked.earliest, asked.latest) == (minute_of_week(0, "10:00"), minute_of_week(0, "11:30"))
    assert not asked.urgent

    Promise.objects.update(
        window_from=AT + timedelta(minutes=20, seconds=10), window_until=AT + timedelta(minutes=40)
    )  # fmt: skip
    (asked,) = inputs(line).promises
    assert (asked.earliest, asked.latest) == (minute_of_week(0, "10:21"), minute_of_week(0, "10:40"))


def test_who_still_waits_comes_first_on_the_same_day(line: Line) -> None:
    make.call(line, make.citizen(line.city), at=FRIDAY)
    cases.take_in(at=AT)
    (asked,) = inputs(line).promises

    assert asked.urgent
    assert (asked.earliest, asked.latest) == (minute_of_week(0, "10:00"), minute_of_week(0, "23:00"))


def test_staff_are_those_of_the_nearest_office_on_duty(line: Line) -> None:
    make.desk(line.official.office, duty_hours="mon-fri 08:30-12:00")
    make.desk(line.official.office, duty_hours="mon-fri 08:30-09:30")
    make.desk(line.official.office, duty=True)
    department = make.office(line.city)
    deputy = make.line(make.official(department))
    make.desk(department, duty_hours="mon 14:00-15:00")
    own = city_inputs(line.city_id, AT, of_citizens=EVERY).lines
    at = [minute_of_week(0, clock) // 30 for clock in ("08:30", "10:00", "14:30", "20:00")]

    assert [own[line.pk].staff.on_duty[half] for half in at] == [2, 1, 0, 0]
    assert [own[deputy.pk].staff.on_duty[half] for half in at] == [2, 1, 1, 0]


def test_another_city_is_not_seen(line: Line) -> None:
    other = make.line(make.official(make.city("远山市")))
    make.call(other, make.citizen(other.city), at=FRIDAY)
    found = city_inputs(line.city_id, AT, of_citizens=EVERY, only=[line.pk, other.pk])

    assert set(found.lines) == {line.pk}
    assert len(found.lines[line.pk].history.counts) == 0


def test_queries_do_not_grow_with_the_lines(line: Line, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for name in "赵钱孙":
        more = make.line(make.official(line.official.office, name))
        make.busy(more.official)
        make.call(more, make.citizen(line.city), at=FRIDAY)
    make.desk(line.city)
    cases.take_in(at=AT)

    with django_assert_num_queries(8):
        found = city_inputs(line.city_id, AT, of_citizens=EVERY)

    assert len(found.lines) == 4


def test_a_week_over_new_year_is_one_of_shanghai(line: Line) -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=SHANGHAI)

    assert inputs(line, late).week.monday == date(2026, 12, 28)
    assert inputs(line, late + timedelta(days=4)).week.monday == date(2027, 1, 4)
