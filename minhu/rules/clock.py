"""Legal time. Instants are stored in UTC; days and hours of the rulebook are those of Shanghai."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(at: datetime) -> datetime:
    """The instant on a Shanghai clock. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone is no instant")
    return at.astimezone(SHANGHAI)


def legal_day(at: datetime) -> date:
    """The Shanghai date of an instant."""
    return local(at).date()
