"""What is said on the phone, as names of prompts (carriers/prompts)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

import structlog

from minhu.carriers import prompts

log = structlog.get_logger(__name__)

NOT_IN_SERVICE = ("not_in_service",)
NOT_KEPT = ("not_kept",)
APOLOGY = ("apology_fault",)
NO_RECORDER = ("no_recorder",)
FOR_OFFICIAL = ("official_callback",)
CITIZEN_NOT_REACHED = ("citizen_not_reached",)
RINGBACK = ("ringback",)
HOLD_MUSIC = ("hold_music",)
MOST_COUNTED = 59
LOOK_AGAIN_SECONDS = 5.0
"""How soon a recording that a city has put in place is heard."""


def say_due(due_at: datetime, now: datetime) -> tuple[str, ...]:
    """By when we call back, after the prompt ``callback_by``."""
    return prompts.say_due(due_at, now)


def say_position(position: int) -> tuple[str, ...]:
    """How many wait in front; nothing for the first in the queue."""
    ahead = min(position - 1, MOST_COUNTED)
    if ahead < 1:
        return ()
    return ("waiting_behind", "two" if ahead == 2 else f"n{ahead}", "waiting_callers")


class Recordings:
    """Which file is played for a name. The disk is looked at now and then, not at every call."""

    def __init__(self, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._found: dict[str, tuple[str, float]] = {}

    def file_of(self, name: str) -> str:
        """The recording of a name. One that is missing is left out of what is said, and the operator is told."""
        found = self._found.get(name)
        if found is None or self._time() >= found[1]:
            found = self._found[name] = (self._look(name), self._time() + LOOK_AGAIN_SECONDS)
        return found[0]

    def _look(self, name: str) -> str:
        try:
            return prompts.path(name)
        except prompts.UnknownPrompt:
            log.warning("prompt_missing", name=name)
            return name
