"""What insight keeps."""

from __future__ import annotations

from minhu.insight.models.digest import DigestMail, DigestReader
from minhu.insight.models.duplicate import Duplicate
from minhu.insight.models.hot_issue import HotIssue, Member
from minhu.insight.models.reading import Correction, Heard, Proposal, Reading
from minhu.insight.models.recheck import Recheck, Sample
from minhu.insight.models.rectification import Measure, Rectification, RectifyStep, Reporter
from minhu.insight.models.reply_signs import ReplySigns
from minhu.insight.models.search import SearchEntry, SearchProgress
from minhu.insight.models.streamed import Apart, Embedded, Merge, Streamed, StreamTurn

__all__ = [
    "Apart", "Correction", "DigestMail", "DigestReader", "Duplicate", "Embedded", "Heard", "HotIssue", "Measure",
    "Member", "Merge", "Proposal", "Reading", "Recheck", "Rectification", "RectifyStep", "ReplySigns", "Reporter",
    "Sample", "SearchEntry", "SearchProgress", "StreamTurn", "Streamed",
]  # fmt: skip
