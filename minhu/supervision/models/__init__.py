"""What supervision keeps."""

from __future__ import annotations

from minhu.supervision.models.figures import AnswerWatch, CountedDay, DayCount, DecayAlarm

__all__ = ["AnswerWatch", "CountedDay", "DayCount", "DecayAlarm"]
