"""What the planner keeps: what it proposed and what became of it, the plans of days, how good its forecast was, and
rosters of the staff."""

from __future__ import annotations

from minhu.planner.models.day import DayPlan, PlannedCall
from minhu.planner.models.feed import HoldFeed
from minhu.planner.models.roster import Roster, RosterShift, StaffTerms
from minhu.planner.models.stand_in import StandInProposal
from minhu.planner.models.turn import PlanTurn
from minhu.planner.models.week import JudgedWeek
from minhu.planner.models.windows import ExpectedEffect, WindowProposal

__all__ = [
    "DayPlan",
    "ExpectedEffect",
    "HoldFeed",
    "JudgedWeek",
    "PlanTurn",
    "PlannedCall",
    "Roster",
    "RosterShift",
    "StaffTerms",
    "StandInProposal",
    "WindowProposal",
]
