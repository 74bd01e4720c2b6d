"""One request to an HTTP gateway, so that it is always known whether anything was handed over.

Each request has a connection of its own: on one that was kept open, a text could fall into the moment in which the far
end closes it, and nobody could tell whether it went.

NoAnswer    handed over, perhaps; what became of it is not known
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from minhu.carriers.errors import CarrierError, WrongSetting
from minhu.carriers.text import Sink

LARGEST_ANSWER_BYTES = 256 * 1024
LAST_WORDS_SECONDS = 3.0
"""How long stop() waits for answers to what was handed over."""

FIRST_PROBE_SECONDS = 1.0


class NoAnswer(Exception):
    """The request went out, and no answer that can be read came back."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request. url: whole."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Patience:
    """connect_seconds, answer_seconds: how long each may take. probe_seconds: between looks whether it is there."""

    connect_seconds: float = 5.0
    answer_seconds: float = 30.0
    probe_seconds: float = 30.0


def check_url(name: str, url: str, *, plain_allowed: bool = True) -> None:
    """Raises: WrongSetting for anything but a whole http or https address without credentials in it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongSetting(name, "must be a whole address, such as https://sms.example.net/send")
    if parts.username or parts.password:
        raise WrongSetting(name, "must not hold a password, which would end up in logs; give it by its own setting")
    if parts.scheme == "http" and not plain_allowed:
        raise WrongSetting(name, "must begin with https://")


class Wire:
    """The way to one gateway, between ``start`` and ``stop``. Looks now and then whether it is there."""

    def __init__(self, name: str, url: str, patience: Patience, *, authority: str = "") -> None:
        """authority: PEM file of who signed the gateway's certificate; "" for the system's."""
        parts = urlsplit(url)
        self._name = name
        self._place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        self._patience = patience
        self._context = ssl.create_default_context(cafile=authority or None) if parts.scheme == "https" else None
        self._stopping = threading.Event()
        self._stopping.set()
        self._thread: threading.Thread | None = None
        self._there = False
        self._trouble = "not started"
        self._open: set[http.client.HTTPConnection] = set()
        self._changed = threading.Condition()

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, name=f"http-{self._name}-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let answers come for a few seconds, then break off."""
        self._stopping.set()
        with self._changed:
            self._changed.wait_for(lambda: not self._open, LAST_WORDS_SECONDS)
            for connection in self._open:
                if connection.sock is not None:
                    with contextlib.suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join()
        self._there, self._trouble = False, "stopped"

    @property
    def up(self) -> bool:
        return self._there and not self._stopping.is_set()

    @property
    def trouble(self) -> str:
        return "" if self.up else self._trouble

    def refused(self, why: str) -> CarrierError:
        """The gateway does not know us (credentials, address): it counts as down until it is looked at again."""
        self._say(down=why)
        return CarrierError(f"{self._name}: {why}", permanent=True)

    def exchange(self, call: Call) -> Answer:
        """Raises: CarrierError when nothing was handed over, NoAnswer when it may have been."""
        if self._stopping.is_set():
            raise CarrierError(f"{self._name}: stopping", permanent=False)
        with self._connected(call) as connection:
            parts = urlsplit(call.url)
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            try:
                connection.request(call.method, target, call.body or None, {"Connection": "close", **call.headers})
                answer = connection.getresponse()
                body = answer.read(LARGEST_ANSWER_BYTES)
            except TimeoutError:
                raise NoAnswer(f"no answer in {self._patience.answer_seconds:g} s") from None
            except (OSError, http.client.HTTPException) as fault:
                raise NoAnswer(f"the connection was lost before the answer: {type(fault).__name__}") from None
        return Answer(answer.status, body)

    @contextlib.contextmanager
    def _connected(self, call: Call) -> Iterator[http.client.HTTPConnection]:
        host, port = self._place
        if self._context is not None:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=self._patience.connect_seconds, context=self._context
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=self._patience.connect_seconds)
        try:
            try:
                connection.connect()
            except OSError as fault:
                self._say(down=str(fault) or type(fault).__name__)
                raise CarrierError(f"{self._name}: {fault}", permanent=False) from None
            connection.sock.settimeout(self._patience.answer_seconds)
            with self._changed:
                self._open.add(connection)
            yield connection
        finally:
            connection.close()
            with self._changed:
                self._open.discard(connection)
                self._changed.notify_all()

    # ---- on the thread

    def _watch(self) -> None:
        pause = min(FIRST_PROBE_SECONDS, self._patience.probe_seconds)
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                socket.create_connection(self._place, self._patience.connect_seconds).close()
            except OSError as fault:
                self._say(down=str(fault) or type(fault).__name__)
                pause = min(pause * 2, self._patience.probe_seconds)
            else:
                self._say()
                pause = self._patience.probe_seconds
            self._stopping.wait(max(0.0, pause - (time.monotonic() - began)))

    def _say(self, *, down: str = "") -> None:
        self._there, self._trouble = not down, down


class WiredGateway:
    """What the TextGateways over HTTP share: a name, and a wire whose thread looks whether the far end is there."""

    def __init__(self, name: str, wire: Wire) -> None:
        self._name = name
        self._wire = wire

    @property
    def name(self) -> str:
        return self._name

    def start(self, sink: Sink) -> None:
        """sink: not used, since what comes in comes by webhook."""
        self._wire.start()

    def stop(self) -> None:
        self._wire.stop()

    def up(self) -> bool:
        return self._wire.up

    @property
    def trouble(self) -> str:
        return self._wire.trouble
