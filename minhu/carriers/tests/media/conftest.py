from __future__ import annotations

import asyncio
import wave
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from minhu.carriers.tests.media.phone import Studio


@pytest.fixture
def build() -> Iterator[Callable[..., Studio]]:
    """Makes media planes; whatever is left open in them is closed in the end."""
    built: list[Studio] = []

    def make(**settings: Any) -> Studio:
        built.append(Studio(**settings))
        return built[-1]

    yield make
    for studio in built:
        asyncio.run(studio.close())


@pytest.fixture
def studio(build: Callable[..., Studio]) -> Studio:
    return build()


@pytest.fixture
def prompt(tmp_path: Path) -> Callable[..., str]:
    """Writes a WAV file of so many frames of a square wave; returns its path."""

    def write(frames: int, *, name: str = "prompt", rate: int = 8000) -> str:
        path = tmp_path / f"{name}.wav"
        with wave.open(str(path), "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(rate)
            wav.writeframes(array("h", [8000, -8000] * (80 * frames)).tobytes())
        return str(path)

    return write
