"""One connection to an SMSC: bound, kept alive, read, and bound again when it breaks.

A thread of its own reads whatever the socket has and never does anything slow: answers go to whoever waits for them,
deliveries to the inbox. Requests are written by the threads that make them.
"""

from __future__ import annotations

import logging
import random
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from minhu.carriers.errors import CarrierError
from minhu.carriers.smpp import pdus
from minhu.carriers.smpp.pdus import BrokenStream, Pdu
from minhu.carriers.smpp.settings import SmppSettings

log = logging.getLogger(__name__)

READ_OCTETS = 262_144
UNBIND_SECONDS = 1.0
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


Inbox = Callable[[Session, list[Pdu]], None]
"""Takes the deliver_sm PDUs of one read; must not block."""


class Link:
    """Keeps one connection bound until ``stop``."""

    def __init__(self, label: str, bind: str, settings: SmppSettings, inbox: Inbox) -> None:
        self.trouble = "not connected yet"
        self._label = label
        self._bind = bind
        self._settings = settings
        self._inbox = inbox
        self._stopping = threading.Event()
        self._session: Session | None = None
        self._heard_at = 0.0
        self._asked_at: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"smpp-{label}-{bind}", daemon=True)

    @property
    def session(self) -> Session | None:
        """The bound session, None while there is none."""
        return self._session

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Unbind, give the SMSC a second to agree, and release thread and socket."""
        self._stopping.set()
        session = self._session
        if session is not None:
            try:
                session.tell(pdus.UNBIND)
            except OSError:
                log.info("%s: the link was gone before the unbind", self._label)
            self._thread.join(UNBIND_SECONDS)
            session.break_off()
        self._thread.join()

    # ---- on the thread

    def _run(self) -> None:
        first, longest = self._settings.back_off_seconds
        pause = first
        while not self._stopping.is_set():
            try:
                session = self._connected()
            except (OSError, CarrierError, BrokenStream) as error:
                self._say_down(str(error))
                # Half to all of the pause: gateways that went down together do not come back together.
                self._stopping.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
                pause = min(pause * 2, longest)
                continue
            pause = first
            self._serve(session)

    def _say_down(self, why: str) -> None:
        if why != self.trouble and not self._stopping.is_set():
            log.warning("%s: the link is down: %s", self._label, why)
        self.trouble = why

    def _connected(self) -> Session:
        """Connect and bind. Raises OSError, CarrierError (refused) or BrokenStream."""
        settings = self._settings
        sock = socket.create_connection((settings.host, settings.port), settings.connect_seconds)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if settings.tls:
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=settings.host)
            sock.settimeout(settings.response_seconds)
            session = Session(sock, settings)
            self._agree(session)
        except BaseException:
            sock.close()
            raise
        return session

    def _agree(self, session: Session) -> None:
        """Bind, and wait for the answer. What overtakes it goes unanswered, and comes again."""
        settings = self._settings
        sequence = session.next_sequence()
        session.write(
            pdus.request(
                self._bind,
                sequence,
                system_id=settings.system_id,
                password=settings.password,
                system_type=settings.system_type,
            )
        )
        until = time.monotonic() + settings.response_seconds
        while time.monotonic() < until and not self._stopping.is_set():
            answer = next(pdus.take_pdus(session.buffer), None)
            if answer is None:
                session.read(min(0.5, until - time.monotonic()))
            elif answer.sequence != sequence or not answer.command & pdus.RESPONSE_BIT:
                continue
            elif answer.status != pdus.ESME_ROK:
                raise CarrierError(f"bind refused: {pdus.describe(answer.status)}", permanent=True)
            else:
                return
        raise CarrierError("no answer to the bind", permanent=False)

    def _serve(self, session: Session) -> None:
        """Read until the connection ends."""
        log.info("%s: bound", self._label)
        self._heard_at, self._asked_at = time.monotonic(), None
        self._session, self.trouble = session, ""
        try:
            if self._stopping.is_set():  # stop() has looked for a session before there was one
                session.tell(pdus.UNBIND)
                session.break_off()
            while self._take_in(session):
                if session.read(self._patience_seconds()):
                    self._heard_at, self._asked_at = time.monotonic(), None
                else:
                    self._enquire(session)
        except (OSError, BrokenStream) as error:
            self._say_down(str(error))
        finally:
            self._session = None
            session.close()

    def _patience_seconds(self) -> float:
        due = self._heard_at + self._settings.enquire_seconds
        if self._asked_at is not None:
            due = self._asked_at + self._settings.response_seconds
        return due - time.monotonic()

    def _enquire(self, session: Session) -> None:
        if self._asked_at is not None:
            raise ConnectionAbortedError("no answer to enquire_link")
        self._asked_at = time.monotonic()
        session.tell(pdus.ENQUIRE_LINK)

    def _take_in(self, session: Session) -> bool:
        """Act on every whole PDU in the buffer. False when either side has unbound."""
        deliveries: list[Pdu] = []
        going_on = True
        for pdu in pdus.take_pdus(session.buffer):
            if pdu.command == pdus.DELIVER_SM:
                deliveries.append(pdu)
            elif pdu.command == pdus.UNBIND_RESP:
                going_on = False
            elif pdu.command & pdus.RESPONSE_BIT:
                session.answered(pdu)
            else:
                going_on = self._reply(session, pdu) and going_on
        if deliveries:
            self._inbox(session, deliveries)
        return going_on

    def _reply(self, session: Session, pdu: Pdu) -> bool:
        """Answer a request of the SMSC. False when it has unbound."""
        match pdu.command:
            case pdus.ENQUIRE_LINK:
                session.write(pdus.header_only(pdus.ENQUIRE_LINK_RESP, pdu.sequence))
            case pdus.UNBIND:
                session.write(pdus.header_only(pdus.UNBIND_RESP, pdu.sequence))
                self._say_down("unbound by the SMSC")
                return False
            case pdus.ALERT_NOTIFICATION | pdus.OUTBIND:
                pass  # neither has an answer
            case _:
                session.write(pdus.header_only(pdus.GENERIC_NACK, pdu.sequence, pdus.ESME_RINVCMDID))
        return True
