"""An ISMG in its own process: CMPP 2.0 or 3.0 as the carrier's specification has it, with the manners of ``smsc.py``.

It brings a text again until it is acknowledged: after a refusal, after silence, after a broken connection, and after it
was killed itself. Journal and control socket are those of ``smsc.py``; ``ismg_handle.Ismg`` speaks that for tests.

    python -m tests.peers.ismg --version 3.0 --port 7890 --control-port 7891 --journal ismg.jsonl

Its octets are written from the tables of the specification, and it imports nothing of Minhu, so that a fault in our
codec meets a peer that does not share it.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.peers.smsc import Centre, Control, Journal, Manners, Text

CONNECT, TERMINATE, SUBMIT, DELIVER, QUERY, CANCEL, ACTIVE_TEST = 1, 2, 4, 5, 6, 7, 8
RESP = 0x80000000
UDHI, RECEIPT = 0x40, 0x04
FLOW_CONTROL = 8
DELIVERED = "DELIVRD"
ISMG_CODE = 125_001


@dataclass(slots=True)
class IsmgManners(Manners):
    """Further ones.

    stat: what reports say. lost_answers: so many acknowledgements do not reach it. answer_seconds: silence after
    which a DELIVER is brought again. cuts_answer: the next submit is taken, half of its answer is written, and the
    connection is closed. mute: nothing is answered at all.
    """

    refuse_status: int = FLOW_CONTROL
    stat: str = DELIVERED
    lost_answers: int = 0
    answer_seconds: float = 10.0
    cuts_answer: bool = False
    mute: bool = False


class Connection:
    """One service provider, after its CONNECT."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.asked: dict[int, asyncio.Future[int]] = {}
        self.sequence = 0

    async def take(self) -> tuple[int, int, bytes]:
        length, command, sequence = struct.unpack("!III", await self.reader.readexactly(12))
        return command, sequence, await self.reader.readexactly(length - 12)

    def say(self, command: int, sequence: int, body: bytes = b"") -> None:
        self.writer.write(struct.pack("!III", 12 + len(body), command, sequence) + body)

    def cut(self, octets: bytes) -> None:
        self.writer.write(octets)
        self.writer.close()


class Ismg(Centre):
    """As Centre, in the words of CMPP."""

    def __init__(self, journal: Journal, version: str, account: str, secret: str) -> None:
        super().__init__(journal)
        self.manners: IsmgManners = IsmgManners()
        self._three = version == "3.0"
        self._account = account
        self._secret = secret

    # ---- octets, by the tables of the specification

    def _result(self, number: int) -> bytes:
        return struct.pack("!I" if self._three else "!B", number)

    def _telephone(self, number: str) -> bytes:
        width = 32 if self._three else 21
        return number.encode().ljust(width, b"\0")

    def deliver(self, text: Text) -> bytes:
        """Msg_Id Dest_Id Service_Id TP_pid TP_udhi Msg_Fmt Src_terminal_Id … Msg_Content, LinkID or Reserved."""
        content = bytes.fromhex(text.octets)
        return b"".join(
            (
                msg_id(text.id),
                text.recipient.encode().ljust(21, b"\0"),
                b"MINHU".ljust(10, b"\0"),
                bytes((0, 1 if text.esm_class & UDHI else 0, text.data_coding)),
                self._telephone(text.sender) + (b"\0" if self._three else b""),
                bytes((1 if text.esm_class & RECEIPT else 0, len(content))) + content,
                bytes(20 if self._three else 8),
            )
        )

    def read_submit(self, body: bytes) -> dict[str, Any]:
        at, number = 0, 32 if self._three else 21

        def field(octets: int) -> bytes:
            nonlocal at
            at += octets
            assert at <= len(body), "the SUBMIT ends too soon"
            return body[at - octets : at]

        def word(octets: int) -> str:
            return field(octets).rstrip(b"\0").decode("ascii")

        read: dict[str, Any] = {"msg_id": field(8).hex(), "pk_total": field(1)[0], "pk_number": field(1)[0]}
        read |= {"registered_delivery": field(1)[0], "msg_level": field(1)[0], "service_id": word(10)}
        read |= {"fee_user_type": field(1)[0], "fee_terminal": word(number)}
        if self._three:
            read["fee_terminal_type"] = field(1)[0]
        read |= {"tp_pid": field(1)[0], "tp_udhi": field(1)[0], "msg_fmt": field(1)[0], "msg_src": word(6)}
        read |= {"fee_type": word(2), "fee_code": word(6), "valid_time": word(17), "at_time": word(17)}
        read |= {"src_id": word(21), "count": field(1)[0]}
        read["recipients"] = [word(number) for _ in range(read["count"])]
        if self._three:
            read["recipient_type"] = field(1)[0]
        read["octets"] = field(field(1)[0]).hex()
        read["link_id"] = word(20 if self._three else 8)
        assert at == len(body), "octets after the end of the SUBMIT"
        return read

    # ---- a connection

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        name = str(writer.get_extra_info("peername"))
        try:
            if await self._admitted(connection):
                self.counts["binds"] += 1
                self.sessions[name] = asyncio.create_task(self.bring(connection))
                await self.tell()
                await self._listen(connection)
        except (OSError, EOFError, asyncio.IncompleteReadError) as error:
            sys.stderr.write(f"{name}: {error!r}\n")
        finally:
            bringing = self.sessions.pop(name, None)
            if bringing is not None:
                bringing.cancel()
                await asyncio.gather(bringing, return_exceptions=True)
            writer.close()
            await self.tell()

    async def _admitted(self, connection: Connection) -> bool:
        command, sequence, body = await connection.take()
        account, proof, version, stamp = struct.unpack("!6s16sBI", body)
        known = account + bytes(9) + self._secret.encode() + f"{stamp:010}".encode()
        status = 0
        if command != CONNECT:
            status = 1
        elif account != self._account.encode():
            status = 2
        elif hashlib.md5(known).digest() != proof:  # noqa: S324 - the protocol's
            status = 3
        elif version > (0x30 if self._three else 0x20):
            status = 4
        told = self._result(status)
        ours = hashlib.md5(told + proof + self._secret.encode()).digest()  # noqa: S324 - the protocol's
        connection.say(CONNECT | RESP, sequence, told + ours + (b"\x30" if self._three else b"\x20"))
        return status == 0

    async def _listen(self, connection: Connection) -> None:
        while True:
            command, sequence, body = await connection.take()
            if self.manners.mute:
                continue
            if command == DELIVER | RESP:
                asked = connection.asked.pop(sequence, None)
                if asked is not None and not asked.done():
                    asked.set_result(int.from_bytes(body[8:], "big"))
            elif command == SUBMIT:
                self._spawn(self.take_submit(connection, sequence, body))
            elif command == TERMINATE:
                connection.say(TERMINATE | RESP, sequence)
                return
            elif command in {QUERY, CANCEL, ACTIVE_TEST}:
                connection.say(command | RESP, sequence, self._plain_answer(command, body))

    def _plain_answer(self, command: int, body: bytes) -> bytes:
        if command == ACTIVE_TEST:
            return b"\0"
        if command == CANCEL:
            return self._result(1)
        taken = len(self.taken)
        return body[:19] + struct.pack("!8I", taken, taken, taken, 0, 0, self.counts["acked"], len(self.waiting), 0)

    def _spawn(self, doing: Any) -> None:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- texts to the service provider

    async def _bring(self, peer: Any, text: Text) -> bool:
        connection: Connection = peer
        connection.sequence += 1
        sequence = connection.sequence
        asked: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        connection.asked[sequence] = asked
        connection.say(DELIVER, sequence, self.deliver(text))
        self.counts["brought"] += 1
        await self.tell()
        try:
            acknowledged = await asyncio.wait_for(asked, self.manners.answer_seconds) == 0
        except TimeoutError:
            return False
        if acknowledged and self.manners.lost_answers > 0:
            self.manners.lost_answers -= 1
            return False
        return acknowledged

    # ---- texts from the service provider

    async def take_submit(self, connection: Connection, sequence: int, body: bytes) -> None:
        manners = self.manners
        if manners.refuse_times > 0:
            manners.refuse_times -= 1
            connection.say(SUBMIT | RESP, sequence, bytes(8) + self._result(manners.refuse_status))
            return
        read = self.read_submit(body)
        number = self.counts["submitted"] + 1
        line = {
            "message_id": msg_id(number).hex(),
            "sender": read["src_id"],
            "recipient": read["recipients"][0],
            "octets": read["octets"],
            "data_coding": read["msg_fmt"],
            "esm_class": UDHI if read["tp_udhi"] else 0,
            "all": read,
        }
        self.counts["submitted"] = number
        self.taken.append(line)
        self._journal.write("submitted", **line)
        if manners.die_on_submit:
            os.kill(os.getpid(), signal.SIGKILL)
        if manners.cuts_answer:
            manners.cuts_answer = False
            connection.cut(struct.pack("!II", 12 + 8 + len(self._result(0)), SUBMIT | RESP))
            return
        await self.tell()
        await self._answer_submit(connection, sequence, line)

    async def _answer_submit(self, connection: Connection, sequence: int, line: dict[str, Any]) -> None:
        manners = self.manners

        def accept() -> None:
            connection.say(SUBMIT | RESP, sequence, bytes.fromhex(line["message_id"]) + self._result(0))
            self.counts["answered"] += 1

        receipt = self._report(line)
        if manners.receipts == "early":
            before = self.counts["acked"]
            self.inject(**receipt)
            await self.tell()
            await self.until("acked", before + 1, 5.0)
        await self._in_time(accept)
        if manners.receipts == "after":
            self.inject(**receipt)
        elif manners.receipts == "late":
            self._due_receipts.append(Text(id=0, **receipt))
        await self.tell()

    async def _in_time(self, accept: Callable[[], None]) -> None:
        if self.manners.answers == "withheld":
            self._withheld.append(accept)
            return
        if self.manners.answers == "delayed":
            await asyncio.sleep(self.manners.delay_seconds)
        accept()

    def _report(self, line: dict[str, Any]) -> dict[str, Any]:
        """A status report: Msg_Id Stat Submit_time Done_time Dest_terminal_Id SMSC_sequence."""
        now = datetime.now(UTC).strftime("%y%m%d%H%M").encode()
        stat = self.manners.stat.encode().ljust(7, b"\0")
        words = bytes.fromhex(line["message_id"]) + stat + now + now + self._telephone(line["recipient"])
        return {
            "sender": line["recipient"],
            "recipient": line["sender"],
            "octets": (words + struct.pack("!I", 1)).hex(),
            "data_coding": 0,
            "esm_class": RECEIPT,
        }


def msg_id(number: int) -> bytes:
    """Month (4 bits), day (5), hour (5), minute (6), second (6), code of the ISMG (22), counter (16)."""
    now = datetime.now(UTC)
    bits = now.month
    for value, width in ((now.day, 5), (12, 5), (0, 6), (0, 6), (ISMG_CODE, 22), (number, 16)):
        bits = bits << width | value
    return bits.to_bytes(8, "big")


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--control-port", type=int, required=True)
    arguments.add_argument("--journal", type=Path, required=True)
    arguments.add_argument("--version", choices=("2.0", "3.0"), default="2.0")
    arguments.add_argument("--account", default="900001")
    arguments.add_argument("--secret", default="888888")
    given = arguments.parse_args()
    ismg = Ismg(Journal(given.journal), given.version, given.account, given.secret)
    server = await asyncio.start_server(ismg.talk, given.host, given.port)
    control = await asyncio.start_server(Control(ismg).talk, given.host, given.control_port, limit=1 << 26)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server, control:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
