"""Long texts from their segments: in any order, repeated, or never complete. Pure.

Segments of one text share gateway, sender, recipient, reference and total, and arrive within a window; the reference
alone proves nothing, since phones count it modulo 256. What stays incomplete is handed over all the same after a
time-out, with a mark where something is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

GAP = "〔第{number}段未收到〕"
"""Stands where a segment never came."""

WAIT_FOR_REST = timedelta(minutes=10)
WINDOW = timedelta(hours=1)
"""Segments further apart belong to different texts."""


class Place(Protocol):
    """Where a segment belongs in a long text. number counts from 1."""

    @property
    def reference(self) -> int: ...
    @property
    def number(self) -> int: ...
    @property
    def total(self) -> int: ...


class Piece(Protocol):
    """One text, or one segment of a long one, as a gateway brought it. part: None for a whole text."""

    @property
    def gateway(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def part(self) -> Place | None: ...


@dataclass(frozen=True, slots=True)
class Held:
    """An inbound text or segment as the store holds it. row: the store's number for it."""

    row: int
    text: Piece


@dataclass(frozen=True, slots=True)
class Whole:
    """A text to act on. rows: everything it was made of, repeats included. missing: segments that never came.

    received_at: of the segment that came first.
    """

    gateway: str
    sender: str
    recipient: str
    body: str
    received_at: datetime
    rows: tuple[int, ...]
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reassembled:
    """wholes: in the order in which they began. waiting: rows whose text may still become complete.

    look_again_at: when the first of those runs out of time; None when nothing waits.
    """

    wholes: tuple[Whole, ...]
    waiting: tuple[int, ...]
    look_again_at: datetime | None = None


@dataclass(slots=True)
class _Group:
    """Segments that belong together so far, by their number."""

    total: int
    first_at: datetime
    segments: dict[int, Piece] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    def takes(self, text: Piece, number: int, window: timedelta) -> bool:
        """Whether it fits: near in time, and its place is free or holds the same words."""
        near = text.received_at - self.first_at <= window
        there = self.segments.get(number)
        return near and (there is None or there.body == text.body)

    @property
    def complete(self) -> bool:
        return len(self.segments) == self.total


def reassemble(
    held: Iterable[Held], *, at: datetime, wait: timedelta = WAIT_FOR_REST, window: timedelta = WINDOW
) -> Reassembled:
    """Sort what is held into whole texts and segments that still wait.

    at: now. wait: how long after its first segment a text is given up. window: at least ``wait``.
    """
    wholes: list[Whole] = []
    waiting: list[int] = []
    groups: dict[tuple[str, str, str, int, int], list[_Group]] = {}
    for one in sorted(held, key=lambda each: (each.text.received_at, each.row)):
        if one.text.part is None:
            wholes.append(_whole(_Group(1, one.text.received_at, {1: one.text}, [one.row])))
        else:
            _place(one, groups, window)
    deadlines: list[datetime] = []
    for group in (group for same_key in groups.values() for group in same_key):
        if group.complete or at >= group.first_at + wait:
            wholes.append(_whole(group))
        else:
            waiting.extend(group.rows)
            deadlines.append(group.first_at + wait)
    wholes.sort(key=lambda whole: (whole.received_at, whole.rows))
    return Reassembled(tuple(wholes), tuple(sorted(waiting)), min(deadlines, default=None))


def _place(one: Held, groups: dict[tuple[str, str, str, int, int], list[_Group]], window: timedelta) -> None:
    text, part = one.text, one.text.part
    if part is None:
        raise ValueError("not a segment")
    same_key = groups.setdefault((text.gateway, text.sender, text.recipient, part.reference, part.total), [])
    group = next((each for each in same_key if each.takes(text, part.number, window)), None)
    if group is None:
        group = _Group(part.total, text.received_at)
        same_key.append(group)
    group.segments.setdefault(part.number, text)
    group.rows.append(one.row)


def _whole(group: _Group) -> Whole:
    first = next(iter(group.segments.values()))
    numbers = range(1, group.total + 1)
    bodies = [
        group.segments[number].body if number in group.segments else GAP.format(number=number) for number in numbers
    ]
    return Whole(
        gateway=first.gateway,
        sender=first.sender,
        recipient=first.recipient,
        body="".join(bodies),
        received_at=group.first_at,
        rows=tuple(sorted(group.rows)),
        missing=tuple(number for number in numbers if number not in group.segments),
    )
