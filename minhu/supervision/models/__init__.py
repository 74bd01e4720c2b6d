"""What supervision keeps."""

from __future__ import annotations

from minhu.supervision.models.check import Check, CheckTry, InspectorPhone
from minhu.supervision.models.draw import Draw
from minhu.supervision.models.figures import WHOLE_DAY, AnswerWatch, CountedDay, DayCount, DecayAlarm
from minhu.supervision.models.ladder import Appeal, Ground, Interview, LadderEvent, Proposal, Referral
from minhu.supervision.models.liveness import Correction, LivenessTest

__all__ = [
    "WHOLE_DAY", "AnswerWatch", "Appeal", "Check", "CheckTry", "Correction", "CountedDay", "DayCount", "DecayAlarm",
    "Draw", "Ground", "InspectorPhone", "Interview", "LadderEvent", "LivenessTest", "Proposal", "Referral",
]  # fmt: skip
