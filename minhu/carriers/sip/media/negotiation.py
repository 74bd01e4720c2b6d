"""What two telephones agree on: SDP offers and answers (RFC 8866, RFC 3264) for one audio stream.

Parsing is aiosipua's; everything it raises on hostile text becomes ``NotAcceptable``. Host names are never looked up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from aiosipua.sdp import MediaDescription, SdpMessage, parse_sdp

from minhu.carriers.sip.media.events import NotAcceptable
from minhu.carriers.sip.media.g711 import RATE, Codec

MAX_BYTES: Final = 16_384
MAX_STREAMS: Final = 16
KEYS_TYPE: Final = 101
"""The payload type we offer for telephone events."""

_SENDS: Final = frozenset({"sendrecv", "sendonly"})
_RECEIVES: Final = frozenset({"sendrecv", "recvonly"})
DIRECTIONS: Final = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})

Stream = tuple[str, str, str]
"""Kind, protocol and first format of a stream that we refuse but must repeat."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the far end can do, and where.

    address: where it wants RTP; None when it is on hold the old way (0.0.0.0).
    codecs: what it speaks, our first choice first, with its payload types.
    keys: payload type of its telephone events, None when it has none.
    direction: as the far end means it.
    streams, index: every stream of its description in order, and which of them is ours.
    """

    address: tuple[str, int] | None
    codecs: tuple[tuple[Codec, int], ...]
    keys: int | None
    direction: str
    streams: tuple[Stream, ...]
    index: int


@dataclass(frozen=True, slots=True)
class Ours:
    """Our side of a description."""

    address: str
    port: int
    session: int
    version: int
    direction: str
    codecs: tuple[tuple[Codec, int], ...]
    keys: int | None
    streams: tuple[Stream, ...] = field(default=(("audio", "RTP/AVP", "8"),))
    index: int = 0


def sends(direction: str) -> bool:
    """Whether who says this direction of itself sends."""
    return direction in _SENDS


def receives(direction: str) -> bool:
    """Whether who says this direction of itself wants to receive."""
    return direction in _RECEIVES


def direction_of(*, sending: bool, receiving: bool) -> str:
    """The word for it."""
    if sending:
        return "sendrecv" if receiving else "sendonly"
    return "recvonly" if receiving else "inactive"


def understand(description: bytes, *, ourselves: tuple[str, int]) -> Agreement:
    """Read the far end's offer or answer. Raises: NotAcceptable."""
    if len(description) > MAX_BYTES:
        raise NotAcceptable("session description too long")
    try:
        sdp = parse_sdp(description.decode("utf-8", errors="replace"))
    except (
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        AttributeError,
        OverflowError,
    ) as fault:
        raise NotAcceptable("malformed session description") from fault
    if len(sdp.media) > MAX_STREAMS:
        raise NotAcceptable("too many streams")
    index = _audio(sdp)
    audio = sdp.media[index]
    codecs = _codecs(audio)
    if not codecs:
        raise NotAcceptable("neither A-law nor µ-law")
    return Agreement(
        address=_address(sdp, audio, ourselves),
        codecs=codecs,
        keys=_keys(audio),
        direction=_direction(sdp, audio),
        streams=tuple((media.media, media.proto, (media.formats or ["0"])[0]) for media in sdp.media),
        index=index,
    )


def describe(ours: Ours) -> bytes:
    """Our offer or answer; streams that are not ours are refused with port 0."""
    formats = [str(kind) for _, kind in ours.codecs]
    maps = "".join(f"a=rtpmap:{kind} {codec.name}/{RATE}\r\n" for codec, kind in ours.codecs)
    if ours.keys is not None:
        formats.append(str(ours.keys))
        maps += f"a=rtpmap:{ours.keys} telephone-event/{RATE}\r\na=fmtp:{ours.keys} 0-15\r\n"
    audio = f"m=audio {ours.port} RTP/AVP {' '.join(formats)}\r\n{maps}a=ptime:20\r\na={ours.direction}\r\n"
    streams = [f"m={kind} 0 {proto} {form}\r\n" for kind, proto, form in ours.streams]
    streams[ours.index] = audio
    return (
        f"v=0\r\no=minhu {ours.session} {ours.version} IN IP4 {ours.address}\r\ns=-\r\n"
        f"c=IN IP4 {ours.address}\r\nt=0 0\r\n{''.join(streams)}"
    ).encode()


def _audio(sdp: SdpMessage) -> int:
    for index, media in enumerate(sdp.media):
        if media.media == "audio" and media.port != 0 and media.proto.upper() == "RTP/AVP":
            return index
    raise NotAcceptable("no plain audio stream")


def _codecs(audio: MediaDescription) -> tuple[tuple[Codec, int], ...]:
    found: dict[Codec, int] = {}
    for codec in audio.codecs:
        name = codec.encoding_name.upper()
        if name in Codec.__members__ and codec.clock_rate == RATE and (codec.channels or 1) == 1:
            if not 0 <= codec.payload_type < 128:
                raise NotAcceptable("payload type out of range")
            found.setdefault(Codec[name], codec.payload_type)
    return tuple(found.items())


def _keys(audio: MediaDescription) -> int | None:
    for codec in audio.codecs:
        event = codec.encoding_name.lower() == "telephone-event" and codec.clock_rate == RATE
        if event and 0 <= codec.payload_type < 128:
            return codec.payload_type
    return None


def _direction(sdp: SdpMessage, audio: MediaDescription) -> str:
    for attributes in (audio.attributes, sdp.attributes):
        for direction in DIRECTIONS:
            if direction in attributes:
                return direction
    return "sendrecv"


def _address(sdp: SdpMessage, audio: MediaDescription, ourselves: tuple[str, int]) -> tuple[str, int] | None:
    connection = audio.connection or sdp.connection
    if connection is None:
        raise NotAcceptable("no address")
    address = _ipv4(connection.address)
    if not 1024 <= audio.port <= 65535:
        raise NotAcceptable("port out of range")
    if address.is_unspecified:
        return None
    if address.is_multicast or address.is_reserved or (address.is_loopback and not _ipv4(ourselves[0]).is_loopback):
        raise NotAcceptable("not an address to send to")
    if (str(address), audio.port) == ourselves:
        raise NotAcceptable("our own address")
    return str(address), audio.port


@lru_cache(maxsize=1024)
def _ipv4(text: str) -> IPv4Address:
    """Raises: NotAcceptable."""
    try:
        return IPv4Address(text)
    except AddressValueError as fault:
        raise NotAcceptable("not an IPv4 address") from fault
