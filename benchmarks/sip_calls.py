"""How much the bare engine costs: SIPp calls at a steady rate, each answered at once and hung up.

    python -m benchmarks.sip_calls [--rate 100] [--calls 2000] [--profile]

Prints the engine process's CPU milliseconds a call, and the milliseconds from SIPp's INVITE to its first ring. No
decision is taken and nothing is journaled: it is the floor under the whole-system figure.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import multiprocessing
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from minhu.carriers.sip.config import SipConfig, Transport, Trunk
from minhu.carriers.sip.engine import SipEngine
from minhu.carriers.sip.media import Media
from minhu.carriers.voice import Event, LegIncoming
from tests.telephony.sipp import LOOPBACK, Phones


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured. cpu_ms: of the engine process, a call; ring_ms: every call's, sorted."""

    calls: int
    failed: int
    cpu_ms: float
    ring_ms: tuple[float, ...]

    def ring_at(self, share: float) -> float:
        """The ring time that ``share`` of the calls do not exceed."""
        return self.ring_ms[min(len(self.ring_ms) - 1, int(len(self.ring_ms) * share))] if self.ring_ms else 0.0


async def _answer_all(pipe: Connection) -> None:
    config = SipConfig("bench", (Trunk("sipp", LOOPBACK),), listen_udp=(LOOPBACK, 0))
    engine = SipEngine(config, Media(address=LOOPBACK, ports=range(40000, 48000)))

    def answer(event: Event) -> None:
        if isinstance(event, LegIncoming):
            engine.ring(event.leg)
            engine.answer(event.leg)

    await engine.start(answer)
    pipe.send(engine.ports[Transport.UDP])
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, pipe.recv) == "cpu":
        pipe.send(time.process_time())
    await engine.stop()


def _serve(pipe: Connection, profile: bool) -> None:
    profiler = cProfile.Profile() if profile else None
    with profiler or nullcontext():
        asyncio.run(_answer_all(pipe))
    if profiler is not None:
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(45)


def measure(*, rate: float, calls: int, profile: bool = False) -> Figures:
    """Run the engine in its own process and SIPp against it. rate: calls a second."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, profile))
    process.start()
    with tempfile.TemporaryDirectory() as folder:
        phones = Phones(Path(folder), trace=False)
        try:
            port = ours.recv()
            to = (LOOPBACK, port)
            phones.call("call", to=to, calls=20, rate=rate, talk_ms=0).wait()  # warm up
            before = _ask_cpu(ours)
            caller = phones.call("call", to=to, calls=calls, rate=rate, talk_ms=0, times=True)
            outcome = caller.wait(30.0 + 2 * calls / rate)
            used = _ask_cpu(ours) - before
            ring = tuple(sorted(caller.response_times_ms))
        finally:
            phones.stop_all()
            ours.send("stop")
            process.join(10.0)
    return Figures(calls, outcome.failed, 1000 * used / calls, ring)


def _ask_cpu(pipe: Connection) -> float:
    pipe.send("cpu")
    return float(pipe.recv())


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=100.0, help="calls a second")
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--profile", action="store_true", help="print where the engine spends its time")
    chosen = parser.parse_args(arguments)
    figures = measure(rate=chosen.rate, calls=chosen.calls, profile=chosen.profile)
    sys.stdout.write(
        f"{figures.calls} calls at {chosen.rate:.0f}/s, {figures.failed} failed: "
        f"{figures.cpu_ms:.3f} ms CPU a call; first ring p50 {statistics.median(figures.ring_ms or (0,)):.1f} ms, "
        f"p99 {figures.ring_at(0.99):.1f} ms\n"
    )


if __name__ == "__main__":
    main()
