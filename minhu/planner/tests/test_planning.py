"""Windows are proposed by a job and answered by the official; calls back are placed in his day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit import privacy
from minhu.audit.models import TrailEntry
from minhu.cases import actions as cases
from minhu.directory.errors import NotAllowed
from minhu.directory.models import CalendarFeed, Line
from minhu.intake.scope import NotYours
from minhu.planner import answering, planning, queries
from minhu.planner.answering import NothingProposed, WindowsUnusable
from minhu.planner.models import DayPlan, PlannedCall, WindowProposal
from minhu.rules.access import Viewer
from minhu.rules.hours import Hours
from minhu.rules.planning import written
from minhu.rules.words import Presence, Role
from tests import make

AT = make.MONDAY_10
EVERY = Q()


@pytest.fixture
def line(db: None, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(timezone, "now", lambda: AT)
    return make.line(make.official(make.city()), published_from=date(2026, 2, 2))


def plan(line: Line, at: datetime = AT) -> int:
    return planning.plan_due(line.city_id, at=at, of_citizens=EVERY)


def proposed(line: Line) -> WindowProposal:
    plan(line)
    return WindowProposal.objects.get(answer="")


def himself(line: Line) -> Viewer:
    return make.viewer(line.official.office, Role.OFFICIAL, official=line.official)


def test_one_proposal_stands_and_nothing_is_done_twice(line: Line) -> None:
    assert plan(line) == 2  # the windows and the day
    assert plan(line, AT + timedelta(minutes=1)) == 0
    one = WindowProposal.objects.get()

    assert Hours.parse(one.hours).spans is not None
    assert 0 < one.inside <= one.calls <= one.calls_high
    assert plan(line, AT + timedelta(days=1)) == 2  # each morning
    assert WindowProposal.objects.get() == one


def test_no_window_lies_over_a_meeting(line: Line) -> None:
    eight = AT - timedelta(hours=2)
    make.busy(line.official, Presence.MEETING, since=eight, lasts=timedelta(hours=10))
    monday, tuesday = queries.spans_of(proposed(line).hours)[:2]

    assert all(end <= 8 * 60 or start >= 18 * 60 for start, end in monday)
    assert len(tuesday) == 2


def test_accepted_windows_become_the_opening_hours_and_are_not_proposed_again(line: Line) -> None:
    one = proposed(line)
    answering.accept(one.pk, by=himself(line))
    line.refresh_from_db()

    assert line.opening_hours == one.hours
    assert queries.best_times([line.pk]) == {line.pk: queries.spans_of(one.hours)}
    assert set(TrailEntry.objects.values_list("act", flat=True)) >= {
        "propose_windows", "change_hours", "take_windows",
    }  # fmt: skip
    assert plan(line, AT + timedelta(minutes=1)) == 2  # the opening hours are an input
    assert not WindowProposal.objects.filter(answer="").exists()
    with pytest.raises(NothingProposed):
        answering.decline(one.pk, by=himself(line))
    with pytest.raises(DatabaseError, match="answered_once"), transaction.atomic():
        WindowProposal.objects.update(answer="declined", taken="")


def test_he_takes_others_or_none_and_who_declined_is_left_alone(line: Line) -> None:
    one = proposed(line)
    days = ["8:00-8:40 17:30-18:00"] * 5 + ["", ""]
    answering.accept_changed(one.pk, days, by=himself(line))
    line.refresh_from_db()

    assert line.opening_hours == "mon-fri 08:00-08:40 17:30-18:00"
    other = make.line(make.official(line.official.office, "李敏"), published_from=date(2026, 2, 2))
    plan(line)
    answering.decline(WindowProposal.objects.get(line=other, answer="").pk, by=himself(other))
    for day in (0, 1, 8):
        plan(other, AT + timedelta(days=day, minutes=1))
        assert not WindowProposal.objects.filter(line=other, answer="").exists()
    other.refresh_from_db()
    assert other.opening_hours == ""


@pytest.mark.parametrize(
    ("day", "says"),
    [("八点", "看不懂"), ("8:00-8:40 8:30-9:00", "重叠"), ("22:30-23:30", "夜间"), ("", "一个时段也没有")],
)
def test_windows_that_cannot_be_are_refused_in_words(line: Line, day: str, says: str) -> None:
    one = proposed(line)
    with pytest.raises(WindowsUnusable) as refusal:
        answering.accept_changed(one.pk, [day] + [""] * 6, by=himself(line))

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

    assert plan(line) == 4
    assert WindowProposal.objects.filter(line=other).exists()
    assert "日历读不懂" in DayPlan.objects.get(official=line.official).notes


def test_windows_are_written_as_opening_hours_are_read() -> None:
    week = (((480, 520), (1050, 1080)),) * 5 + ((), ((600, 660),))

    assert written(week) == "mon-fri 08:00-08:40 17:30-18:00; sun 10:00-11:00"
    assert Hours.parse(written(week)).spans == week
