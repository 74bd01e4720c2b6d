"""A roster is asked for, made by a job from the calls that are expected, and published by a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from minhu.audit.models import TrailEntry
from minhu.directory.models import Account, Line, Office
from minhu.intake.scope import NotYours
from minhu.planner import roster_making, rostering
from minhu.planner.models import Roster, RosterShift, StaffTerms
from minhu.planner.roster_inputs import lines_served, on_duty, roster_inputs
from minhu.planner.rostering import RosterUnready, Terms, TermsUnusable
from minhu.rules.access import Viewer
from minhu.rules.calendar import china
from minhu.rules.clock import SHANGHAI, local
from minhu.rules.hours import Hours
from minhu.rules.sentences import read
from minhu.rules.words import Role
from tests import make

AT = make.MONDAY_10
MONDAY = date(2026, 3, 9)
HOURS = "mon-fri 08:00-16:00"
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(timezone, "now", lambda: AT)
    return make.city()


@pytest.fixture
def line(city: Office) -> Line:
    return make.line(make.official(make.office(city)), published_from=date(2026, 2, 2))


def staff(office: Office, count: int = 2) -> list[Account]:
    return [make.account(office, Role.STAFF) for _ in range(count)]


def keeper(office: Office) -> Viewer:
    account = make.account(office, Role.LEADERSHIP)
    return Viewer(account.pk, "值班长", office.root_id, make.viewer(office, Role.LEADERSHIP).grants, None)


def made(city: Office, monday: date = MONDAY, hours: str = HOURS, by: Viewer | None = None) -> Roster:
    asked = rostering.ask(city.pk, monday, hours, by=by or keeper(city))
    assert roster_making.make_due(city.pk, at=AT, of_citizens=Q()) == 1
    return Roster.objects.get(pk=asked.pk)


@pytest.mark.only_on("sqlite")  # what is reckoned has nothing to do with the engine
def test_a_roster_covers_the_hours_and_says_what_it_would_reach(city: Office, line: Line) -> None:
    people = staff(city, 4)
    one = made(city)

    assert (one.fault, one.gaps) == ("", "")
    assert one.soon is not None
    assert one.soon_aimed is not None
    assert 0.8 < one.soon_aimed < 0.95
    assert "再加人也只能到" in one.notes  # nobody has called yet: callers are taken for impatient
    assert one.soon == pytest.approx(one.soon_aimed, abs=0.02)
    needed, here = (list(map(int, text.split())) for text in (one.needed, one.on_duty))
    assert all((want > 0) == (cell // 48 < 5 and 16 <= cell % 48 < 32) for cell, want in enumerate(needed))
    assert all(there >= want for there, want in zip(here, needed, strict=True))
    shifts = RosterShift.objects.filter(roster=one)
    assert {shift.account for shift in shifts} <= set(people)
    assert min(local(shift.start_at) for shift in shifts) >= datetime(2026, 3, 9, 8, tzinfo=SHANGHAI)
    with pytest.raises(DatabaseError, match="rostershift_not_changed"), transaction.atomic():
        RosterShift.objects.update(end_at=AT)
    assert roster_making.make_due(city.pk, at=AT, of_citizens=Q()) == 0


def test_who_is_off_or_on_leave_is_not_asked_and_what_is_missing_is_said(city: Office) -> None:
    one, other = staff(city)
    by = keeper(city)
    rostering.set_terms(one.pk, Terms(days_off=frozenset({0, 1})), by=by)
    rostering.set_terms(other.pk, Terms(away_from=MONDAY, away_until=MONDAY), by=by)
    roster = made(city, by=by)

    worked: dict[int, set[timedelta]] = {account: set() for account in (one.pk, other.pk)}
    for shift in RosterShift.objects.filter(roster=roster):
        worked[shift.account_id].add(local(shift.start_at).date() - MONDAY)
    assert not worked[one.pk] & {timedelta(0), timedelta(1)}
    assert timedelta(0) not in worked[other.pk]
    assert timedelta(1) in worked[other.pk]
    assert "星期一 8:00—16:00 缺 1 人" in str(read(roster.gaps)[0])
    assert not any("星期三" in str(one) for one in read(roster.gaps))
    assert "没有对应的公布号码" in roster.notes


def test_the_nights_rest_holds_across_weeks_and_offices(city: Office) -> None:
    (one,) = staff(city, 1)
    sunday = made(city, MONDAY, "sun 18:00-22:00")
    rostering.publish(sunday.pk, by=keeper(city))
    following = rostering.ask(city.pk, MONDAY + timedelta(weeks=1), "mon 08:00-16:00", by=keeper(city))
    (person,) = roster_inputs(following, AT, of_citizens=Q()).people

    assert person.name == str(one.pk)
    assert person.available[0].start == 9 * 60  # eleven hours after 22:00


def test_published_it_stands_until_another_takes_its_place(city: Office) -> None:
    staff(city)
    by = keeper(city)
    first = made(city, by=by)
    rostering.publish(first.pk, by=by)
    with pytest.raises(RosterUnready):
        rostering.publish(first.pk, by=by)
    with pytest.raises(RosterUnready):
        rostering.discard(first.pk, by=by)
    second = made(city, by=by)
    rostering.publish(second.pk, by=by)

    first.refresh_from_db()
    assert first.ended_at is not None
    assert Roster.objects.get(published_at__isnull=False, ended_at=None) == second
    assert set(TrailEntry.objects.values_list("act", flat=True)) >= {"ask_roster", "publish_roster"}
    for change, words in (({"gaps": "没有"}, "published_stands"), ({"hours": "x"}, "as_asked")):
        with pytest.raises(DatabaseError, match=words), transaction.atomic():
            Roster.objects.filter(pk=second.pk).update(**change)
    with pytest.raises(DatabaseError, match="ended_for_good"), transaction.atomic():
        Roster.objects.filter(pk=first.pk).update(ended_at=None)
    with pytest.raises(DatabaseError, match="not_deleted"), transaction.atomic():
        Roster.objects.filter(pk=first.pk)._raw_delete("default")


def test_what_is_not_made_or_not_wanted_is_not_published(city: Office) -> None:
    by = keeper(city)
    asked = rostering.ask(city.pk, MONDAY, HOURS, by=by)
    with pytest.raises(RosterUnready):
        rostering.publish(asked.pk, by=by)
    again = rostering.ask(city.pk, MONDAY, "mon 09:00-12:00", by=by)
    assert roster_making.make_due(city.pk, at=AT, of_citizens=Q()) == 1  # what was replaced is not made
    rostering.discard(again.pk, by=by)

    assert not Roster.objects.filter(ended_at=None).exists()
    with pytest.raises(IntegrityError, match="published_when_made"), transaction.atomic():
        Roster.objects.create(city=city, office=city, monday_on=MONDAY, hours="", asked_at=AT, published_at=AT)


@pytest.mark.only_on("sqlite")
def test_a_job_that_ends_leaves_it_to_the_next_and_one_that_died_is_followed(city: Office, line: Line) -> None:
    staff(city)
    rostering.ask(city.pk, MONDAY, HOURS, by=keeper(city))
    assert roster_making.make_due(city.pk, at=AT, of_citizens=Q(), stopped=lambda: True) == 1
    assert Roster.objects.get().claimed_at is None

    Roster.objects.update(claimed_at=AT)
    assert roster_making.make_due(city.pk, at=AT + timedelta(minutes=1), of_citizens=Q()) == 0
    assert roster_making.make_due(city.pk, at=AT + timedelta(minutes=11), of_citizens=Q()) == 1
    assert Roster.objects.get().made_at is not None


def test_only_who_keeps_rosters_of_the_office_does(city: Office) -> None:
    below, other = make.office(city), make.office(city, "住建局")
    (one,) = staff(other, 1)
    for stranger in (make.viewer(city, Role.SUPERVISOR), make.viewer(below, Role.STAFF)):
        with pytest.raises(NotYours):
            rostering.ask(other.pk, MONDAY, HOURS, by=stranger)
        with pytest.raises(NotYours):
            rostering.set_terms(one.pk, Terms(), by=stranger)
    assert not StaffTerms.objects.exists()


@pytest.mark.parametrize("monday", [MONDAY + timedelta(days=1), date(2026, 2, 23), MONDAY + timedelta(weeks=9)])
def test_a_week_that_is_over_or_far_ahead_is_refused_in_words(city: Office, monday: date) -> None:
    with pytest.raises(RosterUnready, match="本周和之后"):
        rostering.ask(city.pk, monday, HOURS, by=keeper(city))


def test_absurd_terms_are_refused() -> None:
    for absurd in (
        {"hours_a_week": 61}, {"hours_a_week": -1}, {"days_off": frozenset({7})}, {"away_from": MONDAY},
        {"away_from": MONDAY, "away_until": MONDAY - timedelta(days=1)},
    ):  # fmt: skip
        with pytest.raises(TermsUnusable):
            Terms(**absurd)


def test_staff_answer_for_the_offices_to_which_none_is_nearer(city: Office, line: Line) -> None:
    county = make.office(city, "望川县")
    near = make.line(make.official(make.office(county, "县住建局"), "李敏"))
    staff(city, 1)
    assert lines_served(city.pk, city.pk) == [line.pk, near.pk]
    staff(county, 1)

    assert lines_served(city.pk, city.pk) == [line.pk]
    assert lines_served(city.pk, county.pk) == [near.pk]


def test_holidays_are_free_and_a_make_up_day_is_as_a_monday() -> None:
    hours = Hours.parse("mon-fri 08:00-16:00")
    spring = [one.start // 1440 for one in on_duty(hours, date(2026, 2, 16), china())]

    assert spring == []
    make_up = [one.start // 1440 for one in on_duty(hours, date(2026, 2, 9), china())]
    assert make_up == [0, 1, 2, 3, 4, 5]
