"""Recorded messages between the telephone and the recordings' storage: taken down in the clear, sealed, then deleted.

The inbox is a folder of the recordings; a file found there at start was left by a crash and is brought in.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from minhu.audit import privacy
from minhu.rules.clock import legal_day

ROOM_BYTES = 6 * 1024 * 1024
"""Less free space than this, and no message is begun: two minutes take 2 MB, sealed once more as much."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A message in the storage. sha256: of the WAV, in hex."""

    name: str
    sha256: str


class Messages:
    """The inbox and the storage behind it."""

    def __init__(self, inbox: Path, storage: Storage | None = None) -> None:
        self._inbox = inbox
        self._storage = storage or storages["recordings"]
        inbox.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path_for(self, call: UUID) -> str | None:
        """Where to record; None when there is no room."""
        try:
            disk = os.statvfs(self._inbox)
        except OSError:
            return None
        if disk.f_bavail * disk.f_frsize < ROOM_BYTES:
            return None
        return str(self._inbox / f"{call.hex}.wav")

    def seal(self, call: UUID, path: str, at: datetime) -> Sealed:
        """Encrypt a WAV into the storage; doing it again gives the same name. Raises: OSError."""
        name = f"{legal_day(at):%Y/%m/%d}/{call.hex}.wav.sealed"
        target = io.BytesIO()
        with Path(path).open("rb") as source:
            digest = privacy.seal_file(source, target)
        if self._storage.exists(name):
            self._storage.delete(name)
        return Sealed(self._storage.save(name, ContentFile(target.getvalue())), digest.hex())

    def forget(self, path: str) -> None:
        """Delete the file in the clear: it is in the storage and in the journal."""
        Path(path).unlink(missing_ok=True)

    def left_behind(self) -> Iterator[tuple[UUID, Path]]:
        """Messages that a dead process had not brought in."""
        for path in sorted(self._inbox.glob("*.wav")):
            try:
                yield UUID(hex=path.stem), path
            except ValueError:
                continue


def wav_seconds(path: Path) -> float:
    """Length of a WAV of 8,000 samples a second, 16 bits, by its size: a crash may have left the header unfinished."""
    return round(max(0, path.stat().st_size - 44) / 16_000, 1)
