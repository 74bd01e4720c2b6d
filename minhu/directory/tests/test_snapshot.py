"""The switch's copy of the directory: complete, quick, and right at the moment asked."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from minhu.directory import snapshot
from minhu.directory.models import Delegate, Line
from minhu.rules.words import LineMode, PartyKind, Presence, PresenceSource
from tests import make
from tests.make import MONDAY_10 as AT

pytestmark = pytest.mark.django_db


def test_a_caller_reaches_the_official_behind_the_published_number() -> None:
    city = make.city()
    roads = make.office(city, "市交通运输局")
    wang = make.official(roads, "王明", "局长", handset="+8615400009999")
    make.line(wang, number="+8615400000001")

    line = snapshot.load(AT).line_now("+8615400000001", AT)

    assert line is not None
    assert (line.official.name, line.official.number, line.title) == ("王明", "+8615400009999", "市交通运输局局长")
    assert line.presence.state is Presence.AVAILABLE


def test_a_number_nobody_published_is_no_line() -> None:
    assert snapshot.load(AT).line_now("+8615400000002", AT) is None


def test_a_withdrawn_number_takes_no_calls_but_its_callbacks_find_it() -> None:
    line = make.line(make.official(make.city()))
    Line.objects.filter(pk=line.pk).update(withdrawn_at=AT, withdrawn_reason="换号")

    directory = snapshot.load(AT)

    assert directory.line_now(line.number, AT) is None
    assert directory.line_by_id(line.pk, AT) is not None


def test_presence_is_that_of_the_moment_asked_not_of_the_moment_read() -> None:
    wang = make.official(make.city())
    line = make.line(wang)
    make.busy(wang, since=AT + timedelta(hours=2), lasts=timedelta(hours=1))
    directory = snapshot.load(AT)

    states = [directory.line_by_id(line.pk, AT + timedelta(hours=hours)) for hours in (1, 2, 3)]

    assert [one.presence.state.value for one in states if one] == ["available", "meeting", "available"]


def test_what_the_official_said_himself_beats_his_calendar() -> None:
    wang = make.official(make.city())
    line = make.line(wang)
    make.busy(wang, Presence.MEETING)
    make.busy(wang, Presence.AVAILABLE, source=PresenceSource.MANUAL, lasts=timedelta(minutes=20))
    directory = snapshot.load(AT)

    during, after = (directory.line_by_id(line.pk, AT + timedelta(minutes=minutes)) for minutes in (10, 30))

    assert during is not None
    assert after is not None
    assert (during.presence.state, after.presence.state) == (Presence.AVAILABLE, Presence.MEETING)


def test_staff_of_his_own_unit_ring_before_those_of_the_city() -> None:
    city = make.city()
    roads = make.office(city)
    line = make.line(make.official(roads))
    own = make.desk(roads, duty_hours="mon-fri 08:30-12:00")
    central = make.desk(city)
    directory = snapshot.load(AT)

    morning, evening = (directory.line_by_id(line.pk, AT + timedelta(hours=hours)) for hours in (0, 8))

    assert morning is not None
    assert evening is not None
    assert [party.id for party in morning.staff] == [own.pk]
    assert [party.id for party in evening.staff] == [central.pk]


def test_a_seat_that_is_out_or_given_up_is_not_rung() -> None:
    city = make.city()
    line = make.line(make.official(city))
    out, gone = make.desk(city), make.desk(city)
    type(out).objects.filter(pk=out.pk).update(out_since=AT)
    type(gone).objects.filter(pk=gone.pk).update(removed_at=AT)

    now = snapshot.load(AT).line_by_id(line.pk, AT)

    assert now is not None
    assert now.staff == ()


def test_the_night_duty_officer_is_not_among_the_staff() -> None:
    city = make.city()
    line = make.line(make.official(city))
    night = make.desk(city, duty=True)
    directory = snapshot.load(AT)

    now = directory.line_by_id(line.pk, AT)

    assert now is not None
    assert now.staff == ()
    assert now.duty is not None
    assert (now.duty.kind, now.duty.id) == (PartyKind.DUTY, night.pk)
    assert directory.desks_on_duty(AT) == ()


def test_a_delegate_takes_the_line_for_the_stated_time_only() -> None:
    from minhu.audit import privacy

    line = make.line(make.official(make.city()))
    Delegate.objects.create(
        line=line,
        name="李秘书",
        number_sealed=privacy.seal("+8615400007777"),
        since=AT,
        until=AT + timedelta(hours=1),
        reason="外出调研",
    )
    directory = snapshot.load(AT)

    during, after = (directory.line_by_id(line.pk, AT + timedelta(minutes=minutes)) for minutes in (0, 60))

    assert during is not None
    assert after is not None
    assert [party.number for party in during.delegates] == ["+8615400007777"]
    assert after.delegates == ()


def test_an_official_without_a_handset_is_never_dialled() -> None:
    line = make.line(make.official(make.city(), handset=""), mode=LineMode.FRONT)

    now = snapshot.load(AT).line_by_id(line.pk, AT)

    assert now is not None
    assert now.mode is LineMode.BACKSTOP


def test_hours_nobody_can_read_leave_the_line_open() -> None:
    line = make.line(make.official(make.city()), opening_hours="工作日")

    now = snapshot.load(AT).line_by_id(line.pk, AT)

    assert now is not None
    assert now.hours.is_open(AT)


def test_every_change_is_seen_by_its_version() -> None:
    before = snapshot.current_version()
    directory = snapshot.load(AT)
    make.line(make.official(make.city()))

    assert directory.version == before
    assert snapshot.current_version() > before


def test_the_whole_city_is_read_with_seven_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    city = make.city()
    for _ in range(5):
        make.line(make.official(make.office(city)))

    with django_assert_num_queries(7):
        snapshot.load(AT)


def test_a_ringing_phone_learns_who_rings_within_fifty_microseconds() -> None:
    city = make.city()
    wang = make.official(city)
    line = make.line(wang, opening_hours="mon-fri 08:30-12:00 14:30-18:00")
    for hours in range(15):
        make.busy(wang, since=AT + timedelta(hours=hours * 2))
    for _ in range(3):
        make.desk(city, duty_hours="mon-fri 08:30-12:00 14:30-18:00")
    directory = snapshot.load(AT)

    best = min(_seconds_per_look(directory, line.number) for _ in range(5))

    assert best < 50e-6


def _seconds_per_look(directory: snapshot.Directory, number: str) -> float:
    start = time.process_time()
    for _ in range(500):
        directory.line_now(number, AT)
    return (time.process_time() - start) / 500
