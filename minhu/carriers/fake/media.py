"""Prompts and recordings of the network in memory: how long they last, and the WAV file that a recording leaves."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from minhu.carriers.fake.clock import Cancellable
from minhu.carriers.voice import LegId, OpId, RecordLimits

SAMPLES_PER_SECOND = 8000
BYTES_PER_SAMPLE = 2


@dataclass(slots=True, eq=False)
class Prompt:
    """A prompt that plays."""

    leg: LegId
    op: OpId
    timers: list[Cancellable] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Recording:
    """A recording that runs. started_at: seconds of the clock. says_seconds: how long the far end speaks."""

    leg: LegId
    op: OpId
    path: Path
    limits: RecordLimits
    started_at: float
    says_seconds: float
    timers: list[Cancellable] = field(default_factory=list)

    def lasts_seconds(self) -> float:
        """Until it ends by itself: at the limit, or when silence has followed the last word."""
        if not self.limits.silence_seconds:
            return self.limits.max_seconds
        return min(self.says_seconds + self.limits.silence_seconds, self.limits.max_seconds)

    def finish(self, now: float) -> float:
        """Write the file. Returns the seconds of speech in it."""
        seconds = min(self.says_seconds, now - self.started_at, self.limits.max_seconds)
        write_wav(self.path, seconds)
        return seconds


Operation = Prompt | Recording


def write_wav(path: Path, seconds: float) -> None:
    """A file of ``seconds`` of low noise, 8 kHz mono."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(BYTES_PER_SAMPLE)
        file.setframerate(SAMPLES_PER_SECOND)
        file.writeframes(b"\x40\x01\xc0\xfe" * int(seconds * SAMPLES_PER_SECOND / 2))


def prompt_seconds(prompts: Sequence[str], otherwise: float) -> list[float]:
    """Length of each prompt; ``otherwise`` for one whose file does not exist."""
    return [_wav_seconds(Path(prompt)) if Path(prompt).is_file() else otherwise for prompt in prompts]


def _wav_seconds(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
