"""One leg's media: its port, what was agreed with the far end, what is played, recorded and relayed."""

from __future__ import annotations

import logging
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from minhu.carriers.sip.media.events import DigitPressed, Lost, MediaEvent, OpDone
from minhu.carriers.sip.media.g711 import SILENCE_FRAME, TRANSCODE, Codec
from minhu.carriers.sip.media.prompts import BEEP, Frames, PromptCache
from minhu.carriers.sip.media.recorder import Recording
from minhu.carriers.sip.media.rtp import HEADER, HEADER_BYTES, PLAIN, Keypad, straighten
from minhu.carriers.sip.media.stream import Lock, Outgoing
from minhu.carriers.sip.media.terms import Terms
from minhu.carriers.sip.media.wire import Address, Buffer, Inbox, Place, place
from minhu.carriers.voice import OpId, RecordLimits

log = logging.getLogger(__name__)

_KEEP_ALIVE_SECONDS: Final = 1.0
"""A bridged telephone that hears nothing gets a frame of silence so often, to keep NAT and trunk open."""


@dataclass(slots=True)
class _Speech:
    """A prompt under way."""

    op: OpId
    prompts: tuple[str, ...]
    loop: bool
    frames: Frames
    whole: bool
    index: int = 0


@dataclass(frozen=True, slots=True)
class Plane:
    """What a session needs of the media plane it belongs to."""

    advertised: str
    lost_after_seconds: float
    prompts: PromptCache
    clock: Callable[[], float]
    rng: random.Random
    released: Callable[[MediaSession, int], None]


class MediaSession:
    """Media of one leg. Made by ``Media.open``; ``close`` gives everything back."""

    def __init__(self, plane: Plane, sock: socket.socket, on_event: Callable[[MediaEvent], None]) -> None:
        now = plane.clock()
        self.local_port: int = sock.getsockname()[1]
        self.closed = False
        self.heard_packets = 0
        self.quiet = False
        self.connected = False
        self._plane = plane
        self._socket = sock
        self._number = sock.fileno()
        self._on_event = on_event
        self._out = Outgoing(sock.fileno(), plane.rng, now)
        self._lock = Lock()
        self._keypad = Keypad()
        self._peer: MediaSession | None = None
        self._routes: dict[int, tuple[int, bytes | None]] = {}
        self._terms = Terms(plane.advertised, self.local_port, plane.rng.getrandbits(31))
        self._kinds = self._terms.kinds
        self._heard_at = now
        self._told_lost_at = now
        self._speech: _Speech | None = None
        self._recording: Recording | None = None
        self._beep: list[bytes] = []

    @property
    def codec(self) -> Codec:
        """What we send now."""
        return self._terms.codec

    @property
    def sent_packets(self) -> int:
        """Packets handed to the network so far."""
        return self._out.packets

    @property
    def bridged(self) -> bool:
        """Whether what we hear is relayed to another leg."""
        return self._peer is not None

    # Negotiation

    def offer(self, *, direction: str = "sendrecv") -> bytes:
        """Our offer: both laws, the one in use first, and telephone events."""
        return self._terms.offer(direction)

    def answer(self, remote_offer: bytes) -> bytes:
        """Agree to an offer; returns our answer. Raises: NotAcceptable, and nothing has changed then."""
        address, codec = self._terms.address, self._terms.codec
        answer = self._terms.answer(remote_offer)
        self._agreed(address, codec)
        return answer

    def accept(self, remote_answer: bytes) -> None:
        """Take the answer to our offer. Raises: NotAcceptable, and nothing has changed then."""
        address, codec = self._terms.address, self._terms.codec
        self._terms.accept(remote_answer)
        self._agreed(address, codec)

    def _agreed(self, address_before: Address | None, codec_before: Codec) -> None:
        terms = self._terms
        signalled = None if terms.address is None else place(terms.address)
        if terms.address != address_before:
            self._out.aim(signalled)
        self._out.payload_type = terms.payload_type
        self._out.direction_open = terms.may_send
        self._lock.renegotiated(signalled)
        self._kinds = terms.kinds
        self._heard_at = self._told_lost_at = self._plane.clock()
        if terms.codec is not codec_before and self._speech is not None:
            self._speech.frames, _ = self._plane.prompts.speech(self._speech.prompts, terms.codec)
        for session in (self, self._peer):
            if session is not None:
                session.reroute()

    def connect(self) -> None:
        """The call is answered: the far end hears at least silence from now on, and should be heard.

        Before, nothing is sent (it might cut off the ringing tone) and nobody is missed. An operation or a bridge,
        which only an answered leg can have, connects too.
        """
        if not self.connected:
            self.connected = True
            self._heard_at = self._told_lost_at = self._plane.clock()

    # Operations

    def play(self, prompts: Sequence[str], op: OpId, *, loop: bool) -> None:
        """Speak WAV files in a row, as one operation; another one under way is stopped.

        What cannot be read is left out (and logged); then, as when nothing can, ``completed`` is False.
        """
        before = self._speech
        if self.closed or (before is not None and before.op == op):
            return
        self.connect()
        frames, whole = self._plane.prompts.speech(tuple(prompts), self.codec)
        self._speech = _Speech(op, tuple(prompts), loop, frames, whole)
        self._settle()
        if before is not None:
            self._tell(OpDone(before.op, completed=False))

    def record(self, path: str, limits: RecordLimits, op: OpId) -> None:
        """Record what the leg says; a prompt or a recording under way is stopped."""
        now = self._plane.clock()
        before = self._recording
        if self.closed or (before is not None and before.op == op):
            return
        self.connect()
        seconds = before.finish(now) if before is not None else 0.0
        speech, self._speech = self._speech, None
        self._recording = Recording(op, path, limits)
        self._beep = list(reversed(BEEP[self.codec])) if limits.beep else []
        if not limits.beep:
            self._recording.begin(now)
        self._settle()
        # Told last: what the owner does then meets the new state.
        if speech is not None:
            self._tell(OpDone(speech.op, completed=False))
        if before is not None:
            self._tell(OpDone(before.op, completed=False, path=before.path, seconds=seconds))

    def stop_op(self, op: OpId) -> bool:
        """Stop a prompt or a recording; its ``OpDone`` comes before this returns. False when it is not running."""
        if self._speech is not None and self._speech.op == op:
            self._end_speech()
        elif self._recording is not None and self._recording.op == op:
            self._end_recording(self._plane.clock())
        else:
            return False
        return True

    def press(self, digit: str) -> None:
        """A key went down: in the sound, or as the owner learnt in another way (SIP INFO)."""
        recording = self._recording
        self._tell(DigitPressed(digit))
        if recording is not None and recording is self._recording and recording.stops_by(digit):
            self._end_recording(self._plane.clock(), completed=True)

    def close(self) -> None:
        """End what is running (``OpDone`` first), leave the bridge, release the port. Doing it again does nothing."""
        if self.closed:
            return
        self.closed = True
        try:
            self._end_speech()
            self._end_recording(self._plane.clock())
            self.leave()
        finally:
            self._plane.released(self, self._number)
            self._socket.close()

    def abandon(self, event: MediaEvent) -> None:
        """Stop what is running after a fault and tell the owner, who is to hang up."""
        self._end_speech()
        self._recording, recording = None, self._recording
        self._beep.clear()
        self._settle()
        if recording is not None:
            self._tell(OpDone(recording.op, completed=False, path=recording.path))
        self._tell(event)

    def _end_speech(self, *, completed: bool = False) -> None:
        speech, self._speech = self._speech, None
        self._settle()
        if speech is not None:
            self._tell(OpDone(speech.op, completed))

    def _end_recording(self, now: float, *, completed: bool = False) -> None:
        recording, self._recording = self._recording, None
        self._beep.clear()
        self._settle()
        if recording is not None:
            seconds = recording.finish(now)
            ended_well = completed and not recording.failed
            self._tell(OpDone(recording.op, ended_well, recording.path, seconds))

    def _tell(self, event: MediaEvent) -> None:
        try:
            self._on_event(event)
        except Exception:
            # A fault of the owner must not stop the sound of other calls.
            log.exception("an event of the media plane was not handled: %s", type(event).__name__)

    # Bridge

    def join(self, peer: MediaSession) -> None:
        """Relay what we hear to ``peer`` from now on."""
        self._peer = peer
        self.connect()
        self._settle()
        self.reroute()

    def leave(self) -> None:
        """End the bridge, if there is one, on both sides."""
        peer, self._peer = self._peer, None
        self._settle()
        self._routes.clear()
        self._out.change_feed()
        if peer is not None:
            peer.leave()

    def _settle(self) -> None:
        """Whether there is nothing to do but relay."""
        self.quiet = self._peer is not None and self._speech is None and self._recording is None

    def reroute(self) -> None:
        """Work out anew how each payload type we may hear is sent on."""
        self._routes.clear()
        peer = self._peer
        if peer is None:
            return
        peer._out.change_feed()
        for kind, codec in self._kinds.items():
            if codec is not None:
                table = None if codec is peer.codec else TRANSCODE[codec, peer.codec]
                self._routes[kind] = (peer._out.payload_type, table)
            elif peer._terms.keys is not None:
                self._routes[kind] = (peer._terms.keys, None)

    # Packets and time

    def receive(self, inbox: Inbox, now: float) -> None:
        """Take one packet off the socket: relay it, record it, or hear the key in it."""
        length = inbox.read(self._number)
        packet = inbox.data
        if length <= HEADER_BYTES or packet[0] != PLAIN:
            length = straighten(packet, length) if length > 0 else 0
            if not length:
                return
        kind = packet[1] & 0x7F
        if kind not in self._kinds:
            return
        source = inbox.source
        if source != self._lock.source and not self._meet(source, now):
            return
        self.heard_packets += 1
        self._heard_at = now
        codec = self._kinds[kind]
        if codec is None:
            self._hear_key(inbox, length, now)
            return
        if self._recording is not None:
            self._keep(self._recording, codec, inbox.view[:length], now)
        self._pass_on(kind, inbox, length, now)

    def _hear_key(self, packet: Buffer, length: int, now: float) -> None:
        digit = self._keypad.press(packet.data, length, now)
        self._pass_on(packet.data[1] & 0x7F, packet, length, now)
        if digit:
            self.press(digit)

    def _keep(self, recording: Recording, codec: Codec, packet: memoryview, now: float) -> None:
        if recording.begun:
            _, _, _, stamp, feed = HEADER.unpack_from(packet)
            recording.take(codec, stamp, feed, bytes(packet[HEADER_BYTES:]), now)

    def _pass_on(self, kind: int, packet: Buffer, length: int, now: float) -> None:
        peer = self._peer
        route = self._routes.get(kind)
        if route is None or peer is None or peer._speech is not None or peer._beep:
            return
        out_kind, table = route
        if table is not None:
            packet.view[HEADER_BYTES:length] = bytes(packet.view[HEADER_BYTES:length]).translate(table)
        peer._out.relay(packet, length, out_kind, now)

    def _meet(self, source: Place, now: float) -> bool:
        if not self._terms.agreed or not self._lock.admits(source, now - self._heard_at):
            return False
        if self._terms.address is not None:
            self._out.aim(source)
        return True

    def tick(self, tick: int, now: float) -> None:
        """Twenty milliseconds have passed: speak the next frame, look at limits and silence."""
        frame = self._next_frame(now)
        if frame is not None:
            self._out.frame(frame, tick, now)
        elif self.connected and (self._peer is None or now - self._out.sent_at >= _KEEP_ALIVE_SECONDS):
            self._out.frame(SILENCE_FRAME[self.codec], tick, now)
        if self._recording is not None and self._recording.over(now):
            self._end_recording(now, completed=True)
        after = self._plane.lost_after_seconds
        if self.connected and self._terms.expects_sound and now - max(self._heard_at, self._told_lost_at) >= after:
            self._told_lost_at = now
            self._tell(Lost())

    def _next_frame(self, now: float) -> bytes | None:
        if self._beep:
            frame = self._beep.pop()
            if not self._beep and self._recording is not None:
                self._recording.begin(now)
            return frame
        speech = self._speech
        if speech is None:
            return None
        if speech.index >= len(speech.frames):
            if not speech.loop or not speech.frames:
                self._end_speech(completed=speech.whole and bool(speech.frames))
                return None
            speech.index = 0
        speech.index += 1
        return speech.frames[speech.index - 1]
