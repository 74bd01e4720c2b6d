"""Keeps one connection to a gateway: greeted, alive, read, and made anew when it breaks.

A thread of its own reads whatever the socket has and never does anything slow: answers go to whoever waits for them,
deliveries to the intake. Requests are written by the threads that make them.

    BrokenStream    the peer's bytes are not the protocol; the connection is of no further use
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
import time
from typing import Generic, Protocol

from minhu.carriers.errors import CarrierError
from minhu.carriers.links.session import Answer, Session

log = logging.getLogger(__name__)

LEAVE_SECONDS = 1.0


class BrokenStream(Exception):
    """The peer's bytes are not the protocol."""


class LinkSettings(Protocol):
    """What a link reads of a gateway's settings.

    window: requests that may await their answer at once. response_seconds: how long an answer may take before the
    fate of a text is unknown. enquire_seconds: silence after which the link is asked whether it lives.
    back_off_seconds: first and longest pause between attempts to connect. tls: speak TLS; the certificate is checked
    against ``host``. tls_authority: PEM file of who signed it, "" for the system's authorities.
    """

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def window(self) -> int: ...
    @property
    def connect_seconds(self) -> float: ...
    @property
    def response_seconds(self) -> float: ...
    @property
    def enquire_seconds(self) -> float: ...
    @property
    def back_off_seconds(self) -> tuple[float, float]: ...
    @property
    def tls(self) -> bool: ...
    @property
    def tls_authority(self) -> str: ...


class Dialect(Protocol[Answer]):
    """What a link needs of a protocol. Called on the link's thread, except ``leave``; nothing may block for long.

    last_sequence: largest number of a request. patience: questions in a row that may go unanswered.
    """

    @property
    def last_sequence(self) -> int: ...

    @property
    def patience(self) -> int: ...

    def agree(self, session: Session[Answer], until: float, stopping: threading.Event) -> None:
        """Say who we are and wait for the answer; until: on the monotonic clock.

        What overtakes the answer goes unanswered, and comes again.
        Raises: OSError, CarrierError (refused, or no answer), BrokenStream.
        """

    def take_in(self, session: Session[Answer]) -> str | None:
        """Act on every whole PDU in the buffer. Why the connection has ended, None while it goes on.

        "" when we have ended it. Raises: OSError, BrokenStream.
        """

    def enquire(self, session: Session[Answer]) -> None:
        """Ask whether the peer lives. Raises OSError."""

    def leave(self, session: Session[Answer]) -> None:
        """Say that we go. Raises OSError."""


class Link(Generic[Answer]):
    """Keeps one connection until ``stop``. label: for the log, and the beginning of its thread's name."""

    def __init__(self, label: str, dialect: Dialect[Answer], settings: LinkSettings) -> None:
        self.trouble = "not connected yet"
        self._label = label
        self._dialect = dialect
        self._settings = settings
        self._stopping = threading.Event()
        self._session: Session[Answer] | None = None
        self._heard_at = 0.0
        self._asked_at: float | None = None
        self._unanswered = 0
        self._thread = threading.Thread(target=self._run, name=f"{label}-link", daemon=True)

    @property
    def session(self) -> Session[Answer] | None:
        """The session after its greeting, None while there is none."""
        return self._session

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take leave, give the peer a second to agree, and release thread and socket."""
        self._stopping.set()
        session = self._session
        if session is not None:
            try:
                self._dialect.leave(session)
            except OSError:
                log.info("%s: the link was gone before we took leave", self._label)
            self._thread.join(LEAVE_SECONDS)
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

    def _connected(self) -> Session[Answer]:
        """Connect and greet. Raises OSError, CarrierError (refused) or BrokenStream."""
        settings = self._settings
        sock = socket.create_connection((settings.host, settings.port), settings.connect_seconds)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if settings.tls:
                context = ssl.create_default_context(cafile=settings.tls_authority or None)
                sock = context.wrap_socket(sock, server_hostname=settings.host)
            sock.settimeout(settings.response_seconds)
            session: Session[Answer] = Session(
                sock,
                window=settings.window,
                response_seconds=settings.response_seconds,
                last_sequence=self._dialect.last_sequence,
            )
            self._dialect.agree(session, time.monotonic() + settings.response_seconds, self._stopping)
        except BaseException:
            sock.close()
            raise
        return session

    def _serve(self, session: Session[Answer]) -> None:
        """Read until the connection ends. Raises OSError, BrokenStream."""
        log.info("%s: bound", self._label)
        self._heard()
        self._session, self.trouble = session, ""
        try:
            if self._stopping.is_set():  # stop() has looked for a session before there was one
                self._dialect.leave(session)
                session.break_off()
            while (ended := self._dialect.take_in(session)) is None:
                if session.read(self._patience_seconds()):
                    self._heard()
                else:
                    self._enquire(session)
            if ended:
                self._say_down(ended)
        finally:
            self._session = None
            session.close()

    def _heard(self) -> None:
        self._heard_at, self._asked_at, self._unanswered = time.monotonic(), None, 0

    def _patience_seconds(self) -> float:
        due = self._heard_at + self._settings.enquire_seconds
        if self._asked_at is not None:
            due = self._asked_at + self._settings.response_seconds
        return due - time.monotonic()

    def _enquire(self, session: Session[Answer]) -> None:
        if self._unanswered >= self._dialect.patience:
            raise ConnectionAbortedError("no answer when asked whether it lives")
        self._asked_at = time.monotonic()
        self._unanswered += 1
        self._dialect.enquire(session)
