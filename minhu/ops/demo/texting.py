"""The texting centre of the demo: an SMPP server on loopback, and the citizens' phones behind it.

It is smpp34's server, written by others, so that the demo speaks to a real counterpart. Long texts are put together
again as a phone does it, only to be shown.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import smpp34
import structlog

log = structlog.get_logger(__name__)

DELIVERY_RECEIPT = 0x04
HAS_HEADER = 0x40
UCS2 = 8

Received = Callable[[str, str, str], Awaitable[None]]
"""Called with (citizen's number, line's number, words) when a text reaches a citizen's phone."""


class TextingCentre:
    """Takes what Minhu sends, brings what citizens write, and sends a delivery receipt for each segment."""

    def __init__(self, host: str, port: int, received: Received) -> None:
        self._server = smpp34.Server(host, port, system_id="demo")
        self._received = received
        self._receivers: dict[str, smpp34.Esme] = {}
        self._ids = itertools.count(0x2F00)
        self._parts: dict[tuple[str, str, int], dict[int, str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until cancelled."""
        await self._server.start()
        while True:
            match await self._server.next():
                case smpp34.Esme() as esme if esme.can_receive:
                    self._receivers[esme.session_id] = esme
                case smpp34.SubmitSmEvent() as event:
                    self._keep(self._take(event))
                case smpp34.Unbound() as gone:
                    self._receivers.pop(gone.session_id, None)

    async def write(self, citizen: str, line: str, words: str) -> None:
        """A citizen texts a line; waits for the link when it is down."""
        octets = words.encode("utf-16-be")
        while True:
            for esme in list(self._receivers.values()):
                try:
                    response = await esme.deliver_sm(line, octets, source_addr=citizen, data_coding=UCS2)
                except (smpp34.SmppError, OSError, RuntimeError):
                    continue
                if response.is_success:
                    return
            await asyncio.sleep(1)

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, event: smpp34.SubmitSmEvent) -> None:
        gateway_id = f"{next(self._ids):X}"
        event.accept(gateway_id)
        await self._receipt(event, gateway_id)
        words = self._whole(event)
        if words is not None:
            await self._received(event.destination_addr, event.source_addr, words)

    async def _receipt(self, event: smpp34.SubmitSmEvent, gateway_id: str) -> None:
        words = f"id:{gateway_id} sub:001 dlvrd:001 stat:DELIVRD err:000 text:"
        for esme in list(self._receivers.values()):
            try:
                await esme.deliver_sm(
                    event.source_addr,
                    words.encode(),
                    source_addr=event.destination_addr,
                    data_coding=0,
                    esm_class=DELIVERY_RECEIPT,
                )
            except (smpp34.SmppError, OSError, RuntimeError) as error:
                log.warning("demo_receipt_lost", error=repr(error))
            return

    def _whole(self, event: smpp34.SubmitSmEvent) -> str | None:
        """The words once all parts are here, else None."""
        octets = bytes(event.short_message)
        if not event.esm_class & HAS_HEADER:
            return _decode(octets, event.data_coding)
        header, body = octets[: octets[0] + 1], octets[octets[0] + 1 :]
        reference, total, number = header[-3], header[-2], header[-1]
        key = (event.destination_addr, event.source_addr, reference)
        parts = self._parts.setdefault(key, {})
        parts[number] = _decode(body, event.data_coding)
        if len(parts) < total:
            return None
        del self._parts[key]
        return "".join(parts[place] for place in sorted(parts))


def _decode(octets: bytes, data_coding: int) -> str:
    return octets.decode("utf-16-be" if data_coding == UCS2 else "latin-1", "replace")
