"""What insight keeps."""

from __future__ import annotations

from minhu.insight.models.hot_issue import HotIssue, Member
from minhu.insight.models.reading import Correction, Heard, Proposal, Reading

__all__ = ["Correction", "Heard", "HotIssue", "Member", "Proposal", "Reading"]
