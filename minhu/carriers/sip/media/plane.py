"""The media plane: ports, bridges, and the one heartbeat that moves all sound.

A heartbeat reads what has come on all sockets at once (one epoll for all of them) and relays it on the spot; every
20 ms it also makes each session speak its next frame. While anybody is bridged it beats every 3 ms, else only to speak.
So a packet costs no wake-up of its own, a hundred bridged calls cost about 300 wake-ups a second, and a packet waits
4 ms at most.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import select
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address
from typing import Final

from minhu.carriers.sip.media.events import Lost, MediaEvent, NoPorts
from minhu.carriers.sip.media.prompts import PromptCache
from minhu.carriers.sip.media.session import MediaSession, Plane
from minhu.carriers.sip.media.wire import Inbox

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 0.003
TICK_SECONDS: Final = 0.02
_TICKS_CAUGHT_UP: Final = 5
"""After a stall of more ticks than these the rest is left out rather than sent in a burst."""
_QUIET_TICKS: Final = 50
"""A leg that only relays is looked at once a second."""
_ROUNDS: Final = 16
"""Packets of one socket read in one heartbeat at most."""
_SWITCH_SECONDS: Final = 0.0005
"""How long a busy thread may keep the interpreter while a heartbeat is due; Python's own 5 ms are a quarter frame."""
_EXPEDITED: Final = 0xB8
"""Type of service of telephone sound: DSCP EF, RFC 4594."""


class Media:
    """RTP for every leg of one engine, in the event loop.

    address: where sockets are bound; advertised: what session descriptions say, when a NAT lies between.
    ports: RTP takes the even ones (the odd ones are RTCP's, which is neither sent nor read).
    clock, rng: seconds and chance; of the machine unless a test gives its own and calls ``beat`` by hand.
    """

    def __init__(
        self,
        *,
        address: str,
        ports: range,
        advertised: str = "",
        lost_after_seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        rng: random.Random | None = None,
    ) -> None:
        if IPv4Address(advertised or address).is_unspecified:
            raise ValueError("an address to advertise is needed when bound to every address")
        self._address = address
        self._free = deque(port for port in ports if port % 2 == 0 and 0 < port < 65536)
        self._clock = clock
        self._prompts = PromptCache(clock)
        self._plane = Plane(
            advertised=advertised or address,
            lost_after_seconds=lost_after_seconds,
            prompts=self._prompts,
            clock=clock,
            rng=rng or random.Random(os.urandom(32)),  # noqa: S311 - SSRCs must differ, not be secret (RFC 3550 §8)
            released=self._released,
        )
        self._sessions: dict[int, MediaSession] = {}
        self._epoll = select.epoll()
        self._inbox = Inbox()
        self._tick = 0
        self._tick_at = 0.0
        self._relaying = False
        self._switch_seconds = sys.getswitchinterval()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def free_ports(self) -> int:
        """How many more legs can have sound."""
        return len(self._free)

    async def start(self) -> None:
        """Begin to beat; other threads of the process give way to the loop more readily from now on."""
        self._loop = asyncio.get_running_loop()
        self._switch_seconds = sys.getswitchinterval()
        sys.setswitchinterval(min(self._switch_seconds, _SWITCH_SECONDS))
        self._wake()

    async def stop(self) -> None:
        """Close every session and stop."""
        for session in tuple(self._sessions.values()):
            session.close()
        if self._loop is not None:
            sys.setswitchinterval(self._switch_seconds)
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._epoll.close()

    def prepare(self, prompts: Iterable[str]) -> None:
        """Read these prompts now, so that no call waits for the disk. All of ours take a third of a second."""
        self._prompts.prepare(prompts)

    def open(self, on_event: Callable[[MediaEvent], None]) -> MediaSession:
        """Sound for one leg, on a port of its own. Raises: NoPorts."""
        sock = self._take_port()
        try:
            session = MediaSession(self._plane, sock, on_event)
            self._epoll.register(sock.fileno(), select.EPOLLIN)
        except BaseException:
            self._free.append(sock.getsockname()[1])
            sock.close()
            raise
        if not self._sessions:
            self._tick_at = self._clock()
        self._sessions[sock.fileno()] = session
        self._wake()
        return session

    def bridge(self, a: MediaSession, b: MediaSession) -> None:
        """Let two legs hear each other; a bridge either was in before ends."""
        if a is b or a.closed or b.closed:
            return
        self.unbridge(a)
        self.unbridge(b)
        a.join(b)
        b.join(a)
        self._relaying = True
        self._hasten()

    def unbridge(self, a: MediaSession) -> None:
        """End the bridge a leg is in, if any; both then hear silence."""
        a.leave()

    def beat(self) -> None:
        """Read and relay what has come; every 20 ms let every session speak."""
        now = self._clock()
        for _ in range(_ROUNDS):
            if not self._hear(now):
                break
        if now >= self._tick_at:
            self._speak(now)

    def _hear(self, now: float) -> bool:
        """One packet of each socket that has any; False when none has."""
        ready = self._epoll.poll(0)
        for number, _ in ready:
            session = self._sessions.get(number)
            if session is None:
                continue
            try:
                session.receive(self._inbox, now)
            except Exception:
                log.exception("sound from the far end of port %d failed", session.local_port)
                session.abandon(Lost())
        return bool(ready)

    def _speak(self, now: float) -> None:
        late = now - self._tick_at
        skipped = int(late / TICK_SECONDS) if late > _TICKS_CAUGHT_UP * TICK_SECONDS else 0
        before, self._tick = self._tick, self._tick + 1 + skipped
        self._tick_at += (1 + skipped) * TICK_SECONDS
        all_of_them = self._tick // _QUIET_TICKS > before // _QUIET_TICKS
        self._relaying = any(session.bridged for session in self._sessions.values())
        for session in tuple(self._sessions.values()):
            if session.closed or (session.quiet and not all_of_them):
                continue
            try:
                session.tick(self._tick, now)
            except Exception:
                log.exception("sound to the far end of port %d failed", session.local_port)
                session.abandon(Lost())

    def _take_port(self) -> socket.socket:
        for _ in range(len(self._free)):
            port = self._free.popleft()
            try:
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            except OSError as fault:
                self._free.append(port)
                raise NoPorts from fault
            try:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _EXPEDITED)
                sock.bind((self._address, port))
            except OSError:
                # Another program has it; it may be free again later.
                self._free.append(port)
                sock.close()
                continue
            return sock
        raise NoPorts

    def _released(self, session: MediaSession, number: int) -> None:
        """A session is closing: forget its socket, keep its port for a later one (the longest unused comes first)."""
        if self._sessions.pop(number, None) is not None:
            self._free.append(session.local_port)
            self._epoll.unregister(number)

    def _wake(self, due: float | None = None) -> None:
        """See that the next beat comes, at ``due`` or soon."""
        if self._loop is not None and self._timer is None and self._sessions:
            wait = BEAT_SECONDS if due is None else max(0.0, due - self._clock())
            self._timer = self._loop.call_later(wait, self._run)

    def _hasten(self) -> None:
        """The next beat may be a whole tick away, and there is now something to relay."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake()

    def _run(self) -> None:
        self._timer = None
        began = self._clock()
        try:
            self.beat()
        finally:
            due = began + BEAT_SECONDS
            self._wake(due if self._relaying else max(due, self._tick_at))
