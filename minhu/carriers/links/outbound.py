"""Outbound over a link: a text of several segments handed over as one, and the last words before a link is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from minhu.carriers.errors import CarrierError
from minhu.carriers.links.session import Session
from minhu.carriers.text import Accepted, Rejected, Submitted, Unknown

THROTTLE_PAUSE_SECONDS = 0.5
LAST_WORDS_SECONDS = 3.0

Part = TypeVar("Part")


def hand_over(
    parts: Sequence[Part], submit: Callable[[Part], Submitted], *, patience_seconds: float, stopped: threading.Event
) -> Submitted:
    """Submit segment by segment; what became of all of them.

    A long text of which one segment went and another was refused is Unknown: sending it again would send some of it
    twice. So a throttled one is tried again for ``patience_seconds`` once the first has gone.
    Raises: CarrierError when nothing was handed over.
    """
    ids: list[str] = []
    for part in parts:
        try:
            outcome = submit(part) if not ids else _patiently(part, submit, patience_seconds, stopped)
        except CarrierError as error:
            if not ids:
                raise
            outcome = Unknown(str(error))
        match outcome:
            case Accepted():
                ids.extend(outcome.ids)
            case Rejected() if ids:
                return Unknown(f"segment {len(ids) + 1} of {len(parts)} refused: {outcome.code}")
            case _:
                return outcome
    return Accepted(tuple(ids))


def _patiently(
    part: Part, submit: Callable[[Part], Submitted], patience_seconds: float, stopped: threading.Event
) -> Submitted:
    until = time.monotonic() + patience_seconds
    while True:
        outcome = submit(part)
        if not (isinstance(outcome, Rejected) and outcome.retryable and time.monotonic() < until):
            return outcome
        stopped.wait(THROTTLE_PAUSE_SECONDS)


def let_answers_come(session: Session[Any] | None) -> None:
    """Wait, a few seconds at most, for the answers to what was handed over."""
    until = time.monotonic() + LAST_WORDS_SECONDS
    while session is not None and session.awaits_answers() and not session.lost and time.monotonic() < until:
        time.sleep(0.01)
