"""What insight keeps."""

from __future__ import annotations

from minhu.insight.models.duplicate import Duplicate
from minhu.insight.models.hot_issue import HotIssue, Member
from minhu.insight.models.streamed import Apart, Merge, Streamed, StreamTurn

__all__ = ["Apart", "Duplicate", "HotIssue", "Member", "Merge", "StreamTurn", "Streamed"]
