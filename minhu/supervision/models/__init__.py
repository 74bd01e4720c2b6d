"""What supervision keeps."""

from __future__ import annotations

from minhu.supervision.models.figures import WHOLE_DAY, AnswerWatch, CountedDay, DayCount, DecayAlarm

__all__ = ["WHOLE_DAY", "AnswerWatch", "CountedDay", "DayCount", "DecayAlarm"]
