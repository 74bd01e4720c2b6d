"""Media of the embedded engine: RTP ports, prompts, recordings, keys, and the relay between two legs."""

from minhu.carriers.sip.media.events import (
    DigitPressed,
    Lost,
    MediaEvent,
    NoPorts,
    NotAcceptable,
    OpDone,
)
from minhu.carriers.sip.media.plane import Media
from minhu.carriers.sip.media.session import MediaSession
from minhu.carriers.sip.media.wav import repair

__all__ = [
    "DigitPressed",
    "Lost",
    "Media",
    "MediaEvent",
    "MediaSession",
    "NoPorts",
    "NotAcceptable",
    "OpDone",
    "repair",
]
