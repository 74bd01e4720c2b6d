"""What the media plane tells its owner, and what it refuses.

CarrierError
├── NoPorts          every RTP port of the range is in use (try again later)
└── NotAcceptable    the far end's session description offers nothing we can speak (SIP 488)
"""

from __future__ import annotations

from dataclasses import dataclass

from minhu.carriers.errors import CarrierError
from minhu.carriers.voice import OpId


class NoPorts(CarrierError):
    """Every RTP port of the range is in use."""

    def __init__(self) -> None:
        super().__init__("no RTP port is free: widen the range, or fewer calls", permanent=False)


class NotAcceptable(CarrierError):
    """The session description cannot be agreed upon; answered with 488."""

    def __init__(self, why: str) -> None:
        super().__init__(why, permanent=True)


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key was pressed; told once for each press, when it goes down."""

    digit: str


@dataclass(frozen=True, slots=True)
class OpDone:
    """A prompt or a recording has ended.

    completed: it ended by itself (a prompt to its last sample; a recording by silence, length or key),
        not by ``stop_op``, a hang-up or a fault.
    path, seconds: of a recording: the file, and the length of speech kept (0.0: nobody spoke).
    """

    op: OpId
    completed: bool
    path: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing was heard for ``lost_after_seconds`` though it should have been; told again after each such span."""


MediaEvent = DigitPressed | OpDone | Lost
