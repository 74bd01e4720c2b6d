"""What supervision keeps."""

from __future__ import annotations

from minhu.supervision.models.check import Check, CheckTry, InspectorPhone
from minhu.supervision.models.complaint import (
    Appeal,
    Complaint,
    ComplaintFinding,
    ComplaintWords,
    EvidencePack,
    Statement,
)
from minhu.supervision.models.draw import Draw
from minhu.supervision.models.figures import WHOLE_DAY, AnswerWatch, CountedDay, DayCount, DecayAlarm
from minhu.supervision.models.ladder import Ground, Interview, LadderEvent, Proposal, Referral, StepAppeal
from minhu.supervision.models.liveness import Correction, LivenessTest

__all__ = [
    "WHOLE_DAY", "AnswerWatch", "Appeal", "Check", "CheckTry", "Complaint", "ComplaintFinding", "ComplaintWords",
    "Correction", "CountedDay", "DayCount", "DecayAlarm", "Draw", "EvidencePack", "Ground", "InspectorPhone",
    "Interview", "LadderEvent", "LivenessTest", "Proposal", "Referral", "Statement", "StepAppeal",
]  # fmt: skip
