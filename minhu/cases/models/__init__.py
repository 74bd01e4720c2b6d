"""Matters, the promises made about them, and who works on them."""

from __future__ import annotations

from minhu.cases.models.answer import CodeLookup, Note, Rating, Reply, WrapUp
from minhu.cases.models.attachment import Addition, Attachment
from minhu.cases.models.case import Case, Contact
from minhu.cases.models.conflict import Conflict, Named
from minhu.cases.models.desk import Assignment, Phrase, SavedFilter
from minhu.cases.models.offer import HotlineOffer
from minhu.cases.models.promise import Attempt, Escalation, Extension, Promise
from minhu.cases.models.transfer import CityRules, Notice, Transfer

__all__ = [
    "Addition", "Assignment", "Attachment", "Attempt", "Case", "CityRules", "CodeLookup", "Conflict", "Contact",
    "Escalation", "Extension", "HotlineOffer", "Named", "Note", "Notice", "Phrase", "Promise", "Rating", "Reply",
    "SavedFilter", "Transfer", "WrapUp",
]  # fmt: skip
