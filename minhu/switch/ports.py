"""What the engine needs of the rest: the journal, the directory, voices and chance.

NotKept     neither the database nor the local disk took an entry
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from minhu.intake.entries import Context, Entry, Opened
from minhu.rules.calendar import WorkingCalendar, china
from minhu.rules.plans import LineNow, Party
from minhu.rules.routing import Policy


class NotKept(Exception):
    """Neither the database nor the local disk took it; nothing may be promised to the caller."""


@dataclass(frozen=True, slots=True)
class Order:
    """A call that the console asked for and this switch has claimed: the party's phone first, then the citizen's.

    line_id: whose published number the citizen sees; None: he sees ``shown``. city_id: only of an order without a line.
    """

    id: UUID
    line_id: int | None
    party: Party
    citizen_id: int
    number: str
    shown: str = ""
    city_id: int = 0


class Store(Protocol):
    """The one door to the database. Nothing here waits longer than a caller can."""

    async def receive(self, opened: Opened, first: Entry) -> Context:
        """Keep a new call, durably, and tell what is known of the caller. Raises: NotKept."""

    def note(self, *entries: Entry) -> None:
        """Keep these soon, in order."""

    async def keep(self, *entries: Entry) -> None:
        """Keep these now, durably, after everything noted before. Raises: NotKept."""

    async def keep_recording(self, call: UUID, path: str, seconds: float, at: datetime) -> bool:
        """Seal a recording and store it. False when it cannot be kept; the file then stays where it is."""

    def code(self) -> str:
        """A tracking code that nobody has; "" when none is at hand."""

    def message_path(self, call: UUID) -> str | None:
        """Where to record a message; None when the disk has no room for one."""

    async def claim_orders(self) -> Sequence[Order]:
        """Calls to place, each handed to one switch only; none while the database is away."""


class Directory(Protocol):
    """The frozen directory (directory.snapshot.Directory)."""

    def line_now(self, number: str, at: datetime) -> LineNow | None: ...

    def line_by_id(self, line_id: int, at: datetime) -> LineNow | None: ...

    def city_of(self, line_id: int) -> int | None: ...


def _no_file(name: str) -> str:
    return name


def _loop_seconds() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a switchboard stands in.

    directory: the latest snapshot. prompt: name to path of the WAV file. now: the time of day.
    time: seconds of the running loop's clock. entropy: random bytes.
    """

    directory: Callable[[], Directory]
    prompt: Callable[[str], str] = _no_file
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    time: Callable[[], float] = _loop_seconds
    entropy: Callable[[int], bytes] = os.urandom
    calendar: WorkingCalendar = field(default_factory=china)
    policy: Policy = field(default_factory=Policy)
