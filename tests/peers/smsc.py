"""An SMSC in its own process: smpp34's server, plus what a real centre does and that server does not.

It brings a text again until it is acknowledged, also after it was killed itself: everything it is given and everything
it takes is in its journal, a file of JSON lines, before it acts. It is driven over a loopback socket, one JSON object
a line each way; ``smsc_handle.Smsc`` speaks that for tests.

    python tests/peers/smsc.py --port 2775 --control-port 2776 --journal smsc.jsonl

It imports nothing of Minhu.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import smpp34

RECEIPTED_MESSAGE_ID, MESSAGE_STATE = 0x001E, 0x0427
DELIVERED, DELIVERED_WORD = 2, "DELIVRD"
THROTTLED = 0x58
FIRST_MESSAGE_ID = 0x1A2B00


@dataclass(slots=True)
class Text:
    """A deliver_sm to bring. octets, tlvs: hex."""

    id: int
    sender: str
    recipient: str
    octets: str
    data_coding: int = 8
    esm_class: int = 0
    tlvs: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Manners:
    """How it behaves from now on.

    answers: at_once, withheld, or delayed by delay_seconds. refuse_status: answers this to the next refuse_times
    submits. receipts: early (before the answer), late (on ``send_receipts``), after (by itself), never.
    receipt_form: tlv, text or decimal (text, with the id in decimal). die_on_submit: takes the next submit, journals
    it, and kills itself. die_on_ack: kills itself when a text is acknowledged, before it notes so. retry_seconds: pause
    before a text that was refused is brought again. window: texts brought at once.
    """

    answers: str = "at_once"
    delay_seconds: float = 0.0
    refuse_status: int = THROTTLED
    refuse_times: int = 0
    receipts: str = "never"
    receipt_form: str = "tlv"
    die_on_submit: bool = False
    die_on_ack: bool = False
    retry_seconds: float = 0.05
    window: int = 100


class Journal:
    """JSON lines that are with the kernel before the SMSC goes on: they outlive a kill -9."""

    def __init__(self, path: Path) -> None:
        self.old = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, kind: str, **what: Any) -> None:
        os.write(self._file, json.dumps({"kind": kind, **what}).encode() + b"\n")


class Centre:
    """Texts to bring, texts taken, and the sessions bound now."""

    def __init__(self, journal: Journal) -> None:
        self.manners = Manners()
        self.taken: list[dict[str, Any]] = []
        self.waiting: deque[Text] = deque()
        self.counts = dict.fromkeys(("injected", "brought", "acked", "refused", "submitted", "answered", "binds"), 0)
        self.sessions: dict[str, asyncio.Task[None]] = {}
        self._journal = journal
        self._withheld: list[Callable[[], None]] = []
        self._due_receipts: list[Text] = []
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._replay()

    def _replay(self) -> None:
        texts: dict[int, Text] = {}
        for line in self._journal.old:
            kind = line.pop("kind")
            if kind == "injected":
                texts[line["id"]] = Text(**line)
            elif kind == "acked":
                texts.pop(line["id"])
            elif kind == "submitted":
                self.taken.append(line)
            self.counts[kind] += 1
        self.waiting.extend(texts.values())

    async def tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, field_: str, at_least: int, seconds: float) -> bool:
        """Wait until a figure has reached a value."""

        def reached() -> bool:
            return self.figures()[field_] >= at_least

        async with self._news:
            try:
                await asyncio.wait_for(self._news.wait_for(reached), seconds)
            except TimeoutError:
                return False
        return True

    def figures(self) -> dict[str, int]:
        unacked = self.counts["injected"] - self.counts["acked"]
        return {**self.counts, "unacked": unacked, "bound": len(self.sessions), "withheld": len(self._withheld)}

    def submitted(self) -> list[dict[str, Any]]:
        return self.taken

    # ---- texts to the ESME

    def inject(self, **fields: Any) -> int:
        text = Text(id=self.counts["injected"] + 1, **fields)
        self.counts["injected"] += 1
        self._journal.write("injected", **asdict(text))
        self.waiting.append(text)
        return text.id

    async def bring(self, esme: Any) -> None:
        """Bring what waits, ``window`` at once, until the session ends."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.manners.window):
                group.create_task(self._bring_one_after_another(esme))

    async def _bring_one_after_another(self, esme: Any) -> None:
        while True:
            if not self.waiting:
                async with self._news:
                    await self._news.wait_for(lambda: bool(self.waiting))
                continue
            text = self.waiting.popleft()
            acked = False
            try:
                acked = await self._bring(esme, text)
            except (smpp34.SmppError, OSError, RuntimeError, ValueError) as error:
                sys.stderr.write(f"deliver_sm: {error!r}\n")
            finally:
                if not acked:
                    self.waiting.appendleft(text)
            if acked:
                self.counts["acked"] += 1
                self._journal.write("acked", id=text.id)
            else:
                self.counts["refused"] += 1
                self._journal.write("refused", id=text.id)
            await self.tell()
            if not acked:
                await asyncio.sleep(self.manners.retry_seconds)

    async def _bring(self, peer: Any, text: Text) -> bool:
        """Whether it was acknowledged. It counts as brought once it is written."""
        esme: smpp34.Esme = peer
        asked = asyncio.ensure_future(
            esme.deliver_sm(
                text.recipient,
                bytes.fromhex(text.octets),
                source_addr=text.sender,
                data_coding=text.data_coding,
                esm_class=text.esm_class,
                tlvs=[smpp34.Tlv(tag, bytes.fromhex(value)) for tag, value in text.tlvs],
            )
        )
        try:
            await asyncio.sleep(0)
            self.counts["brought"] += 1
            await self.tell()
            acked = bool((await asked).is_success)
            if acked and self.manners.die_on_ack:
                os.kill(os.getpid(), signal.SIGKILL)
            return acked
        finally:
            asked.cancel()

    # ---- texts from the ESME

    async def take(self, event: smpp34.SubmitSmEvent) -> None:
        manners = self.manners
        if manners.refuse_times > 0:
            manners.refuse_times -= 1
            event.reject(manners.refuse_status)
            return
        message_id = f"{FIRST_MESSAGE_ID + self.counts['submitted']:X}"
        line = {
            "message_id": message_id,
            "sender": event.source_addr,
            "recipient": event.destination_addr,
            "sender_ton": event.source_addr_ton,
            "recipient_ton": event.dest_addr_ton,
            "octets": event.short_message.hex(),
            "data_coding": event.data_coding,
            "esm_class": event.esm_class,
            "registered_delivery": event.registered_delivery,
        }
        self.counts["submitted"] += 1
        self.taken.append(line)
        self._journal.write("submitted", **line)
        if manners.die_on_submit:
            os.kill(os.getpid(), signal.SIGKILL)
        await self.tell()
        await self._answer(event, message_id)

    async def _answer(self, event: smpp34.SubmitSmEvent, message_id: str) -> None:
        manners = self.manners

        def accept() -> None:
            event.accept(message_id)
            self.counts["answered"] += 1

        receipt = self._receipt(event, message_id)
        if manners.receipts == "early":
            before = self.counts["acked"]
            self.inject(**receipt)
            await self.tell()
            await self.until("acked", before + 1, 5.0)
        if manners.answers == "withheld":
            self._withheld.append(accept)
        elif manners.answers == "delayed":
            await asyncio.sleep(manners.delay_seconds)
            accept()
        else:
            accept()
        if manners.receipts == "after":
            self.inject(**receipt)
        elif manners.receipts == "late":
            self._due_receipts.append(Text(id=0, **receipt))
        await self.tell()

    def _receipt(self, event: smpp34.SubmitSmEvent, message_id: str) -> dict[str, Any]:
        shown = str(int(message_id, 16)) if self.manners.receipt_form == "decimal" else message_id
        now = datetime.now(UTC).strftime("%y%m%d%H%M")
        words = f"id:{shown} sub:001 dlvrd:001 submit date:{now} done date:{now} stat:{DELIVERED_WORD} err:000 text:"
        tlvs: list[tuple[int, str]] = []
        if self.manners.receipt_form == "tlv":
            words = ""
            tlvs = [
                (RECEIPTED_MESSAGE_ID, (message_id.encode() + b"\0").hex()),
                (MESSAGE_STATE, bytes((DELIVERED,)).hex()),
            ]
        return {
            "sender": event.destination_addr,
            "recipient": event.source_addr,
            "octets": words.encode().hex(),
            "data_coding": 0,
            "esm_class": 0x04,
            "tlvs": tlvs,
        }

    def send_receipts(self) -> int:
        due, self._due_receipts = self._due_receipts, []
        for receipt in due:
            self.inject(**{name: value for name, value in asdict(receipt).items() if name != "id"})
        return len(due)

    def release(self) -> int:
        """Give every answer that was withheld."""
        held, self._withheld = self._withheld, []
        for accept in held:
            accept()
        return len(held)

    # ---- sessions

    async def serve(self, server: smpp34.Server) -> None:
        while True:
            match await server.next():
                case smpp34.Esme() as esme:
                    self.counts["binds"] += 1
                    self.sessions[esme.session_id] = asyncio.create_task(
                        self.bring(esme) if esme.can_receive else asyncio.sleep(0)
                    )
                case smpp34.SubmitSmEvent() as event:
                    task = asyncio.create_task(self.take(event))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                case smpp34.Unbound() as gone:
                    bringing = self.sessions.pop(gone.session_id)
                    bringing.cancel()
                    await asyncio.gather(bringing, return_exceptions=True)
            await self.tell()


class Control:
    """The socket by which a test drives the SMSC."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            order = json.loads(line)
            try:
                answer: Any = {"ok": await self._do(order.pop("do"), order)}
            except (TypeError, ValueError, KeyError) as error:
                answer = {"error": repr(error)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _do(self, verb: str, order: dict[str, Any]) -> Any:
        centre = self._centre
        match verb:
            case "until":
                return await centre.until(order["field"], order["at_least"], order["seconds"])
            case "manners":
                for name, value in order.items():
                    setattr(centre.manners, name, value)
                return asdict(centre.manners)
            case "inject":
                answer: Any = [centre.inject(**text) for text in order["texts"]]
            case "figures" | "release" | "send_receipts" | "submitted":
                answer = getattr(centre, verb)()
            case _:
                raise ValueError(verb)
        await centre.tell()
        return answer


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--control-port", type=int, required=True)
    arguments.add_argument("--journal", type=Path, required=True)
    given = arguments.parse_args()
    centre = Centre(Journal(given.journal))
    server = smpp34.Server(given.host, given.port, system_id="smsc")
    await server.start()
    control = await asyncio.start_server(Control(centre).talk, given.host, given.control_port, limit=1 << 26)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with control:
        await centre.serve(server)


if __name__ == "__main__":
    asyncio.run(main())
