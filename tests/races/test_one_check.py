"""However often and by however many a check is placed, drawn or judged at once, it happens once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from minhu.intake.models import CallOrder
from minhu.rules.checking import Judgement
from minhu.rules.errors import Refusal
from minhu.rules.words import Role
from minhu.supervision import checking, drawing
from minhu.supervision.models import Check, Draw
from minhu.supervision.tests.world import MONDAY, SUNDAY_NOON, City, numbers
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("numbers")]
__all__ = ["numbers"]
THREADS = 8


def at_once(do: Callable[[int], object]) -> Counter[str]:
    """All of them at the same moment; what came of it, counted."""

    def one(number: int) -> str:
        try:
            do(number)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(THREADS) as crowd:
        return Counter(crowd.map(one, range(THREADS)))


def test_a_day_is_committed_to_and_drawn_once() -> None:
    here = City.with_lines()
    at_once(lambda _: drawing.commit_due(SUNDAY_NOON))
    at_once(lambda _: drawing.draw_due(MONDAY + timedelta(minutes=1)))

    draw = Draw.objects.get(city=here.city, on=make.MONDAY_10.date())
    assert draw.checks.count() == 4


def test_many_taps_of_two_inspectors_place_one_call_and_one_judgement_stands() -> None:
    here = City.with_lines()
    here.drawn()
    check = here.checks[0]
    other = make.viewer(here.city, Role.INSPECTOR)
    checking.set_telephone("+8615499990008", by=other)
    both = (here.inspector, other)
    placed = at_once(lambda number: checking.place(check.pk, by=both[number % 2], at=check.from_at))
    assert placed == {"done": THREADS}
    assert CallOrder.objects.count() == check.tries.count() == 1

    here.comes_in(check, check.from_at + timedelta(minutes=1))
    at_once(lambda _: checking.sweep(check.from_at + timedelta(minutes=3)))
    later = check.from_at + timedelta(minutes=5)
    judged = at_once(
        lambda number: checking.judge(check.pk, Judgement(note=str(number)), by=both[number % 2], at=later)
    )
    assert judged == {"done": 1, "check_over_already": THREADS - 1}
    assert Check.objects.get(pk=check.pk).state == "judged"
