"""One bound connection to an SMSC, from bind to break: octets out, octets in, and which answer belongs to whom."""

from __future__ import annotations

import logging
import select
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any

from minhu.carriers.errors import CarrierError
from minhu.carriers.smpp import pdus
from minhu.carriers.smpp.pdus import Pdu
from minhu.carriers.smpp.settings import SmppSettings

log = logging.getLogger(__name__)

READ_OCTETS = 262_144
LAST_SEQUENCE = 0x7FFFFFFF


class LinkLost(Exception):
    """The connection broke after a request was written and before its answer came."""


class AnswerOverdue(Exception):
    """No answer within ``response_seconds``."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request that awaits its answer. answer stays None when the link is lost."""

    done: threading.Event = field(default_factory=threading.Event)
    answer: Pdu | None = None


class Session:
    """One bound connection, from bind to break."""

    def __init__(self, sock: socket.socket, settings: SmppSettings) -> None:
        self._socket = sock
        self._settings = settings
        self._tls = isinstance(sock, ssl.SSLSocket)
        self._io = threading.Lock()
        self._lock = threading.Lock()
        self._sequence = 0
        self._waiting: dict[int, _Waiting] = {}
        self._window = threading.BoundedSemaphore(settings.window)
        self.lost = False
        self.buffer = bytearray()

    def next_sequence(self) -> int:
        """A sequence number for a request; the caller holds the lock, or is the only one yet."""
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        return self._sequence

    def ask(self, command: str, **fields: Any) -> Pdu:
        """Write a request and wait for its answer.

        Raises: CarrierError when it was not written; LinkLost or AnswerOverdue when its fate is unknown.
        """
        if not self._window.acquire(timeout=self._settings.response_seconds):
            raise CarrierError("the window of unanswered texts is full", permanent=False)
        try:
            return self._exchange(command, fields)
        finally:
            self._window.release()

    def _exchange(self, command: str, fields: dict[str, Any]) -> Pdu:
        waiting = _Waiting()
        with self._lock:
            if self.lost:
                raise CarrierError("the link is down", permanent=False)
            sequence = self.next_sequence()
            self._waiting[sequence] = waiting
        try:
            self._write_request(pdus.request(command, sequence, **fields))
            if not waiting.done.wait(self._settings.response_seconds):
                raise AnswerOverdue
        finally:
            with self._lock:
                self._waiting.pop(sequence, None)
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

    def tell(self, command: int) -> None:
        """Write a request that has no body and whose answer nobody waits for."""
        with self._lock:
            sequence = self.next_sequence()
        self.write(pdus.header_only(command, sequence))

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
            raise ConnectionResetError("closed by the SMSC")
        self.buffer += octets
        return True

    def answered(self, pdu: Pdu) -> None:
        """Give an answer to the thread that waits for it; nobody may."""
        with self._lock:
            waiting = self._waiting.get(pdu.sequence)
        if waiting is not None:
            waiting.answer = pdu
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
