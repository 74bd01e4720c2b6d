"""Prompts, read from WAV once for each codec and kept as frames ready to send."""

from __future__ import annotations

import logging
import math
import os
import time
import wave
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from minhu.carriers.sip.media.g711 import FRAME, RATE, SILENCE_FRAME, Codec, encode

log = logging.getLogger(__name__)

Frames = tuple[bytes, ...]

MAX_PROMPT_SECONDS: Final = 600
_KEPT: Final = 512
_LOOK_AGAIN_SECONDS: Final = 5.0

_BEEP_SECONDS: Final = 0.4
_BEEP_HZ: Final = 1000
_BEEP_LEVEL: Final = 8000


class UnusablePrompt(Exception):
    """The file is not 8 kHz mono 16-bit WAV, or is too long."""


def read_pcm(path: str) -> bytes:
    """Samples of a WAV file. Raises: UnusablePrompt, OSError."""
    try:
        with wave.open(path, "rb") as wav:
            shape = (wav.getnchannels(), wav.getsampwidth(), wav.getframerate())
            if shape != (1, 2, RATE):
                raise UnusablePrompt(f"{path}: need 1 channel, 2 bytes, 8000 Hz, found {shape}")
            if wav.getnframes() > MAX_PROMPT_SECONDS * RATE:
                raise UnusablePrompt(f"{path}: longer than {MAX_PROMPT_SECONDS} s")
            pcm = wav.readframes(wav.getnframes())
    except (wave.Error, EOFError) as fault:
        raise UnusablePrompt(f"{path}: {fault}") from fault
    return pcm[: len(pcm) // 2 * 2]


def frames_of(payload: bytes, codec: Codec) -> Frames:
    """Cut into 20 ms frames, the last filled up with silence."""
    padded = payload + SILENCE_FRAME[codec][: -len(payload) % FRAME]
    return tuple(padded[start : start + FRAME] for start in range(0, len(padded), FRAME))


def _tone() -> bytes:
    count = int(_BEEP_SECONDS * RATE)
    step = 2 * math.pi * _BEEP_HZ / RATE
    samples = array("h", (int(_BEEP_LEVEL * math.sin(step * index)) for index in range(count)))
    return samples.tobytes()


BEEP: Final = {codec: frames_of(encode(_tone(), codec), codec) for codec in Codec}


@dataclass(slots=True)
class _Kept:
    """Frames of a file as it was at ``stamp``; looked at again when the clock says ``until``."""

    stamp: tuple[int, int]
    frames: Frames
    until: float


class PromptCache:
    """Frames of each prompt in each codec. A file that was replaced is read again, a few seconds later at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[tuple[str, Codec], _Kept] = OrderedDict()

    def frames(self, path: str, codec: Codec) -> Frames:
        """Frames of one prompt. Raises: UnusablePrompt, OSError."""
        kept = self._kept.get((path, codec))
        now = self._clock()
        if kept is not None and now < kept.until:
            return kept.frames
        status = os.stat(path)
        stamp = (status.st_mtime_ns, status.st_size)
        if kept is None or kept.stamp != stamp:
            kept = self._kept[path, codec] = _Kept(stamp, frames_of(encode(read_pcm(path), codec), codec), now)
        kept.until = now + _LOOK_AGAIN_SECONDS
        self._kept.move_to_end((path, codec))
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return kept.frames

    def speech(self, paths: Sequence[str], codec: Codec) -> tuple[Frames, bool]:
        """Frames of several prompts in a row, and whether all of them could be read."""
        frames: list[bytes] = []
        whole = True
        for path in paths:
            try:
                frames.extend(self.frames(path, codec))
            except (OSError, UnusablePrompt) as fault:
                # The caller hears the rest; the operator reads why something is missing.
                log.warning("prompt left out: %s", fault)
                whole = False
        return tuple(frames), whole

    def prepare(self, paths: Iterable[str]) -> None:
        """Read prompts into the cache beforehand, in every codec, so that no call waits for a disk."""
        wanted = tuple(paths)
        for codec in Codec:
            self.speech(wanted, codec)
