"""What insight keeps."""

from __future__ import annotations

from minhu.insight.models.hot_issue import HotIssue, Member

__all__ = ["HotIssue", "Member"]
