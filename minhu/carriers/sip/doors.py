"""Who may speak to us: addresses of trunks, those we are in a call with, and how often each of them may.

Anybody else gets nothing: no answer, no parsing, one count.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from minhu.carriers.sip.clock import Clock
from minhu.carriers.sip.config import Limits, Trunk
from minhu.carriers.sip.message import Peer

_REMEMBERED = 4096


class _Bucket:
    """A token bucket: ``rate`` a second, ``burst`` at once."""

    __slots__ = ("burst", "filled_at", "rate", "tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst = rate, burst
        self.tokens = burst
        self.filled_at = now

    def take(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


class Doors:
    """Decides, from an address alone, whether a packet is looked at.

    refused: packets from strangers. throttled: packets beyond the rate of a known address.
    """

    def __init__(self, trunks: tuple[Trunk, ...], limits: Limits, clock: Clock) -> None:
        self.refused = 0
        self.throttled = 0
        self._trunks = trunks
        self._limits = limits
        self._clock = clock
        self._resolved: dict[str, tuple[str, ...]] = {}
        self._guests: dict[str, int] = {}
        self._buckets: dict[str, _Bucket] = {}
        self._open_to_all = any(trunk.any_address for trunk in trunks)

    async def resolve(self) -> None:
        """Look up the trunks' host names; a name that cannot be looked up keeps the addresses it had."""
        loop = asyncio.get_running_loop()
        for trunk in self._trunks:
            try:
                found = await loop.getaddrinfo(trunk.host, trunk.target_port, type=socket.SOCK_DGRAM)
            except OSError:
                continue
            self._resolved[trunk.name] = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))

    def peer_of(self, trunk: Trunk) -> Peer | None:
        """Where calls to a trunk are sent; None while its name cannot be looked up."""
        addresses = self._resolved.get(trunk.name)
        return Peer(trunk.transport, addresses[0], trunk.target_port) if addresses else None

    def admits(self, host: str) -> bool:
        """Whether a packet from ``host`` may come in now."""
        bucket = self._buckets.get(host) or self._bucket_for(host)
        if bucket is None:
            self.refused += 1
            return False
        if bucket.take(self._clock.now()):
            return True
        self.throttled += 1
        return False

    def knows(self, host: str) -> bool:
        """Whether the address is a trunk's or a guest's, or must be let in to prove itself."""
        return host in self._buckets or self._bucket_for(host) is not None

    def trunk_of(self, source: Peer) -> Trunk | None:
        """The trunk a packet came from: by address and port first, as several may share an address."""
        by_address = [trunk for trunk in self._trunks if self._is_of(trunk, source.host)]
        for trunk in by_address:
            if trunk.target_port == source.port:
                return trunk
        return by_address[0] if by_address else None

    def trunk_by_user(self, username: str) -> Trunk | None:
        """The trunk that may call from any address under that user name."""
        return next((trunk for trunk in self._trunks if trunk.any_address and trunk.username == username), None)

    @property
    def open_trunk(self) -> Trunk | None:
        """Any trunk known by password alone, for its realm."""
        return next((trunk for trunk in self._trunks if trunk.any_address), None)

    def welcome(self, host: str) -> None:
        """Let in an address that a trunk told us to speak to, for the time of a call."""
        self._guests[host] = self._guests.get(host, 0) + 1

    def farewell(self, host: str) -> None:
        """The call is over; strangers are strangers again."""
        left = self._guests.get(host, 0) - 1
        if left > 0:
            self._guests[host] = left
            return
        self._guests.pop(host, None)
        if not any(self._is_of(trunk, host) for trunk in self._trunks):
            self._buckets.pop(host, None)

    def _is_of(self, trunk: Trunk, host: str) -> bool:
        if host in self._resolved.get(trunk.name, ()):
            return True
        if not trunk.networks:
            return False
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in trunk.networks)

    def _bucket_for(self, host: str) -> _Bucket | None:
        now = self._clock.now()
        limits = self._limits
        if host in self._guests or any(self._is_of(trunk, host) for trunk in self._trunks):
            bucket = _Bucket(limits.packets_per_second, limits.packet_burst, now)
        elif self._open_to_all:
            bucket = _Bucket(limits.stranger_packets_per_second, 2 * limits.stranger_packets_per_second, now)
        else:
            return None
        if len(self._buckets) >= _REMEMBERED:
            self._buckets.pop(next(iter(self._buckets)))
        self._buckets[host] = bucket
        return bucket
