"""Each week what was predicted is held against what came; a drift is told once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Q

from minhu.cases.models import Notice
from minhu.directory.models import Line
from minhu.planner import learning, queries
from minhu.planner.models import JudgedWeek
from minhu.rules.planning import Finding
from minhu.rules.words import NoticeKind, Role
from tests import make

AT = make.MONDAY_10
EVERY = Q()


@pytest.fixture
def line(db: None) -> Line:
    return make.line(make.official(make.city()), published_from=date(2026, 1, 5))


def calls(line: Line, days: range, each: int) -> None:
    for day in days:
        for number in range(each):
            make.call(line, make.citizen(line.city), at=AT - timedelta(days=day, minutes=10 * number))


def judge(line: Line, weeks: int = 0) -> int:
    return learning.judge_due(line.city_id, at=AT + timedelta(weeks=weeks), of_citizens=EVERY)


def test_each_whole_week_is_judged_once(line: Line) -> None:
    calls(line, range(1, 29), 2)

    assert judge(line) == 4
    assert judge(line) == 0
    week = JudgedWeek.objects.order_by("monday_on").last()
    assert week is not None
    assert (week.monday_on, week.came) == (date(2026, 2, 23), 14)
    assert week.low <= week.expected <= week.high
    assert week.words


def test_a_drift_is_told_to_who_plans_and_to_nobody_twice(line: Line) -> None:
    calls(line, range(15, 36), 1)
    calls(line, range(8, 15), 8)
    calls(line, range(1, 8), 24)
    judge(line)
    judge(line)

    assert {row.to_role for row in Notice.objects.filter(kind=NoticeKind.DRIFT.value)} == {"staff", "supervisor"}
    assert Notice.objects.count() == 2
    (found,) = queries.judged(make.viewer(line.city, Role.STAFF), AT)
    assert found.drifted
    assert found.last.finding == Finding.DRIFTED.value
    assert queries.judged(make.viewer(line.city, Role.UNIT), AT) == ()
