"""A hundred bridged calls: what the media plane loses, how long it holds a packet, what it costs.

The telephones are a process of their own with their own few lines of RTP; only the CPU of the media plane is counted.
Delay is from just before a telephone sends to the kernel's time stamp when the relayed packet reaches the other.

    python -m benchmarks.media_bridge --seconds 10
"""

from __future__ import annotations

import argparse
import asyncio
import json
import select
import socket
import statistics
import subprocess
import sys
import time
from struct import Struct
from typing import Final

from minhu.carriers.sip.media import Media, MediaEvent, MediaSession

PACKET_SECONDS: Final = 0.02
SLOT_SECONDS: Final = 0.001
WARM_UP_SECONDS: Final = 1.0
DRAIN_SECONDS: Final = 0.5
LOSS_BAR: Final = 0
DELAY_BAR_MS: Final = 10.0
CPU_BAR_PERCENT: Final = 25.0

_RTP: Final = Struct("!BBHIIQ")
"""Header, then when it was sent, in nanoseconds."""
_SO_TIMESTAMPNS: Final = 35
_SILENCE: Final = b"\xd5\xff"
"""Last byte of what keeps a bridge open until the telephones begin, in either law."""


class Telephones:
    """Sends on every socket each 20 ms, evenly spread, and times what arrives."""

    def __init__(self, count: int, laws: list[int]) -> None:
        self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
        self.laws = laws
        self.epoll = select.epoll()
        self.by_number = {sock.fileno(): index for index, sock in enumerate(self.sockets)}
        for sock in self.sockets:
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            self.epoll.register(sock.fileno(), select.EPOLLIN)
        self.sent = 0
        self.received = 0
        self.disordered = 0
        self.delays_ns: list[int] = []
        self._sequence = [0] * count
        self._heard = [-1] * count

    def run(self, targets: list[int], seconds: float) -> None:
        """Talk for so long, then listen a little longer. The first second is not timed."""
        count = len(self.sockets)
        slots = round(PACKET_SECONDS / SLOT_SECONDS)
        begun = time.monotonic()
        slot = 0
        while (due := begun + slot * SLOT_SECONDS) < begun + seconds:
            # Not woken by each packet, or waking us would be charged to the relay's sends; the kernel keeps the time.
            if (left := due - time.monotonic()) > 0:
                time.sleep(left)
            for index in range(slot % slots * count // slots, (slot % slots + 1) * count // slots):
                self._say(index, targets[index])
            self._listen()
            slot += 1
        until = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < until:
            time.sleep(0.01)
            self._listen()

    def _say(self, index: int, port: int) -> None:
        number = self._sequence[index]
        self._sequence[index] += 1
        head = _RTP.pack(0x80, self.laws[index], number & 0xFFFF, number * 160, index, time.time_ns())
        self.sockets[index].sendto(head + bytes(152), ("127.0.0.1", port))
        self.sent += 1

    def _listen(self) -> None:
        for number, _ in self.epoll.poll(0):
            index = self.by_number[number]
            data, extra, _, _ = self.sockets[index].recvmsg(2048, 64)
            if data[-1] in _SILENCE:
                continue
            sequence = int.from_bytes(data[2:4])
            arrived = int.from_bytes(extra[0][2][:8], "little") * 10**9 + int.from_bytes(extra[0][2][8:16], "little")
            self.received += 1
            before, self._heard[index] = self._heard[index], sequence
            if before >= 0 and sequence != (before + 1) & 0xFFFF:
                self.disordered += 1
            if self.laws[index] == self.laws[index ^ 1] and self.sent > len(self.sockets) * 50:
                self.delays_ns.append(arrived - int.from_bytes(data[12:20]))


def be_telephones(count: int, laws: list[int], seconds: float) -> None:
    """The other process: tells its ports, is told ours, talks, reports."""
    telephones = Telephones(count, laws)
    print(json.dumps([sock.getsockname()[1] for sock in telephones.sockets]), flush=True)
    telephones.run(json.loads(sys.stdin.readline()), seconds)
    delays = sorted(telephones.delays_ns) or [0]
    report = {
        "sent": telephones.sent,
        "received": telephones.received,
        "disordered": telephones.disordered,
        "p50": statistics.median(delays) / 1e6,
        "p99": delays[int(len(delays) * 0.99)] / 1e6,
        "max": delays[-1] / 1e6,
    }
    print(json.dumps(report), flush=True)


def offer(port: int, law: int) -> bytes:
    """The session description of one telephone."""
    lines = ("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"m=audio {port} RTP/AVP {law}")
    return ("\r\n".join(lines) + "\r\n").encode()


def ignore(event: MediaEvent) -> None:
    """Nobody presses a key here."""


async def measure(calls: int, seconds: float, *, transcode: bool) -> dict[str, float]:
    """Bridge ``calls`` calls for ``seconds``; returns the figures."""
    laws = [0 if transcode and index % 2 else 8 for index in range(2 * calls)]
    arguments = [sys.executable, "-m", "benchmarks.media_bridge", "--telephones", json.dumps(laws)]
    process = await asyncio.create_subprocess_exec(
        *arguments,
        "--seconds",
        str(seconds + WARM_UP_SECONDS),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=2**20,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    media = Media(address="127.0.0.1", ports=range(20000, 32000))
    await media.start()
    try:
        ports = json.loads(await process.stdout.readline())
        sessions: list[MediaSession] = []
        for port, law in zip(ports, laws, strict=True):
            session = media.open(ignore)
            session.answer(offer(port, law))
            sessions.append(session)
        for left, right in zip(sessions[::2], sessions[1::2], strict=True):
            media.bridge(left, right)
        process.stdin.write(json.dumps([session.local_port for session in sessions]).encode() + b"\n")
        await asyncio.sleep(WARM_UP_SECONDS)
        cpu, wall = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds - 0.2)
        used, passed = time.process_time() - cpu, time.monotonic() - wall
        figures: dict[str, float] = json.loads(await process.stdout.readline())
        await process.wait()
    finally:
        await media.stop()
    return figures | {"cpu": 100 * used / passed}


def main() -> int:
    """Run, print the table; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument(
        "--transcode", action="store_true", help="one side of each call speaks µ-law; delay is not timed then"
    )
    parser.add_argument("--telephones", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.telephones:
        laws = json.loads(options.telephones)
        be_telephones(len(laws), laws, options.seconds)
        return 0

    def milliseconds(value: float) -> str:
        return "not timed" if options.transcode else f"{value:.2f} ms"

    figures = asyncio.run(measure(options.calls, options.seconds, transcode=options.transcode))
    lost = int(figures["sent"] - figures["received"])
    rate = figures["sent"] / (options.seconds + WARM_UP_SECONDS)
    rows = (
        ("packets in, and out, a second", f"{rate:,.0f}", ""),
        ("packets lost", f"{lost} of {int(figures['sent']):,}", str(LOSS_BAR)),
        ("packets out of order", f"{int(figures['disordered'])}", "0"),
        ("added delay p50", milliseconds(figures["p50"]), ""),
        ("added delay p99", milliseconds(figures["p99"]), f"≤ {DELAY_BAR_MS:.0f} ms"),
        ("added delay max", milliseconds(figures["max"]), ""),
        ("CPU of one core", f"{figures['cpu']:.1f} %", f"≤ {CPU_BAR_PERCENT:.0f} %"),
    )
    print(f"{options.calls} bridged calls, RTP both ways, {options.seconds:.0f} s")
    for name, figure, bar in rows:
        print(f"  {name:<32}{figure:>20}   {bar}")
    kept = lost <= LOSS_BAR and figures["p99"] <= DELAY_BAR_MS and figures["cpu"] <= CPU_BAR_PERCENT
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
