"""A thousand open pages on one web process: what they cost, and how soon each hears that something happened.

The site is one process as ``minhu web`` starts it; each page is a connection to its event stream with a session of its
own account's. Calls are put on record one after another by another process's connection; the delay is from before the
record is committed until the page has the event. CPU is process time, so that a busy machine does not change it.
At the end all pages lose their line and come back at once with the id of what they heard last.

    python -m benchmarks.live --pages 1000 --calls 20
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from benchmarks.alone import ENGINES, ROOT, empty_tables, measured
from tests.peers.smsc_handle import free_port

BAR_P99_MS = 1_000.0
"""A call that rings is on the page within a second."""

IDLE_SECONDS = 10.0
AT_ONCE = 50
"""Pages that connect at the same time, as a listening socket takes them."""


@dataclass(slots=True)
class Page:
    """One open page. heard_at: when the last event came; heard: its id."""

    heard_at: float = 0.0
    heard: bytes = b""
    events: int = 0
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    writer: asyncio.StreamWriter | None = None
    task: asyncio.Task[None] | None = None

    async def stay(self, port: int, cookie: str) -> None:
        """Open the stream and listen until the line is cut."""
        reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        back = f"Last-Event-ID: {self.heard.decode()}\r\n" if self.heard else ""
        asked = f"GET /live/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n{back}\r\n"
        self.writer.write(asked.encode())
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.heard = line[4:].strip()
            elif line.startswith(b"data: "):
                self.heard_at, self.events = time.perf_counter(), self.events + 1
            elif line.startswith(b"retry: "):
                self.opened.set()

    def cut(self) -> None:
        assert self.writer is not None
        self.writer.close()
        self.opened.clear()


async def open_all(pages: Sequence[Page], port: int, cookie: str) -> float:
    """Seconds until every page has its stream."""
    began = time.perf_counter()
    for start in range(0, len(pages), AT_ONCE):
        some = pages[start : start + AT_ONCE]
        for page in some:
            page.task = asyncio.create_task(page.stay(port, cookie))
        await asyncio.gather(*(page.opened.wait() for page in some))
    return time.perf_counter() - began


async def one_call(pages: Sequence[Page], happens: Happens) -> list[float]:
    """Milliseconds until each page heard of it."""
    before = [page.events for page in pages]
    began = time.perf_counter()
    await asyncio.to_thread(happens)
    while any(page.events == had for page, had in zip(pages, before, strict=True)):  # noqa: ASYNC110 - a thousand of them
        await asyncio.sleep(0.001)
    return [(page.heard_at - began) * 1e3 for page in pages]


class Happens:
    """Puts one call on record."""

    def __init__(self) -> None:
        from tests import make

        self._city = make.city()
        self._line = make.line(make.official(make.office(self._city)))

    def __call__(self) -> None:
        from django.utils import timezone

        from minhu.intake.models import CallStep
        from tests import make

        call = make.call(self._line, None, at=timezone.now())
        CallStep.objects.create(call=call, seq=0, at=call.received_at, kind="received")

    def cookie(self) -> str:
        """Of somebody who is signed in."""
        from django.conf import settings
        from django.test import Client

        from minhu.rules.words import Role
        from tests import make

        client = Client()
        client.force_login(make.account(self._city, Role.STAFF))
        return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def measure(asked: argparse.Namespace, port: int, server: psutil.Process, happens: Happens, cookie: str) -> bool:
    """Print the table; whether p99 reaches the bar and nobody was woken for nothing."""
    alone = server.memory_info().rss
    pages = [Page() for _ in range(asked.pages)]
    opening = await open_all(pages, port, cookie)
    memory = (server.memory_info().rss - alone) / 1024
    before = cpu_seconds(server)
    await asyncio.sleep(IDLE_SECONDS)
    idle = (cpu_seconds(server) - before) / IDLE_SECONDS
    before, delays = cpu_seconds(server), []
    for _ in range(asked.calls):
        delays += await one_call(pages, happens)
    told = (cpu_seconds(server) - before) / asked.calls
    delays.sort()
    events = sum(page.events for page in pages)
    for page in pages:
        page.cut()
    again = await open_all(pages, port, cookie)
    woken = sum(page.events for page in pages) - events
    p50, p99 = (delays[int(len(delays) * part)] for part in (0.5, 0.99))
    print(f"| pages open on one process | {asked.pages} (in {opening:.1f} s) |")
    print(f"| memory each | {memory / asked.pages:.1f} KiB (process: {alone / 2**20:.0f} MiB before) |")
    print(f"| CPU while nothing happens | {idle * 100:.1f} % of a core |")
    print(f"| CPU to tell all pages of one call | {told * 1e3:.0f} ms |")
    print(f"| a page hears of a call after | p50 {p50:.0f} ms, p99 {p99:.0f} ms, at most {delays[-1]:.0f} ms |")
    print(f"| all come back after a cut | {again:.1f} s, {woken} of {asked.pages} fetch anew though nothing happened |")
    for page in pages:
        page.cut()
    await asyncio.gather(*(page.task for page in pages if page.task), return_exceptions=True)
    return p99 <= BAR_P99_MS and woken == 0


def here(asked: argparse.Namespace) -> int:
    """On the database of the environment."""
    empty_tables()
    happens, port = Happens(), free_port()
    cookie = happens.cookie()
    command = [sys.executable, "-m", "minhu", "web", "--address", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"MINHU_WEB_PROCESSES": "1"})
    try:
        _answers(f"http://127.0.0.1:{port}/healthz", server)
        process = psutil.Process(server.pid)
        process = next(iter(process.children(recursive=True)), process)
        return 0 if asyncio.run(measure(asked, port, process, happens, cookie)) else 1
    finally:
        server.terminate()
        server.wait(timeout=30)


def _answers(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own address
            return
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.1)
    raise TimeoutError(url)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="default: both")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if asked.here:
        return here(asked)
    words = ["--pages", str(asked.pages), "--calls", str(asked.calls)]
    failed = 0
    for engine in asked.engine or ENGINES:
        print(f"\n### {engine}\n\n| what | measured |\n|---|---|", flush=True)
        failed = measured("benchmarks.live", engine, *words) or failed
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
