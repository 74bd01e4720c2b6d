"""What the planner keeps: what it proposed and what became of it, the plans of days, and how good its forecast was."""

from __future__ import annotations

from minhu.planner.models.day import DayPlan, PlannedCall
from minhu.planner.models.feed import HoldFeed
from minhu.planner.models.turn import PlanTurn
from minhu.planner.models.week import JudgedWeek
from minhu.planner.models.windows import ExpectedEffect, WindowProposal

__all__ = ["DayPlan", "ExpectedEffect", "HoldFeed", "JudgedWeek", "PlanTurn", "PlannedCall", "WindowProposal"]
