"""A week of spot checks before the demo began, today's draw, and one published number that is dead."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from minhu.cases import actions as cases
from minhu.directory.models import Account, Line
from minhu.directory.queries import viewer_of
from minhu.ops.demo.bygone import called_back, came_in
from minhu.rules.access import Viewer
from minhu.rules.checking import Judgement
from minhu.rules.clock import SHANGHAI, legal_day
from minhu.rules.liveness import Health
from minhu.rules.words import PartyKind, Role
from minhu.supervision import checking, dialling, drawing
from minhu.supervision.models import Check, Draw

DAYS = 7
TELEPHONE = "+8615400049999"
"""The inspector's own, which rings first when he has a check placed."""

_FOUND = (
    (PartyKind.OFFICIAL, Judgement(True, True, True, "两声就接了，说得清楚。")),
    (None, Judgement(None, True, True, "没有接到，一小时内回了电话。")),
    (PartyKind.STAFF, Judgement(False, False, True, "工作人员接的，问的事没有说清。")),
)


def play(city_id: int, at: datetime, random: Random) -> None:
    """The days that have no draw yet get one, and those before today their checks. at: the demo's now."""
    account = Account.objects.filter(grants__office=city_id, grants__role=Role.INSPECTOR.value).first()
    if account is None:
        return
    by = viewer_of(account)
    if not Draw.objects.filter(city=city_id).exists():
        checking.set_telephone(TELEPHONE, by=by)
        _dial(city_id, by, at)
    today = legal_day(at)
    for before, day in pairwise(today - timedelta(days=back) for back in range(DAYS, -1, -1)):
        drawing.commit_due(_instant(before, time(12)))
        drawing.draw_due(_instant(day, time(0, 1)))
        if day < today:
            _inspect(city_id, day, by, random)
            drawing.reveal_due(_instant(day + timedelta(days=1), time(0, 5)))
    drawing.commit_due(at)


def _inspect(city_id: int, day: date, by: Viewer, random: Random) -> None:
    """The first checks of a day were placed and judged; the others could not be."""
    drawn = Check.objects.filter(city=city_id, draw__on=day, over_at=None).select_related("line__official")
    for (answered_by, found), one in zip(_FOUND, drawn.order_by("from_at"), strict=False):
        tried = checking.by_hand(one.pk, by=by, at=one.from_at)
        call = came_in(one.line, tried.caller, one.from_at + timedelta(seconds=30), answered_by, random)
        call.save()
        cases.take_in(at=one.from_at + timedelta(minutes=6))
        if answered_by is None:
            back = called_back(call, one.from_at + timedelta(minutes=50))
            back.save()
            cases.record_callback(back, at=one.from_at + timedelta(minutes=53))
        checking.sweep(one.from_at + timedelta(minutes=7))
        checking.judge(one.pk, found, by=by, at=one.from_at + timedelta(minutes=9))
    checking.sweep(_instant(day, time(23, 59)))


def _dial(city_id: int, by: Viewer, at: datetime) -> None:
    """The round of numbers has begun: two are alive, one is dead and is to be corrected."""
    lines = Line.objects.filter(city=city_id, withdrawn_at=None, official__office__parent=city_id).order_by("-pk")
    for line, health, note in zip(
        lines, (Health.DEAD, Health.ALIVE, Health.ALIVE), ("拨打提示是空号", "", ""), strict=False
    ):
        dialling.record(line.pk, health, by=by, note=note, at=at - timedelta(days=1))


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI)
