"""Registering with a trunk that wants us to say where we are (RFC 3261 §10)."""

from __future__ import annotations

import logging
import secrets

from minhu.carriers.sip.clock import Timer
from minhu.carriers.sip.compose import Headers, Outgoing, bracketed, host_port, new_tag
from minhu.carriers.sip.config import Trunk
from minhu.carriers.sip.exchange import Board, Exchange
from minhu.carriers.sip.message import Peer, Response
from minhu.carriers.sip.transaction import User

log = logging.getLogger(__name__)

_RETRY_SECONDS = 30.0
_RETRY_MAX_SECONDS = 600.0


class Registration:
    """One REGISTER, kept alive.

    registered: whether the trunk has confirmed us.
    """

    def __init__(self, board: Board, trunk: Trunk, peer: Peer) -> None:
        self.trunk = trunk
        self.registered = False
        self._board = board
        self._peer = peer
        self._call_id = f"{secrets.token_hex(12)}@{bracketed(board.config.public_host)}"
        self._tag = new_tag()
        self._cseq = 0
        self._seconds = trunk.register_seconds
        self._retry_seconds = _RETRY_SECONDS
        self._timer: Timer | None = None

    def start(self) -> None:
        """Register, and again before it runs out."""
        self._register(self._seconds)

    def stop(self) -> None:
        """Take the registration back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.registered:
            self.registered = False
            self._register(0)

    def _register(self, seconds: int) -> None:
        def make(credentials: Headers) -> Outgoing:
            self._cseq += 1
            trunk = self.trunk
            host = host_port(trunk.host, trunk.port) if trunk.port else bracketed(trunk.host)
            return Outgoing(
                "REGISTER",
                f"sip:{host}",
                self._call_id,
                from_=f"<sip:{trunk.username}@{host}>;tag={self._tag}",
                to=f"<sip:{trunk.username}@{host}>",
                cseq=self._cseq,
                contact=self._board.contact(self._peer.transport),
                extra=(("Expires", str(seconds)), ("User-Agent", self._board.config.user_agent), *credentials),
            )

        user = User(self._response, self._failed) if seconds else User(lambda _: None, lambda _: None)
        Exchange(self._board.layer, self.trunk, self._peer, make, user).start()

    def _response(self, response: Response) -> None:
        if response.status < 200:
            return
        if response.status < 300:
            self.registered = True
            self._retry_seconds = _RETRY_SECONDS
            granted = _granted(response, self._seconds)
            self._again_in(max(granted * 0.8, 5.0))
        elif response.status == 423 and response.first("min-expires").isdecimal():
            self._seconds = max(self._seconds, min(int(response.first("min-expires")[:6]), 86400))
            self._again_in(0.0 if self._seconds > self.trunk.register_seconds else _RETRY_SECONDS)
        else:
            self._failed(response.status)

    def _failed(self, code: int) -> None:
        self.registered = False
        log.warning("trunk %s did not accept our registration: %d", self.trunk.name, code)
        self._again_in(self._retry_seconds)
        self._retry_seconds = min(2 * self._retry_seconds, _RETRY_MAX_SECONDS)

    def _again_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._board.clock.call_later(seconds, self._register, self._seconds)


def _granted(response: Response, asked: int) -> int:
    """How long the registrar keeps us: the Contact's expires, else Expires, else what we asked for."""
    for value in (*response.all("contact"), f";expires={response.first('expires')}"):
        number = value.lower().partition(";expires=")[2].partition(";")[0].strip()
        if number.isascii() and number.isdecimal() and len(number) < 8:
            return int(number)
    return asked
