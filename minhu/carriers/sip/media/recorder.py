"""Recording what a telephone says: order, gaps, silence, limits.

``Sorter`` puts packets in order and tells the gaps; ``Recording`` turns them into a WAV file and knows when to end.
"""

from __future__ import annotations

import bisect
import logging
from typing import Final

from minhu.carriers.sip.media.g711 import RATE, Codec, decode, loudness
from minhu.carriers.sip.media.rtp import forward
from minhu.carriers.sip.media.wav import SAMPLE_BYTES, WavFile
from minhu.carriers.voice import OpId, RecordLimits

log = logging.getLogger(__name__)

WAIT_SECONDS: Final = 0.06
"""How long a gap is held open for a packet that is late."""
WAIT_PACKETS: Final = 3

SPEECH_LOUDNESS: Final = 160.0
"""Mean amplitude of 32,768 above which a packet may be speech: about -46 dB, 20 dB under ordinary telephone speech."""
_SPEECH_PACKETS: Final = 3
"""A click is not speech: so many loud packets in a row are."""
_TAIL_SECONDS: Final = 1.0
"""What is kept after the last speech."""
_FLUSH_SECONDS: Final = 0.5

Piece = tuple[int, bytes]
"""Samples missing before a payload, and the payload (one byte a sample)."""


class Sorter:
    """A small jitter buffer: packets in, pieces out in order, each sample at most once.

    A sender that begins anew (another source, a time stamp that leaps) is joined after the time that passed.
    Positions count samples since the first packet.
    """

    __slots__ = ("_arrived", "_end", "_held", "_position", "_source", "_stamp")

    def __init__(self) -> None:
        self._end: int | None = None
        self._position = 0
        self._stamp = 0
        self._source = -1
        self._arrived = 0.0
        self._held: list[tuple[int, float, bytes]] = []

    def push(self, stamp: int, source: int, payload: bytes, now: float) -> list[Piece]:
        """Take a packet; returns what has become ready."""
        ready: list[Piece] = []
        ahead = forward(stamp, self._stamp)
        passed = int((now - self._arrived) * RATE)
        if self._source < 0:
            position = ahead = 0
        elif source != self._source or not -RATE <= ahead <= passed + RATE:
            ready = self.flush()
            position = (self._end or 0) + max(0, passed - len(payload))
            ahead = 0
        else:
            position = self._position + ahead
        if ahead >= 0:
            self._stamp, self._position = stamp, position
        self._source, self._arrived = source, now
        if self._end is None or position >= self._end:
            index = bisect.bisect_left(self._held, position, key=lambda held: held[0])
            if index == len(self._held) or self._held[index][0] != position:
                self._held.insert(index, (position, now, payload))
        return ready + self.due(now)

    def due(self, now: float) -> list[Piece]:
        """What is in order, or has waited long enough."""
        ready: list[Piece] = []
        while self._held:
            position, arrived, _ = self._held[0]
            in_order = self._end is not None and position <= self._end
            if not in_order and len(self._held) <= WAIT_PACKETS and now - arrived < WAIT_SECONDS:
                break
            ready.append(self._release())
        return ready

    def flush(self) -> list[Piece]:
        """Everything still held."""
        return [self._release() for _ in range(len(self._held))]

    def _release(self) -> Piece:
        position, _, payload = self._held.pop(0)
        end = position if self._end is None else self._end
        self._end = max(end, position + len(payload))
        return max(0, position - end), payload[max(0, end - position) :]


class Recording:
    """One recording under way. Faults of the disk end it and are never raised."""

    __slots__ = (
        "_begun_at",
        "_codec",
        "_file",
        "_flushed_at",
        "_limits",
        "_loud",
        "_pcm",
        "_samples",
        "_sorter",
        "_speech_at",
        "_speech_end",
        "failed",
        "op",
        "path",
    )

    def __init__(self, op: OpId, path: str, limits: RecordLimits) -> None:
        self.op = op
        self.path = path
        self.failed = False
        self._limits = limits
        self._sorter = Sorter()
        self._codec = Codec.PCMA
        self._pcm = bytearray()
        self._samples = 0
        self._loud = 0
        self._speech_end = 0
        self._begun_at: float | None = None
        self._speech_at = 0.0
        self._flushed_at = 0.0
        self._file: WavFile | None = None
        try:
            self._file = WavFile(path)
        except OSError as fault:
            self._fail(fault)

    @property
    def begun(self) -> bool:
        """The beep is over and what is said is kept."""
        return self._begun_at is not None

    def begin(self, now: float) -> None:
        """From now on keep what is said."""
        self._begun_at = self._speech_at = self._flushed_at = now

    def stops_by(self, digit: str) -> bool:
        """Whether this key ends the recording."""
        return self.begun and digit in self._limits.stop_digits

    def take(self, codec: Codec, stamp: int, source: int, payload: bytes, now: float) -> None:
        """Keep one packet."""
        if codec is not self._codec:
            self._keep(self._sorter.flush(), now)
            self._codec = codec
        self._keep(self._sorter.push(stamp, source, payload, now), now)

    def over(self, now: float) -> bool:
        """Whether a limit, silence or the disk has ended it; to be asked every 20 ms or so."""
        if self._begun_at is None:
            return self.failed
        self._keep(self._sorter.due(now), now)
        if now - self._flushed_at >= _FLUSH_SECONDS:
            self._flush(now)
        limits = self._limits
        silent = 0 < limits.silence_seconds <= now - self._speech_at
        full = now - self._begun_at >= limits.max_seconds or self._samples >= limits.max_seconds * RATE
        return self.failed or silent or full

    def finish(self, now: float) -> float:
        """Write the rest, drop the silence at the end, close the file; returns the seconds of speech kept.

        When nobody was heard to speak the file keeps all there was, in case the voice was only too low.
        """
        self._keep(self._sorter.flush(), now)
        self._flush(now)
        if self._file is None:
            return 0.0
        kept = self._file.data_bytes // SAMPLE_BYTES
        try:
            if self._speech_end:
                kept = min(kept, self._speech_end + int(_TAIL_SECONDS * RATE))
                self._file.cut(kept * SAMPLE_BYTES)
        except OSError as fault:
            self._fail(fault)
        finally:
            file, self._file = self._file, None
            self._close(file)
        return kept / RATE if self._speech_end else 0.0

    def _keep(self, pieces: list[Piece], now: float) -> None:
        room = int(self._limits.max_seconds * RATE) - self._samples
        for missing, payload in pieces:
            heard = payload[: max(0, room - missing)]
            gap = max(0, min(missing, room))
            self._pcm += bytes(SAMPLE_BYTES * gap) + decode(heard, self._codec)
            self._samples += gap + len(heard)
            room -= gap + len(heard)
            self._loud = self._loud + 1 if loudness(heard, self._codec) >= SPEECH_LOUDNESS else 0
            if self._loud >= _SPEECH_PACKETS:
                self._speech_at = now
                self._speech_end = self._samples

    def _flush(self, now: float) -> None:
        self._flushed_at = now
        if self._file is None or not self._pcm:
            return
        pcm, self._pcm = self._pcm, bytearray()
        if self.failed:
            return
        try:
            self._file.append(pcm)
        except OSError as fault:
            self._fail(fault)

    def _fail(self, fault: OSError) -> None:
        if not self.failed:
            log.error("recording %s ends early: %s", self.op, fault.strerror)
        self.failed = True

    def _close(self, file: WavFile) -> None:
        try:
            file.close()
        except OSError as fault:
            self._fail(fault)
