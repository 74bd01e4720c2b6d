"""What insight keeps."""

from __future__ import annotations

from minhu.insight.models.digest import DigestMail, DigestReader
from minhu.insight.models.hot_issue import HotIssue, Member
from minhu.insight.models.reply_signs import ReplySigns

__all__ = ["DigestMail", "DigestReader", "HotIssue", "Member", "ReplySigns"]
