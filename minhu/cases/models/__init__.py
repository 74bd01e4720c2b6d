"""Matters, the promises made about them, and who works on them."""

from __future__ import annotations

from minhu.cases.models.alert import Alert, AlertWay
from minhu.cases.models.answer import CodeLookup, Note, Rating, Reply, WrapUp
from minhu.cases.models.attachment import Addition, Attachment
from minhu.cases.models.case import Case, Contact
from minhu.cases.models.conflict import Conflict, Named
from minhu.cases.models.desk import Assignment, Phrase, SavedFilter
from minhu.cases.models.keeping import ErasureRound, Hold
from minhu.cases.models.offer import HotlineOffer
from minhu.cases.models.pending import PendingAct
from minhu.cases.models.promise import Attempt, Escalation, Extension, Promise
from minhu.cases.models.transfer import CityRules, Notice, Transfer

__all__ = [
    "Addition", "Alert", "AlertWay", "Assignment", "Attachment", "Attempt", "Case", "CityRules", "CodeLookup",
    "Conflict", "Contact", "ErasureRound", "Escalation", "Extension", "Hold", "HotlineOffer", "Named", "Note",
    "Notice", "PendingAct", "Phrase", "Promise", "Rating", "Reply", "SavedFilter", "Transfer", "WrapUp",
]  # fmt: skip
