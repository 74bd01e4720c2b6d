"""What insight keeps."""

from __future__ import annotations

from minhu.insight.models.digest import DigestMail, DigestReader
from minhu.insight.models.hot_issue import HotIssue, Member
from minhu.insight.models.reply_signs import ReplySigns

__all__ = ["DigestMail", "DigestReader", "HotIssue", "Member", "ReplySigns"]
from minhu.insight.models.recheck import Recheck, Sample
from minhu.insight.models.rectification import Measure, Rectification, RectifyStep, Reporter

__all__ = ["HotIssue", "Measure", "Member", "Recheck", "Rectification", "RectifyStep", "Reporter", "Sample"]
from minhu.insight.models.reading import Correction, Heard, Proposal, Reading

__all__ = ["Correction", "Heard", "HotIssue", "Member", "Proposal", "Reading"]
from minhu.insight.models.duplicate import Duplicate
from minhu.insight.models.hot_issue import HotIssue, Member
from minhu.insight.models.streamed import Apart, Merge, Streamed, StreamTurn

__all__ = ["Apart", "Duplicate", "HotIssue", "Member", "Merge", "StreamTurn", "Streamed"]
from minhu.insight.models.search import SearchEntry, SearchProgress

__all__ = ["HotIssue", "Member", "SearchEntry", "SearchProgress"]
