"""The switch's local journal while the database is away: one file, lines of JSON, on disk before anybody is told.

The space is reserved beforehand, so that a disk filled by something else still takes some thousands of calls. Citizens'
numbers are sealed by a function given. A line that was being written when the power went is not there.

    SpoolFull    not even the reserved space is left
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from minhu.intake.entries import Entry, Opened, OrderDone, Owed, Receipt, Stand, Step, Voice
from minhu.rules.words import CallState, Direction, PartyKind, PromiseKind, StepKind

RESERVED_BYTES = 8 * 1024 * 1024
"""Room for some 4,000 calls."""

_KINDS: dict[str, Callable[..., Entry]] = {
    kind.__name__.lower(): kind for kind in (Opened, Stand, Step, Receipt, Voice, OrderDone)
}
_SEALED = ("number",)
_TIMES = ("at", "ringing_at", "answered_at", "ended_at")
_IDS = ("call", "order")
_WORDS: dict[tuple[str, str], type[StrEnum]] = {
    ("opened", "direction"): Direction,
    ("stand", "state"): CallState,
    ("step", "kind"): StepKind,
}


class SpoolFull(Exception):
    """Not even the reserved space is left."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """How a citizen's number is made unreadable in the file, and read again."""

    seal: Callable[[str], bytes]
    unseal: Callable[[bytes], str]


class Spool:
    """One file. Appending and replaying may be done by two threads; each of the two by one at a time."""

    def __init__(self, path: Path, sealer: Sealer, *, reserve_bytes: int = RESERVED_BYTES) -> None:
        self._sealer = sealer
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._reserve(reserve_bytes)
        self._generation = 1
        self._end = 0
        for generation, _, end in self._lines(0):
            self._generation, self._end = generation, end

    def _reserve(self, reserve_bytes: int) -> None:
        try:
            os.posix_fallocate(self._file, 0, reserve_bytes)
        except OSError as fault:
            raise SpoolFull(f"no room to reserve {reserve_bytes} bytes: {fault.strerror}") from fault

    @property
    def end(self) -> int:
        """Where the next line goes; 0 when the spool is empty."""
        return self._end

    def close(self) -> None:
        os.close(self._file)

    def append(self, entries: Iterable[Entry]) -> None:
        """Keep the entries; they are on disk when this returns. Raises: SpoolFull, and nothing is kept then."""
        text = "".join(self._line(entry) for entry in entries)
        data = text.encode()
        try:
            written = os.pwrite(self._file, data, self._end)
            if written < len(data):
                raise OSError(0, "short write")
            os.fdatasync(self._file)
        except OSError as fault:
            raise SpoolFull(f"the spool takes no more: {fault.strerror}") from fault
        self._end += len(data)

    def read(self, start: int, limit: int) -> tuple[list[Entry], int]:
        """Up to ``limit`` entries from an offset, and the offset behind them."""
        entries: list[Entry] = []
        end = start
        for _, entry, after in self._lines(start):
            entries.append(entry)
            end = after
            if len(entries) >= limit:
                break
        return entries, end

    def clear(self) -> None:
        """Forget everything: it is all in the database now."""
        self._generation += 1
        left = self._end
        block = bytes(64 * 1024)
        for start in range(0, left, len(block)):
            os.pwrite(self._file, block[: left - start], start)
        os.fdatasync(self._file)
        self._end = 0

    # ---- lines

    def _lines(self, start: int) -> Iterator[tuple[int, Entry, int]]:
        """Whole lines of one generation: what an interrupted ``clear`` left behind is older and not read."""
        generation: int | None = None
        size = os.fstat(self._file).st_size
        rest = b""
        offset = start
        while offset < size or rest:
            line, found, rest = rest.partition(b"\n")
            if not found:
                more = os.pread(self._file, 64 * 1024, offset + len(line)) if offset + len(line) < size else b""
                if not more or b"\0" in line:
                    return
                rest = line + more
                continue
            read = self._read_line(line)
            if read is None or (generation is not None and read[0] != generation):
                return
            generation = read[0]
            offset += len(line) + 1
            yield generation, read[1], offset

    def _line(self, entry: Entry) -> str:
        kind = type(entry).__name__.lower()
        values = {field.name: self._plain(field.name, getattr(entry, field.name)) for field in fields(entry)}
        return json.dumps([self._generation, kind, values], ensure_ascii=False) + "\n"

    def _plain(self, name: str, value: object) -> object:
        match value:
            case str() if name in _SEALED and value:
                return base64.b64encode(self._sealer.seal(value)).decode()
            case datetime():
                return value.isoformat()
            case UUID():
                return value.hex
            case Owed():
                return [value.kind, value.due_at.isoformat(), value.owner_kind, value.owner_id]
            case _:
                return value

    def _read_line(self, line: bytes) -> tuple[int, Entry] | None:
        try:
            generation, kind, values = json.loads(line)
        except ValueError:
            return None
        read = {name: self._value(kind, name, value) for name, value in values.items()}
        return int(generation), _KINDS[kind](**read)

    def _value(self, kind: str, name: str, value: object) -> object:
        if value is None or value == "":
            return value
        if name in _SEALED:
            return self._sealer.unseal(base64.b64decode(str(value)))
        if name in _TIMES:
            return datetime.fromisoformat(str(value))
        if name in _IDS:
            return UUID(hex=str(value))
        if name == "owed":
            return _owed(value)
        word = _WORDS.get((kind, name))
        return word(str(value)) if word else value


def _owed(value: object) -> Owed:
    if not isinstance(value, Sequence):
        raise TypeError("a promise is a list")
    kind, due_at, owner_kind, owner_id = value
    return Owed(PromiseKind(kind), datetime.fromisoformat(due_at), PartyKind(owner_kind), int(owner_id))
