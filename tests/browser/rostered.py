"""A published roster with somebody missing, as if the job had made it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from minhu.planner import roster_queries
from minhu.planner.models import Roster, RosterShift
from minhu.planner.roster_inputs import staffed_offices
from minhu.rules.clock import SHANGHAI
from tests.browser.scene import Scene


def published_roster(scene: Scene, at: datetime) -> date:
    """Of next week, with a shift of the scene's staff. Returns its Monday."""
    monday, staff = roster_queries.weeks_ahead(at)[1], scene.staff_account
    roster = Roster.objects.create(
        city=scene.city, office=staffed_offices(scene.city.pk)[0], monday_on=monday,
        hours="mon-fri 08:00-18:00", asked_at=at, made_at=at, soon=0.92, soon_low=0.91, soon_high=0.93,
        gaps="星期一 16:00—18:00缺 1 人：有人能来，但班次长短、休息时间或每周工时不允许再排。",
        notes="再加人也只能到 93%。", published_at=at, published_by=staff,
    )  # fmt: skip
    begin = datetime.combine(monday, time(8), SHANGHAI)
    RosterShift.objects.create(roster=roster, account=staff, start_at=begin, end_at=begin + timedelta(hours=8))
    return monday
