"""All live calls of an engine, who belongs to which dialog, and the events on their way to the switch.

Events are delivered in order and never inside a command: what a command causes is delivered at the next turn of the
loop, what a packet causes at the end of that packet.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from minhu.carriers.sip.clock import Clock
from minhu.carriers.sip.dialog import Dialog, DialogId
from minhu.carriers.sip.inbound import InboundLeg
from minhu.carriers.sip.message import Request
from minhu.carriers.sip.transaction import Transaction
from minhu.carriers.voice import BridgeId, Event, LegId, LegState, OpId, Sink

if TYPE_CHECKING:
    from minhu.carriers.sip.leg import Leg
    from minhu.carriers.sip.media import Media

log = logging.getLogger(__name__)

AnyLeg = TypeVar("AnyLeg", bound="Leg")
Mark = tuple[str, str, int]


def mark_of(request: Request) -> Mark:
    """What stays the same when one INVITE comes over two ways (RFC 3261 §8.2.2.2)."""
    return request.call_id, request.from_tag, request.cseq


class Switchboard:
    """Legs, dialogs, operations, bridges and events. sink: the switch, once it listens."""

    def __init__(self, clock: Clock, media: Media) -> None:
        self.sink: Sink | None = None
        self.legs: dict[LegId, Leg] = {}
        self.dialogs: dict[DialogId, tuple[Dialog, Leg]] = {}
        self.invites: dict[Transaction, InboundLeg] = {}
        self.seen: dict[Mark, InboundLeg] = {}
        self.ops: dict[OpId, Leg] = {}
        self.silent = asyncio.Event()
        self._clock = clock
        self._media = media
        self._bridges: dict[BridgeId, tuple[LegId, LegId]] = {}
        self._bridged: dict[LegId, BridgeId] = {}
        self._events: deque[Event] = deque()
        self._delivering = False
        self._delivery_due = False

    def of_kind(self, leg: LegId, kind: type[AnyLeg]) -> AnyLeg | None:
        """The live leg of that name, if it is such a one."""
        found = self.legs.get(leg)
        return found if isinstance(found, kind) else None

    def admit(self, leg: InboundLeg) -> None:
        """A caller has come in."""
        self.legs[leg.id] = leg
        self.invites[leg.transaction] = leg
        self.seen[mark_of(leg.invite)] = leg

    # What legs tell us

    def bind(self, dialog: Dialog, leg: Leg) -> None:
        self.dialogs[dialog.id] = (dialog, leg)

    def unbind(self, dialog: Dialog) -> None:
        self.dialogs.pop(dialog.id, None)

    def gone(self, leg: Leg) -> None:
        self._unbridge_leg(leg.id)
        self.legs.pop(leg.id, None)
        for op in leg.ops:
            self.ops.pop(op, None)
        if isinstance(leg, InboundLeg):
            self.invites.pop(leg.transaction, None)
            self.seen.pop(mark_of(leg.invite), None)
        if not self.legs:
            self.silent.set()

    # Bridges

    def bridge(self, bridge: BridgeId, legs: tuple[LegId, LegId]) -> bool:
        """Join two answered legs; the same bridge again does nothing."""
        if bridge in self._bridges:
            return True
        one, other = self.legs.get(legs[0]), self.legs.get(legs[1])
        if one is None or other is None or one is other or not one.answered or not other.answered:
            return False
        if one.media is None or other.media is None:
            return False
        for leg in legs:
            self._unbridge_leg(leg)
        self._media.bridge(one.media, other.media)
        self._bridges[bridge] = legs
        self._bridged.update(dict.fromkeys(legs, bridge))
        return True

    def unbridge(self, bridge: BridgeId) -> bool:
        """Part them again; False when there is no such bridge."""
        legs = self._bridges.pop(bridge, None)
        if legs is None:
            return False
        for leg in legs:
            del self._bridged[leg]
            found = self.legs.get(leg)
            if found is not None and found.media is not None:
                self._media.unbridge(found.media)
        return True

    def _unbridge_leg(self, leg: LegId) -> None:
        bridge = self._bridged.get(leg)
        if bridge is not None:
            self.unbridge(bridge)

    def snapshot(self) -> tuple[LegState, ...]:
        """Every live leg."""
        return tuple(LegState(leg.id, leg.answered, self._bridged.get(leg.id)) for leg in self.legs.values())

    # Events

    def emit(self, event: Event) -> None:
        self._events.append(event)
        if not self._delivering and not self._delivery_due:
            self._delivery_due = True
            self._clock.call_later(0.0, self.deliver)

    def hold(self) -> None:
        """A packet begins: its events wait for ``deliver`` at its end."""
        self._delivery_due = True

    def deliver(self) -> None:
        """Hand out what has happened. The sink may give commands; what they cause is handed out after it."""
        self._delivery_due = False
        if self._delivering or self.sink is None:
            return
        self._delivering = True
        try:
            while self._events:
                self._hand_out(self._events.popleft(), self.sink)
        finally:
            self._delivering = False

    def _hand_out(self, event: Event, sink: Sink) -> None:
        try:
            sink(event)
        except Exception:
            # The switch's fault with one call must not stop the events of others.
            log.exception("the switch could not take an event; its leg is ended")
            leg = self.legs.get(getattr(event, "leg", LegId("")))
            if leg is not None:
                leg.fail()
