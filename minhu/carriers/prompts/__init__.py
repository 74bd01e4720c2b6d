"""What callers hear: one WAV file for each name in ``prompts.toml``.

The files are placeholders spoken by a machine. A city puts its own recordings, under the same names, into the folder
named by the environment variable ``MINHU_PROMPTS``; whatever is missing there is taken from here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from minhu.rules.clock import local

HERE: Final = Path(__file__).parent

_DAYS: Final = ("today", "tomorrow", "day_after_tomorrow")


class UnknownPrompt(LookupError):
    """There is no recording of that name (a fault of ours)."""


def path(name: str, folder: str | None = None) -> str:
    """The file to play for a name: the city's own, else the placeholder.

    folder: the city's recordings; by default what MINHU_PROMPTS says. Raises: UnknownPrompt.
    """
    own = os.environ.get("MINHU_PROMPTS", "") if folder is None else folder
    for place in (Path(own), HERE) if own else (HERE,):
        file = place / f"{name}.wav"
        if file.is_file():
            return str(file)
    raise UnknownPrompt(name)


def paths(names: Iterable[str], folder: str | None = None) -> tuple[str, ...]:
    """The files to play for names, in order. Raises: UnknownPrompt."""
    return tuple(path(name, folder) for name in names)


def every(folder: str | None = None) -> tuple[str, ...]:
    """Every prompt there is, to be read before the first call."""
    return paths(sorted(file.stem for file in HERE.glob("*.wav")), folder)


def say_due(due_at: datetime, now: datetime) -> tuple[str, ...]:
    """Names of the pieces that say by when we call back: 今天 下午 三 点 三十 分 前 给您回电.

    Follows the prompt ``callback_by``. Both times are aware; the clock is Shanghai's.
    """
    due = local(due_at)
    return (*_day(due, local(now)), *_time(due), "before", "call_back")


def _day(due: datetime, now: datetime) -> tuple[str, ...]:
    days = (due.date() - now.date()).days
    if 0 <= days < len(_DAYS):
        return (_DAYS[days],)
    return (f"n{due.month}", "month", f"n{due.day}", "day", f"weekday_{due.isoweekday()}")


def _time(due: datetime) -> tuple[str, ...]:
    on_clock = due.hour if due.hour <= 12 else due.hour - 12
    hour = "two" if on_clock == 2 else f"n{on_clock}"
    return (_part_of_day(due.hour), hour, "hour", *_minutes(due.minute))


def _part_of_day(hour: int) -> str:
    starts = ((18, "evening"), (13, "afternoon"), (12, "noon"), (6, "morning"), (0, "small_hours"))
    return next(part for start, part in starts if hour >= start)


def _minutes(minute: int) -> tuple[str, ...]:
    if minute == 0:
        return ()
    return ("n0", f"n{minute}", "minute") if minute < 10 else (f"n{minute}", "minute")
