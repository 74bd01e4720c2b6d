"""Each week, once it is over: how many calls were predicted for each line, and how many came.

What was predicted is what the forecast says from the days before that week, so a week can be judged late, and twice
with the same result. Written once; a drift is told once, with the week that raised it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from minhu.audit import trail
from minhu.cases import noticing
from minhu.cases.noticing import News
from minhu.directory.models import Line
from minhu.planner.models import JudgedWeek
from minhu.rules.access import system
from minhu.rules.clock import legal_day
from minhu.rules.planning import Finding
from minhu.rules.sentences import kept
from minhu.rules.words import NoticeKind, Role

if TYPE_CHECKING:  # loads arrays
    from minhu.planner.engine.drift import Watch, Week
    from minhu.planner.engine.forecast import Belief
    from minhu.planner.gather import CityInputs, LineInputs

WEEKS_BACK = 8
"""So many weeks are judged at once where none was yet; of those but the last nobody is told."""
OWNS_PLANNING = (Role.STAFF, Role.SUPERVISOR)


def judge_due(city_id: int, *, at: datetime, of_citizens: Q) -> int:
    """Judge the weeks that are over and were not yet; how many were written. Two jobs write each once."""
    monday = legal_day(at) - timedelta(days=legal_day(at).weekday())
    waiting = _waiting(city_id, monday)
    if not waiting:
        return 0
    from minhu.planner.gather import city_inputs

    city = city_inputs(city_id, at, of_citizens=of_citizens)
    beliefs: dict[date, Belief] = {}
    return sum(_judge_line(city, one, waiting[pk], beliefs, at) for pk, one in city.lines.items() if pk in waiting)


def _believed(city: CityInputs, monday: date, beliefs: dict[date, Belief]) -> Belief:
    """What the city's lines had in common before that day; without it, a line is held to the report."""
    from minhu.planner.engine.pooling import common

    if monday not in beliefs:
        beliefs[monday] = common([one.history.until(monday) for one in city.lines.values()], city.known)
    return beliefs[monday]


def _waiting(city_id: int, monday: date) -> dict[int, date]:
    """Lines whose last whole week was not judged yet, and the Monday from which on they are to be."""
    lines = Line.objects.filter(city_id=city_id, withdrawn_at=None, official__left_on=None)
    rows = lines.annotate(last=Max("judged_weeks__monday_on")).values_list("pk", "published_from", "last")
    found = {}
    for pk, published, last in rows:
        begin = monday - timedelta(weeks=WEEKS_BACK) if last is None else last + timedelta(weeks=1)
        known_long_enough = published is not None and published <= monday - timedelta(weeks=1)
        if begin < monday and known_long_enough:
            found[pk] = begin
    return found


def _judge_line(city: CityInputs, line: LineInputs, begin: date, beliefs: dict[date, Belief], at: datetime) -> int:
    from minhu.planner.engine.drift import Watch, judge_week
    from minhu.planner.engine.forecast import learn, predict

    last = JudgedWeek.objects.filter(line=line.line_id).order_by("-monday_on").first()
    watch, written = (Watch(last.up, last.down) if last else Watch()), 0
    this_monday = city.monday
    for monday in _mondays(line, begin, this_monday):
        learnt = learn(line.history.until(monday), city.known, _believed(city, monday, beliefs))
        forecast = predict(learnt, monday, 7, city.known)
        watch, week = judge_week(watch, forecast, line.history.between(monday, 7), city.known)
        told = monday + timedelta(weeks=1) == this_monday
        if not _write(line, monday, week, watch, at, told=told):
            break  # another job is at this line
        written += 1
    return written


def _mondays(line: LineInputs, begin: date, until: date) -> Iterator[date]:
    monday = begin
    while monday < until:
        if monday >= line.history.first and monday + timedelta(days=7) <= _end(line):
            yield monday
        monday += timedelta(weeks=1)


def _end(line: LineInputs) -> date:
    return line.history.first + timedelta(days=len(line.history.counts))


def _write(line: LineInputs, monday: date, week: Week, watch: Watch, at: datetime, *, told: bool) -> bool:
    """Keep the week and tell of a drift; False when it is there already."""
    row = Line.objects.select_related("official__office").get(pk=line.line_id)
    made = JudgedWeek(
        city_id=row.city_id, line=row, monday_on=monday, made_at=at, expected=week.expected, low=week.low,
        high=week.high, came=week.came, score=week.score, finding=week.finding.value, up=watch.up, down=watch.down,
        words=kept(week.words),
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            if week.finding is Finding.DRIFTED and told:
                _tell(row, made, at)
    except IntegrityError:
        return False
    return True


def _tell(line: Line, week: JudgedWeek, at: datetime) -> None:
    more = "多" if week.came > week.expected else "少"
    words = (
        f"{line.official}：上周来电 {week.came} 个，预计 {week.expected:.0f} 个，已连续偏{more}，请看接听时段和值班安排"
    )
    news = News(line.city_id, NoticeKind.DRIFT, week.pk, words)
    noticing.tell(news, roles=OWNS_PLANNING, office_id=line.official.office_id, at=at)
    trail.record(system(line.city_id), "raise_drift", week, line=line.pk)
