"""WAV files that are whole at every moment: 8 kHz, mono, 16 bit, what a browser plays.

The header is written first and its lengths are set anew after each piece of sound, so a process that is killed leaves a
file that plays to its last piece. ``repair`` sets the lengths right after a fall between the two.
"""

from __future__ import annotations

import os
from struct import Struct
from typing import Final

from minhu.carriers.sip.media.g711 import RATE

_HEADER: Final = Struct("<4sI4s4sIHHIIHH4sI")
HEADER_BYTES: Final = _HEADER.size
SAMPLE_BYTES: Final = 2


def header(data_bytes: int) -> bytes:
    """The 44 bytes before the samples."""
    return _HEADER.pack(
        b"RIFF",
        HEADER_BYTES - 8 + data_bytes,
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        RATE,
        RATE * SAMPLE_BYTES,
        SAMPLE_BYTES,
        8 * SAMPLE_BYTES,
        b"data",
        data_bytes,
    )


def repair(path: str) -> float:
    """Set the lengths in a recording's header by the size of the file; returns its seconds.

    A file too short for a header becomes an empty, valid recording. Raises: OSError; ValueError when the file is not
    one of our recordings, which is then left as it is.
    """
    file = os.open(path, os.O_RDWR)
    try:
        start = os.pread(file, HEADER_BYTES, 0)
        pattern = header(0)
        # Bytes 4–8 and 40–44 are the lengths.
        if start[:4] + start[8:40] != (pattern[:4] + pattern[8:40])[: len(start[:4] + start[8:40])]:
            raise ValueError("not a recording of ours")
        data_bytes = max(0, os.fstat(file).st_size - HEADER_BYTES) // SAMPLE_BYTES * SAMPLE_BYTES
        os.pwrite(file, header(data_bytes), 0)
        os.ftruncate(file, HEADER_BYTES + data_bytes)
    finally:
        os.close(file)
    return data_bytes / SAMPLE_BYTES / RATE


class WavFile:
    """A recording on disk. Every method may raise OSError; what was written before stays."""

    __slots__ = ("_file", "data_bytes")

    def __init__(self, path: str) -> None:
        self.data_bytes = 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(self._file, header(0), 0)
        except OSError:
            os.close(self._file)
            raise

    def append(self, pcm: bytes | bytearray) -> None:
        """Add whole samples, then set the lengths. Raises OSError; a part may have been written."""
        end = HEADER_BYTES + self.data_bytes
        rest = memoryview(pcm)
        try:
            while rest:
                written = os.pwrite(self._file, rest, end)
                end += written
                rest = rest[written:]
        finally:
            self.data_bytes = (end - HEADER_BYTES) // SAMPLE_BYTES * SAMPLE_BYTES
            # These bytes are on disk already: writing over them needs no room.
            os.pwrite(self._file, header(self.data_bytes), 0)

    def cut(self, data_bytes: int) -> None:
        """Drop what lies behind ``data_bytes``, if there is more."""
        self.data_bytes = min(self.data_bytes, data_bytes)
        os.pwrite(self._file, header(self.data_bytes), 0)
        os.ftruncate(self._file, HEADER_BYTES + self.data_bytes)

    def close(self) -> None:
        """Give the file back; it is complete, though not forced to the platter (the keeper of the file does that)."""
        os.close(self._file)
