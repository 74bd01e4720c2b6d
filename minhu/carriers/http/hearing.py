"""What HTTP gateways that call us have in common: JSON that is what it should be, signatures, times."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from minhu.carriers.text import BadHook, HookRequest

REPLAY_WINDOW = timedelta(minutes=5)
"""A signed call is believed so long before and after the time it says."""

OLDEST_TEXT, AHEAD = timedelta(days=7), timedelta(minutes=5)
"""A text that says it came earlier than this, or so far in the future, is dated by our own clock."""


def json_of(request: HookRequest) -> Any:
    """The body of a POST of JSON. Raises: BadHook."""
    if request.method != "POST":
        raise BadHook(405, f"a {request.method}")
    if request.content_type not in {"application/json", "text/json"}:
        raise BadHook(415, "not JSON by its content type")
    return read_json(request.body)


def read_json(body: bytes) -> Any:
    """Raises: BadHook, also for what is nested so deep that no gateway meant it."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # JSONDecodeError and UnicodeDecodeError are ValueErrors
        raise BadHook(400, "not JSON") from None


def same_signature(expected: str, given: str) -> bool:
    """In a time that tells nothing of where they differ."""
    return hmac.compare_digest(expected.encode(), given.encode())


def check_fresh(timestamp: str, now: datetime) -> None:
    """A signed call must be of these minutes. timestamp: Unix seconds. Raises: BadHook."""
    try:
        said = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise BadHook(401, "no time that can be read") from None
    if abs(now - said) > REPLAY_WINDOW:
        raise BadHook(401, "signed too long ago or in the future; is the clock right?")


def believable(said: datetime | None, now: datetime) -> datetime:
    """When a text came, by the gateway's word if that is possible, else now."""
    return said if said is not None and now - OLDEST_TEXT <= said <= now + AHEAD else now


def words(value: object) -> str:
    """A field that should be a text or a number, as text; "" for anything else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
