"""What insight keeps."""

from __future__ import annotations

from minhu.insight.models.hot_issue import HotIssue, Member
from minhu.insight.models.search import SearchEntry, SearchProgress

__all__ = ["HotIssue", "Member", "SearchEntry", "SearchProgress"]
