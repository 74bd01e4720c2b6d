"""Draws on a database: promised before, made from what was frozen, shown after, and refused otherwise."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from minhu.audit.models import TrailEntry
from minhu.directory.models import RoleGrant
from minhu.rules.checking import REVEAL_WITHIN
from minhu.rules.clock import SHANGHAI
from minhu.rules.draw_table import read
from minhu.rules.drawing import commitment
from minhu.rules.words import Role
from minhu.supervision import drawing
from minhu.supervision.models import Check, Draw
from minhu.supervision.tests.world import MONDAY, SUNDAY_NOON, City, numbers
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("numbers")]
__all__ = ["numbers"]

TUESDAY = MONDAY + timedelta(days=1)


def refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_the_hash_is_there_the_day_before_and_the_seed_only_after() -> None:
    here = City.with_lines()
    draw = here.drawn()

    assert draw.committed_at == SUNDAY_NOON
    assert (draw.seed, draw.revealed_at) == ("", None)
    assert TrailEntry.objects.get(act="commit_draw", subject_id=str(draw.pk)).detail["commitment"] == draw.commitment
    assert drawing.reveal_due(MONDAY + timedelta(hours=23)) == 0

    Check.objects.filter(draw=draw).update(state="not_placed", over_at=MONDAY + timedelta(hours=10))
    assert drawing.reveal_due(TUESDAY) == 1
    draw.refresh_from_db()
    assert commitment(draw.on, draw.seed) == draw.commitment


def test_what_was_drawn_is_what_anybody_computes_from_the_published_table() -> None:
    here = City.with_lines()
    draw = here.drawn()
    assert drawing.redraw(here.city.pk, draw.on) is None

    Check.objects.filter(draw=draw).update(state="not_placed", over_at=MONDAY + timedelta(hours=10))
    drawing.reveal_due(TUESDAY)
    again = drawing.redraw(here.city.pk, draw.on)

    assert again is not None
    assert again.same
    assert [one.line for one in again.lines] == [check.line.number for check in here.checks]
    assert len(here.checks) == 4
    assert {one.line for one in read(Draw.objects.get(pk=draw.pk).table).candidates} == {
        line.number for line in here.lines
    }


def test_a_seed_is_kept_back_while_somebody_could_learn_that_he_is_being_checked_but_not_for_ever() -> None:
    here = City.with_lines()
    draw = here.drawn()

    assert drawing.reveal_due(TUESDAY + timedelta(days=2)) == 0
    assert drawing.reveal_due(TUESDAY + REVEAL_WITHIN) == 1
    assert set(Check.objects.filter(draw=draw).values_list("state", flat=True)) == {"not_placed"}


def test_asking_again_neither_commits_nor_draws_a_second_time() -> None:
    here = City.with_lines()
    draw = here.drawn()
    drawing.commit_due(SUNDAY_NOON + timedelta(hours=1))
    drawing.draw_due(MONDAY + timedelta(minutes=5))

    again = Draw.objects.get(pk=draw.pk)
    assert (again.commitment, again.table, again.drawn_at) == (draw.commitment, draw.table, draw.drawn_at)
    assert Check.objects.filter(draw=draw).count() == len(here.checks)


def test_a_holiday_has_no_draw_and_says_so() -> None:
    here = City.with_lines()
    drawing.commit_due(MONDAY - timedelta(days=2))

    sunday = Draw.objects.get(city=here.city, on=date(2026, 3, 1))
    assert (sunday.not_drawn, sunday.commitment) == ("holiday", "")
    assert drawing.draw_due(MONDAY - timedelta(hours=20)) == 0


def test_a_day_that_was_not_committed_to_before_has_no_draw() -> None:
    here = City.with_lines()
    drawing.commit_due(MONDAY + timedelta(hours=1))
    drawing.draw_due(MONDAY + timedelta(hours=2))

    assert Draw.objects.get(city=here.city, on=make.MONDAY_10.date()).not_drawn == "not_committed"
    assert not Check.objects.exists()


def test_a_city_without_an_inspector_draws_nobody_and_still_shows_the_seed() -> None:
    here = City.with_lines()
    RoleGrant.objects.filter(role=Role.INSPECTOR.value).delete()
    draw = here.drawn()

    assert (draw.not_drawn, here.checks) == ("no_checker", [])
    assert drawing.reveal_due(TUESDAY) == 1


def test_what_happens_on_the_day_itself_changes_no_weight() -> None:
    """Weights are of the midnight before; a complaint at nine in the morning moves nothing that day."""
    here = City.with_lines()
    drawing.commit_due(SUNDAY_NOON)
    here.complained_of(here.lines[0], at=MONDAY + timedelta(hours=9))
    drawing.draw_due(MONDAY + timedelta(hours=10))

    table = read(Draw.objects.get(city=here.city, on=make.MONDAY_10.date()).table)
    assert {one.weight for one in table.candidates} == {100}


def test_yesterdays_complaint_and_a_check_long_ago_make_a_line_heavier() -> None:
    here = City.with_lines()
    here.complained_of(here.lines[0], at=MONDAY - timedelta(hours=9))
    table = read(here.drawn().table)

    weights = {one.line: one.weight for one in table.candidates}
    assert weights.pop(here.lines[0].number) == 130
    assert set(weights.values()) == {100}


def test_every_line_is_drawn_within_the_quarter() -> None:
    here = City.with_lines(40)
    day = MONDAY.replace(day=22) - timedelta(days=1)  # seven working days of the quarter are left
    while day < MONDAY.replace(year=2026, month=4, day=1) + timedelta(hours=1):
        drawing.commit_due(day)
        drawing.draw_due(day + timedelta(minutes=1))
        day += timedelta(days=1)

    assert set(Check.objects.values_list("line", flat=True)) >= {line.pk for line in here.lines}


def test_the_database_itself_refuses_to_turn_a_draw() -> None:
    here = City.with_lines()
    draw = here.drawn()
    mine = Draw.objects.filter(pk=draw.pk)

    refused(lambda: mine.update(commitment="0" * 64))
    refused(lambda: mine.update(seed_sealed=b"another"))
    refused(lambda: mine.update(table=draw.table + "x"))
    refused(lambda: mine.update(seed="1" * 64, revealed_at=draw.opens_at))
    refused(lambda: mine.update(seed="1" * 64, revealed_at=draw.closes_at))  # checks are under way
    refused(mine.delete)
    refused(lambda: Check.objects.filter(draw=draw).update(line=here.lines[0]))
    refused(lambda: Check.objects.filter(draw=draw).delete())
    late = {"on": date(2026, 3, 9), "opens_at": draw.opens_at, "closes_at": draw.closes_at}
    refused(lambda: Draw.objects.create(city=here.city, committed_at=draw.opens_at, commitment="a" * 64, **late))


def test_nobody_is_checked_who_was_not_drawn() -> None:
    here = City.with_lines()
    drawing.commit_due(SUNDAY_NOON)
    draw = Draw.objects.get(city=here.city, on=make.MONDAY_10.date())

    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Check.objects.create(
            city=here.city,
            draw=draw,
            line=here.lines[0],
            band="early",
            from_at=MONDAY.astimezone(SHANGHAI) + timedelta(hours=9),
            until_at=MONDAY + timedelta(hours=10),
        )
