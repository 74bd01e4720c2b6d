"""What every leg works with: the engine's parts, and a request of ours that survives a challenge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from minhu.carriers.sip import auth
from minhu.carriers.sip.clock import Clock
from minhu.carriers.sip.compose import Headers, Outgoing
from minhu.carriers.sip.config import SipConfig, Transport, Trunk
from minhu.carriers.sip.dialog import Dialog
from minhu.carriers.sip.doors import Doors
from minhu.carriers.sip.layer import Layer
from minhu.carriers.sip.message import Peer, Response
from minhu.carriers.sip.transaction import Transaction, User
from minhu.carriers.voice import Event

if TYPE_CHECKING:
    from minhu.carriers.sip.leg import Leg
    from minhu.carriers.sip.media import Media


class Registry(Protocol):
    """Where the engine keeps its calls."""

    def emit(self, event: Event) -> None: ...

    def bind(self, dialog: Dialog, leg: Leg) -> None:
        """Requests in this dialog go to this leg."""

    def unbind(self, dialog: Dialog) -> None: ...

    def gone(self, leg: Leg) -> None:
        """The leg is over for the switch; its last packets may still be under way."""


@dataclass(slots=True)
class Board:
    """The engine's parts, as a leg sees them."""

    config: SipConfig
    clock: Clock
    layer: Layer
    doors: Doors
    media: Media
    registry: Registry
    connected: Callable[[Peer], bool]

    def contact(self, transport: Transport) -> str:
        """Our Contact value."""
        return self.layer.contacts[transport]


class Exchange:
    """One request of ours. When it is challenged it is asked again, once, with credentials.

    make: builds the request afresh (CSeq moves on) with the given extra headers.
    """

    def __init__(self, layer: Layer, trunk: Trunk, peer: Peer, make: Callable[[Headers], Outgoing], user: User) -> None:
        self.sent: Outgoing | None = None
        self.transaction: Transaction | None = None
        self._layer = layer
        self._trunk = trunk
        self._peer = peer
        self._make = make
        self._user = user
        self._via = ""
        self._challenged = 0

    def start(self, extra: Headers = ()) -> None:
        self.sent = self._make(extra)
        self._via = self._layer.new_via(self._peer)
        told = User(self._message, self._user.failed)
        self.transaction = self._layer.request(self.sent, self._peer, told, via=self._via)

    def cancel(self) -> None:
        """Send the CANCEL of this INVITE."""
        if self.sent is None or self.transaction is None:
            return
        self._layer.request(self.sent.cancel(), self._peer, User(_ignore, _ignore_code), via=self._via)
        self.transaction.give_up_later()

    def _message(self, response: Response) -> None:
        if response.status in (401, 407) and self.sent is not None and self._may_try(response):
            made = auth.answer(self._trunk, response, self.sent.method, self.sent.uri)
            if made is not None:
                self._challenged += 1
                self.start((made,))
                return
        self._user.message(response)

    def _may_try(self, response: Response) -> bool:
        return self._challenged == 0 or (self._challenged == 1 and auth.is_stale(response))


def _ignore(_: object) -> None:
    return None


def _ignore_code(_: int) -> None:
    return None
