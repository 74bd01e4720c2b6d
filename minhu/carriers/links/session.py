"""One connection to a gateway, from greeting to break: octets out, octets in, and which answer belongs to whom."""

from __future__ import annotations

import logging
import select
import socket
import ssl
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from minhu.carriers.errors import CarrierError

log = logging.getLogger(__name__)

READ_OCTETS = 262_144

Answer = TypeVar("Answer")


class LinkLost(Exception):
    """The connection broke after a request was written and before its answer came."""


class AnswerOverdue(Exception):
    """No answer within ``response_seconds``."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Answer]):
    """A request that awaits its answer. answer stays None when the link is lost."""

    done: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Session(Generic[Answer]):
    """One connection, from greeting to break.

    window: requests that may await their answer at once. last_sequence: after it the numbers begin again at 1.
    buffer: what was read and is not yet understood.
    """

    def __init__(self, sock: socket.socket, *, window: int, response_seconds: float, last_sequence: int) -> None:
        self._socket = sock
        self._response_seconds = response_seconds
        self._last_sequence = last_sequence
        self._tls = isinstance(sock, ssl.SSLSocket)
        self._io = threading.Lock()
        self._lock = threading.Lock()
        self._sequence = 0
        self._waiting: dict[Hashable, _Waiting[Answer]] = {}
        self._window = threading.BoundedSemaphore(window)
        self.lost = False
        self.buffer = bytearray()

    def next_sequence(self) -> int:
        """A number for a request."""
        with self._lock:
            self._sequence = self._sequence % self._last_sequence + 1
            return self._sequence

    def ask(self, octets: bytes, key: Hashable) -> Answer:
        """Write a request and wait for the answer that carries ``key``.

        Raises: CarrierError when it was not written; LinkLost or AnswerOverdue when its fate is unknown.
        """
        if not self._window.acquire(timeout=self._response_seconds):
            raise CarrierError("the window of unanswered texts is full", permanent=False)
        try:
            return self._exchange(octets, key)
        finally:
            self._window.release()

    def _exchange(self, octets: bytes, key: Hashable) -> Answer:
        waiting: _Waiting[Answer] = _Waiting()
        with self._lock:
            if self.lost:
                raise CarrierError("the link is down", permanent=False)
            self._waiting[key] = waiting
        try:
            self._write_request(octets)
            if not waiting.done.wait(self._response_seconds):
                raise AnswerOverdue
        finally:
            with self._lock:
                self._waiting.pop(key, None)
        if waiting.answer is None:
            raise LinkLost
        return waiting.answer

    def _write_request(self, octets: bytes) -> None:
        try:
            self.write(octets)
        except OSError as error:
            if self._tls:
                raise LinkLost from error
            # A plain socket that raises has not taken the whole PDU, and half a PDU is acted on by nobody.
            raise CarrierError(f"the link broke: {error}", permanent=False) from error

    def write(self, octets: bytes) -> None:
        """Write PDUs at once. A failure breaks the session. Raises OSError."""
        with self._io:
            try:
                self._socket.sendall(octets)
            except OSError:
                self.break_off()
                raise

    def read(self, wait_seconds: float) -> bool:
        """Wait for bytes and take what there is. False when nothing came. Raises OSError when the peer has gone."""
        pending = self._tls and self._socket.pending() > 0  # type: ignore[attr-defined]
        if not pending:
            poll = select.poll()
            poll.register(self._socket, select.POLLIN)
            if not poll.poll(max(wait_seconds, 0.0) * 1000):
                return False
        if self._tls:
            with self._io:  # OpenSSL does not read and write one connection on two threads at once
                octets = self._socket.recv(READ_OCTETS)
        else:
            octets = self._socket.recv(READ_OCTETS)
        if not octets:
            raise ConnectionResetError("closed by the gateway")
        self.buffer += octets
        return True

    def answered(self, key: Hashable, answer: Answer) -> None:
        """Give an answer to the thread that waits for it; nobody may."""
        with self._lock:
            waiting = self._waiting.get(key)
        if waiting is not None:
            waiting.answer = answer
            waiting.done.set()

    def awaits_answers(self) -> bool:
        return bool(self._waiting)

    def break_off(self) -> None:
        """Wake the reader, which then ends the session."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the connection is broken already")

    def close(self) -> None:
        """Release the socket, and tell everybody who waits that no answer will come."""
        with self._lock:
            self.lost = True
            waiting = list(self._waiting.values())
        self.break_off()  # wakes a thread that is stuck in a write
        with self._io:
            self._socket.close()
        for one in waiting:
            one.done.set()
