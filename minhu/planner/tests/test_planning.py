"""Windows are proposed by a job and answered by the official; calls back are placed in his day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit import privacy
from minhu.audit.models import TrailEntry
from minhu.cases import actions as cases
from minhu.directory import actions, calendars
from minhu.directory.errors import LimitUnusable, NotAllowed
from minhu.directory.models import CalendarFeed, Line, Official
from minhu.intake.scope import NotYours
from minhu.planner import answering, planning, queries, writing
from minhu.planner.answering import NothingProposed, OwnTime, WindowsUnusable
from minhu.planner.engine.day import Interruptible, Window
from minhu.planner.gather import city_inputs
from minhu.planner.models import DayPlan, ExpectedEffect, PlannedCall, PlanTurn, WindowProposal
from minhu.rules.access import Viewer
from minhu.rules.hours import Hours
from minhu.rules.planning import Measure, written
from minhu.rules.sentences import read
from minhu.rules.words import Presence, Role
from tests import make
from tests.offers import LITTLE, OFFER, offer

AT = make.MONDAY_10
EVERY = Q()


@pytest.fixture
def line(db: None, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(timezone, "now", lambda: AT)
    return make.line(make.official(make.city()), published_from=date(2026, 2, 2))


def plan(line: Line, at: datetime = AT) -> int:
    return planning.plan_days(line.city_id, at=at, of_citizens=EVERY)


def propose(line: Line, at: datetime = AT, pace: planning.Pace = LITTLE) -> int:
    return planning.plan_windows(line.city_id, at=at, of_citizens=EVERY, pace=pace)


def proposed(line: Line) -> WindowProposal:
    return offer(line, AT)


def himself(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


def test_the_optimiser_proposes_once_with_effect_and_assumption_and_over_no_meeting(line: Line) -> None:
    eight = AT - timedelta(hours=2)
    make.busy(line.official, Presence.MEETING, since=eight, lasts=timedelta(hours=10))
    assert propose(line) == 1
    assert propose(line, AT + timedelta(minutes=1)) == 0
    one = WindowProposal.objects.get()

    monday, tuesday = queries.spans_of(one.hours)[:2]
    assert all(end <= 8 * 60 or start >= 18 * 60 for start, end in monday)
    assert tuesday
    assert 0 < one.inside <= one.calls <= one.calls_high
    effects = {row.measure: row for row in one.effects.all()}
    assert set(effects) == {measure.value for measure in Measure}
    assert effects["broken_a_week"].expected == 0
    assert effects["interruptions_a_week"].expected < (effects["interruptions_a_week"].now or 0)
    assert str(read(one.assumption)[0]).startswith("最要紧的假设是")
    assert "没有接入日历" not in one.notes
    with pytest.raises(DatabaseError, match="expectedeffect_not_changed"), transaction.atomic():
        ExpectedEffect.objects.update(expected=1)


@pytest.mark.only_on("sqlite")  # what is sought when has nothing to do with the engine
def test_by_day_windows_are_sought_only_where_a_calendar_has_changed(line: Line) -> None:
    by_day = replace(LITTLE, even_by_day=False)
    assert propose(line, pace=by_day) == 0
    assert propose(line, AT + timedelta(hours=15), pace=by_day) == 1  # at one in the morning
    assert propose(line, AT + timedelta(days=1), pace=by_day) == 0
    make.busy(line.official, Presence.MEETING, since=AT + timedelta(days=2), lasts=timedelta(hours=1))
    assert propose(line, AT + timedelta(days=1), pace=by_day) == 1
    assert propose(line, AT + timedelta(days=1, minutes=1), pace=by_day) == 0


def test_two_jobs_at_one_plan_write_it_once(line: Line) -> None:
    tried: list[int] = []

    def meanwhile() -> bool:
        if not tried:
            tried.append(-1)
            tried.append(propose(line, AT + timedelta(minutes=1)))  # it is claimed
            tried.append(propose(line, AT + planning.CLAIM_HOLDS + timedelta(minutes=1)))  # the claim ran out
        return False

    assert propose(line, pace=replace(LITTLE, stopped=meanwhile)) == 1
    assert tried == [-1, 0, 1]
    assert WindowProposal.objects.get().made_at == AT + planning.CLAIM_HOLDS + timedelta(minutes=1)


def test_a_process_that_ends_leaves_the_plan_to_the_next(line: Line) -> None:
    assert propose(line, pace=replace(LITTLE, stopped=lambda: True)) == 0
    assert not WindowProposal.objects.exists()
    assert PlanTurn.objects.get().claimed_at is None


def test_a_plan_that_fails_stops_no_other_is_shown_and_tried_again(line: Line) -> None:
    other = make.line(make.official(line.official.office, "李敏"), published_from=date(2026, 2, 2))
    failed: list[bool] = []

    def failing() -> bool:
        if not failed:
            failed.append(True)
            raise OSError("disk")
        return False

    staff = make.viewer(line.city, Role.STAFF)
    assert propose(line, pace=replace(LITTLE, stopped=failing)) == 2
    assert WindowProposal.objects.get().line == other
    assert [(one.about, one.fault) for one in queries.unplanned(staff)] == [(str(line.official), (planning.FAILED,))]

    assert propose(line, AT + timedelta(minutes=1)) == 0
    assert propose(line, AT + planning.CLAIM_HOLDS + timedelta(minutes=1)) == 1
    assert queries.unplanned(staff) == ()


def test_a_week_without_room_is_said_to_be_so(line: Line) -> None:
    make.busy(line.official, Presence.MEETING, since=AT - timedelta(days=1), lasts=timedelta(days=8))
    propose(line)

    assert not WindowProposal.objects.exists()
    (one,) = queries.unplanned(make.viewer(line.city, Role.STAFF))
    assert "全天都不能打扰" in str(one.fault[0])
    assert queries.unplanned(make.viewer(make.city("邻市"), Role.STAFF)) == ()


def test_accepted_windows_become_the_opening_hours_and_are_not_proposed_again(line: Line) -> None:
    one = proposed(line)
    answering.accept(one.pk, by=himself(line))
    line.refresh_from_db()

    assert line.opening_hours == one.hours
    assert queries.best_times([line.pk]) == {line.pk: queries.spans_of(one.hours)}
    assert set(TrailEntry.objects.values_list("act", flat=True)) >= {
        "propose_windows", "change_hours", "take_windows",
    }  # fmt: skip
    with transaction.atomic():
        assert writing.write_windows(line.pk, "again", OFFER, at=AT) is None
    assert not WindowProposal.objects.filter(answer="").exists()
    with pytest.raises(NothingProposed):
        answering.decline(one.pk, by=himself(line))
    with pytest.raises(DatabaseError, match="answered_once"), transaction.atomic():
        WindowProposal.objects.update(answer="declined", taken="")


def test_accepted_windows_bring_the_limit_and_the_callback_slot_that_were_reckoned_with(line: Line) -> None:
    answering.accept(proposed(line).pk, by=himself(line))
    official = Official.objects.get()

    assert (official.daily_call_minutes, official.callback_hours) == (45, OFFER.callbacks)
    inputs = city_inputs(line.city_id, AT, of_citizens=EVERY).lines[line.pk]
    assert (inputs.budget_minutes, inputs.callbacks[0]) == (45, Window.of(0, "11:30", "12:00"))
    told = {entry.act: entry.detail for entry in TrailEntry.objects.all()}
    assert told["set_own_time"] == {"minutes": 45, "callbacks": OFFER.callbacks}
    assert told["take_windows"]["minutes"] == 45
    assert told["take_windows"]["callbacks"] == OFFER.callbacks


def test_a_stricter_limit_of_his_own_stays(line: Line) -> None:
    answering.change_own_time(line.official_id, OwnTime(20, slot=True), by=himself(line))
    answering.accept(proposed(line).pk, by=himself(line))

    assert Official.objects.get().daily_call_minutes == 20


def test_he_ends_limit_and_slot_and_nobody_else_does(line: Line) -> None:
    answering.accept(proposed(line).pk, by=himself(line))
    with pytest.raises(NotYours):
        answering.change_own_time(line.official_id, OwnTime(None, slot=False), by=make.viewer(line.city, Role.STAFF))
    for minutes in (0, 1441):
        with pytest.raises(LimitUnusable):
            answering.change_own_time(line.official_id, OwnTime(minutes, slot=True), by=himself(line))
    answering.change_own_time(line.official_id, OwnTime(None, slot=False), by=himself(line))

    assert queries.own_time(line.official_id) == queries.OwnTime(None, queries.NO_SPANS)
    with pytest.raises(IntegrityError, match="official_minutes_of_a_day"), transaction.atomic():
        Official.objects.update(daily_call_minutes=1441)
    with pytest.raises(IntegrityError, match="proposal_minutes_of_a_day"), transaction.atomic():
        offer(make.line(make.official(line.official.office, "李敏")), AT, replace(OFFER, budget_minutes=0))


def test_promised_calls_wait_for_the_slot_he_offered(line: Line) -> None:
    answering.accept(proposed(line).pk, by=himself(line))
    make.call(line, make.citizen(line.city), at=AT)
    cases.take_in(at=AT)
    plan(line)
    (call,) = PlannedCall.objects.all()

    assert call.start_at == AT + timedelta(minutes=90)
    assert [str(one) for one in read(call.why)] == ["在您的回电时段里"]


def test_he_takes_others_or_none_and_who_declined_is_left_alone(line: Line) -> None:
    one = proposed(line)
    days = ["8:00-8:40 17:30-18:00"] * 5 + ["", ""]
    answering.accept_changed(one.pk, days, OwnTime(None, slot=False), by=himself(line))
    line = Line.objects.get(pk=line.pk)
    assert (line.official.daily_call_minutes, line.official.callback_hours) == (None, "")

    assert line.opening_hours == "mon-fri 08:00-08:40 17:30-18:00"
    other = make.line(make.official(line.official.office, "李敏"), published_from=date(2026, 2, 2))
    answering.decline(proposed(other).pk, by=himself(other))
    for day in (0, 1, 8):
        with transaction.atomic():
            assert writing.write_windows(other.pk, "again", OFFER, at=AT + timedelta(days=day)) is None
    other.refresh_from_db()
    assert other.opening_hours == ""


@pytest.mark.parametrize(
    ("day", "says"),
    [("八点", "看不懂"), ("8:00-8:40 8:30-9:00", "重叠"), ("22:30-23:30", "夜间"), ("", "一个时段也没有")],
)
def test_windows_that_cannot_be_are_refused_in_words(line: Line, day: str, says: str) -> None:
    one = proposed(line)
    with pytest.raises(WindowsUnusable) as refusal:
        answering.accept_changed(one.pk, [day] + [""] * 6, OwnTime(45, slot=True), by=himself(line))

    assert says in refusal.value.shown
    line.refresh_from_db()
    assert line.opening_hours == ""


def test_only_he_and_who_helps_him_answer(line: Line) -> None:
    one = proposed(line)
    for stranger in (
        make.viewer(line.city, Role.LEADERSHIP),
        make.viewer(line.city, Role.OFFICIAL, official=make.official(line.official.office, "李敏")),
    ):
        with pytest.raises(NotAllowed):
            answering.accept(one.pk, by=stranger)
    with pytest.raises(NotYours):
        answering.accept(one.pk, by=make.viewer(make.city("邻市"), Role.STAFF))

    answering.accept(one.pk, by=make.viewer(line.city, Role.STAFF))


def test_promised_calls_are_placed_and_placed_anew_when_the_calendar_changes(line: Line) -> None:
    make.call(line, make.citizen(line.city), at=AT)
    cases.take_in(at=AT)
    plan(line)
    first = PlannedCall.objects.get()
    assert first.start_at is not None
    assert first.why
    assert "接听时段" not in first.why  # he has none

    make.busy(line.official, Presence.MEETING, since=first.start_at, lasts=timedelta(hours=1))
    plan(line, AT + timedelta(minutes=1))
    day = queries.day_of(line.official_id, AT)
    assert day is not None
    (again,) = day.calls
    assert again.start is not None
    assert AT <= again.start <= first.start_at - timedelta(minutes=10)


def test_a_broken_calendar_does_not_break_the_job(line: Line) -> None:
    CalendarFeed.objects.create(
        official=line.official, content_sealed=privacy.seal("x"), shown="日程.ics", fault="日历读不懂。"
    )
    # without an end, and one that overlaps it
    make.busy(line.official, Presence.MEETING, since=AT - timedelta(days=40), lasts=None)
    make.busy(line.official, Presence.TRAVELLING, since=AT)
    other = make.line(make.official(line.official.office, "李敏"), published_from=date(2026, 2, 2))

    assert plan(line) == 2
    assert DayPlan.objects.filter(official=other.official).exists()
    assert "日历读不懂" in DayPlan.objects.get(official=line.official).notes


def test_a_corrupted_calendar_is_said_to_be_so_and_what_was_known_stands(line: Line) -> None:
    _subscribe(line)
    calendars.read_due(AT, fetch=lambda _address: _ics("DTSTART:20260302T060000Z\r\nDTEND:20260302T070000Z"))
    calendars.read_due(AT + timedelta(minutes=5), fetch=lambda _address: "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:x")
    plan(line)

    notes = DayPlan.objects.get().notes
    assert "日历文件不完整或已损坏" in notes
    assert "暂按上次读到的日程计算" in notes
    assert _how(line, day=0, minute=14 * 60 + 30) is Interruptible.NEVER


@pytest.mark.parametrize(("at", "hour"), [(AT, 22), (AT + timedelta(weeks=1), 21)], ids=["winter", "summer"])
def test_a_meeting_told_in_a_zone_with_summer_time_lies_where_it_is_in_shanghai(
    line: Line, at: datetime, hour: int
) -> None:
    _subscribe(line)
    new_york = "DTSTART;TZID=America/New_York:20260304T090000\r\nDTEND;TZID=America/New_York:20260304T093000"
    calendars.read_due(at, fetch=lambda _address: _ics(f"{new_york}\r\nRRULE:FREQ=WEEKLY"))
    plan(line, at)

    assert DayPlan.objects.get().notes == ""
    assert _how(line, day=2, minute=hour * 60, at=at) is Interruptible.NEVER
    assert _how(line, day=2, minute=hour * 60 + 30, at=at) is not Interruptible.NEVER


def _subscribe(line: Line) -> None:
    actions.set_calendar(line.official_id, "https://calendar.example/x.ics", by=himself(line))


def _ics(event: str) -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x\r\nBEGIN:VEVENT\r\nUID:1@x\r\nDTSTAMP:20260101T000000Z\r\n"
        f"{event}\r\nSUMMARY:会\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def _how(line: Line, *, day: int, minute: int, at: datetime = AT) -> Interruptible | None:
    week = city_inputs(line.city_id, at, of_citizens=EVERY, only=[line.pk]).lines[line.pk].week
    return week.how(day * 1440 + minute)


def test_windows_are_written_as_opening_hours_are_read() -> None:
    week = (((480, 520), (1050, 1080)),) * 5 + ((), ((600, 660),))

    assert written(week) == "mon-fri 08:00-08:40 17:30-18:00; sun 10:00-11:00"
    assert Hours.parse(written(week)).spans == week
