"""Carriers of our own making: a telephone network and an SMS gateway that live in memory, for scenes and tests.

clock.py    time that passes only when a test says so
voice.py    FakeVoiceEngine, and the handsets and callers at its far end
text.py     FakeTextGateway, and the citizens' phones at its far end
"""

from __future__ import annotations

from minhu.carriers.fake.clock import Timers, VirtualClock, VirtualTimeLoop
from minhu.carriers.fake.handsets import Answers, Busy, Declines, FarEnd, Ignores, Script, Silent
from minhu.carriers.fake.text import FakeTextGateway
from minhu.carriers.fake.voice import FakeVoiceEngine

__all__ = [
    "Answers",
    "Busy",
    "Declines",
    "FakeTextGateway",
    "FakeVoiceEngine",
    "FarEnd",
    "Ignores",
    "Script",
    "Silent",
    "Timers",
    "VirtualClock",
    "VirtualTimeLoop",
]
