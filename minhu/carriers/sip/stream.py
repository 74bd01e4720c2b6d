"""Cutting a TCP or TLS stream into SIP messages (RFC 3261 §18.3)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import cast

from minhu.carriers.sip.message import Peer

_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})[ \t]*(?=\r\n)", re.IGNORECASE)
_BLANK = b"\r\n\r\n"
PONG = b"\r\n"
_UNSENT_BYTES = 1024 * 1024


class BadStream(ValueError):
    """The stream cannot be cut into messages any more; the connection must be closed."""


class Framer:
    """Collects bytes and gives out whole messages."""

    def __init__(self, max_message_bytes: int) -> None:
        self._max = max_message_bytes
        self._buffer = bytearray()
        self.pings = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Add bytes, get the messages that are whole now.

        Raises: BadStream when a message is too long, or does not say how long it is.
        """
        self._buffer += data
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> bytes | None:
        buffer = self._buffer
        while buffer[:2] == b"\r\n":
            if buffer[:4] == _BLANK:  # RFC 5626 keep-alive
                self.pings += 1
                del buffer[:2]
            del buffer[:2]
        end = buffer.find(_BLANK, 0, self._max)
        if end < 0:
            if len(buffer) >= self._max:
                raise BadStream("headers too long")
            return None
        found = _LENGTH.search(buffer, 0, end + 2)
        if found is None:
            raise BadStream("no usable Content-Length")
        total = end + 4 + int(found[1])
        if total > self._max:
            raise BadStream("message too long")
        if len(buffer) < total:
            return None
        message = bytes(buffer[:total])
        del buffer[:total]
        return message


class Connection(asyncio.Protocol):
    """One open stream to a peer."""

    def __init__(
        self,
        peer: Peer,
        max_message_bytes: int,
        arrived: Callable[[bytes, Peer], None],
        opened: Callable[[Connection], None],
        closed: Callable[[Connection], None],
    ) -> None:
        self.peer = peer
        self._framer = Framer(max_message_bytes)
        self._arrived = arrived
        self._opened = opened
        self._closed = closed
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._opened(self)

    def data_received(self, data: bytes) -> None:
        try:
            messages = self._framer.feed(data)
        except BadStream:
            self.close()
            return
        if self._framer.pings:
            self._framer.pings = 0
            self.send(PONG)
        for message in messages:
            self._arrived(message, self.peer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._closed(self)

    def send(self, data: bytes) -> bool:
        """False when the stream is closed, or the peer has stopped reading."""
        transport = self._transport
        if transport is None or transport.is_closing() or transport.get_write_buffer_size() > _UNSENT_BYTES:
            return False
        transport.write(data)
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
