"""The far ends of the network in memory: how a handset behaves, and what whoever holds it experiences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minhu.carriers.voice import EndedBy, LegEnded, LegId

if TYPE_CHECKING:
    from minhu.carriers.fake.voice import FakeVoiceEngine

RINGS_AFTER_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Answers:
    """The handset rings, is picked up, and hangs up ``talk_seconds`` later (None: only when we do)."""

    after_seconds: float = 4.0
    talk_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Busy:
    """Engaged: 486 without ringing."""

    after_seconds: float = RINGS_AFTER_SECONDS


@dataclass(frozen=True, slots=True)
class Declines:
    """The handset rings, and the call is refused by hand."""

    after_seconds: float = 3.0
    sip_code: int = 603


@dataclass(frozen=True, slots=True)
class Ignores:
    """The handset rings for ever."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing at all comes back: switched off, without coverage."""


Script = Answers | Busy | Declines | Ignores | Silent


@dataclass(slots=True, eq=False)
class FarEnd:
    """The telephone at the other end of a leg: what it experienced, and what it can do.

    number: of this telephone. shown: the number it rang (a caller), or the caller's number on its display.
    incoming: it rang us. was_told_trying: it knows that we have its call. heard: prompts that began to play, in
    order. hears: the leg it is talking to. says_seconds: how long it speaks once a recording starts.
    ended: how the call ended, once it has.
    """

    leg: LegId
    number: str
    shown: str
    incoming: bool
    engine: FakeVoiceEngine = field(repr=False)
    was_told_trying: bool = False
    rang: bool = False
    answered: bool = False
    says_seconds: float = 0.0
    heard: list[str] = field(default_factory=list)
    hears: LegId | None = None
    ended: LegEnded | None = None

    def hangs_up(self) -> None:
        """Hang up, or cancel while it still rings. Does nothing when the call is over."""
        self.engine.far_end_leaves(self.leg, 200 if self.answered else 487, "hung up", EndedBy.CALLER)

    def drops_out(self) -> None:
        """The media stops: a tunnel, an empty battery."""
        self.engine.far_end_leaves(self.leg, 408, "media lost", EndedBy.NETWORK)

    def picks_up(self) -> None:
        """A dialled handset is answered by hand, whatever its script."""
        self.engine.far_end_answers(self.leg)

    def presses(self, digits: str) -> None:
        """Press keys, one event each."""
        self.engine.far_end_presses(self.leg, digits)
