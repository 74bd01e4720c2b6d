"""Keeps one connection to an SMSC: bound, alive, read, and bound again when it breaks.

A thread of its own reads whatever the socket has and never does anything slow: answers go to whoever waits for them,
deliveries to the inbox. Requests are written by the threads that make them.
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable

from minhu.carriers.errors import CarrierError
from minhu.carriers.smpp import pdus
from minhu.carriers.smpp.pdus import BrokenStream, Pdu
from minhu.carriers.smpp.session import Session
from minhu.carriers.smpp.settings import SmppSettings

log = logging.getLogger(__name__)

UNBIND_SECONDS = 1.0

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
            begun = time.monotonic()
            try:
                self._serve(self._connected())
            except (OSError, CarrierError, BrokenStream) as error:
                self._say_down(str(error) or type(error).__name__)
            except Exception:
                log.exception("%s: a fault of ours; the link is made anew", self._label)
                self._say_down("a fault of ours, see the log")
            if time.monotonic() - begun > longest:
                pause = first  # it has held for a while
            # Half to all of the pause: gateways that went down together do not come back together.
            self._stopping.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause = min(pause * 2, longest)

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
                context = ssl.create_default_context(cafile=settings.tls_authority or None)
                sock = context.wrap_socket(sock, server_hostname=settings.host)
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
        """Read until the connection ends. Raises OSError, BrokenStream."""
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
