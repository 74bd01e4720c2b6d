"""A load client of our own making and nobody's framework: raw sockets, one request at a time on each connection.

Runs in its own process, so that its work is not counted as the server's. It shares the processors with the server, so
it does as little as it can while the clock runs: requests are made before.

    python -m benchmarks.load http://127.0.0.1:8000/new/ --matters 4000 --connections 16 --fields fields.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from http.cookies import SimpleCookie
from typing import cast
from urllib.parse import urlencode, urlsplit

import uvloop

_LENGTH = re.compile(rb"(?i)\ncontent-length: *(\d+)")
_CLOSES = re.compile(rb"(?i)\nconnection: *close")
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Load:
    """What the client saw. taken: answers that redirect to the stored matter. *_ms: from the first byte sent."""

    sent: int
    taken: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.taken / self.seconds


class Connection(asyncio.Protocol):
    """One connection, one request at a time. open: whether the server keeps it."""

    def __init__(self) -> None:
        self.open = True
        self._transport: asyncio.WriteTransport | None = None
        self._read = b""
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is one without saying so

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed before the answer"))

    def data_received(self, data: bytes) -> None:
        self._read += data
        head = self._read.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _LENGTH.search(self._read, 0, head)
        whole = head + 4 + (int(length[1]) if length else 0)
        if len(self._read) >= whole and self._answer is not None:
            answer, self._read = self._read[:whole], self._read[whole:]
            self.open = self.open and not _CLOSES.search(answer, 0, head)
            self._answer.set_result(answer)

    async def ask(self, request: bytes) -> bytes:
        """The answer, head and body."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def connected(host: str, port: int) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(Connection, host, port)
    return connection


async def session(host: str, port: int, path: str) -> tuple[str, str]:
    """The form's cookie and token, as a browser gets them by opening it."""
    connection = await connected(host, port)
    head, _, page = (await connection.ask(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())).partition(
        b"\r\n\r\n"
    )
    connection.close()
    cookies = SimpleCookie()
    for line in re.findall(r"(?i)set-cookie: ([^\r]+)", head.decode("latin-1")):
        cookies.load(line)
    token = _TOKEN.search(page)
    assert token, "the form has no token"
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items()), token[1].decode()


async def run(url: str, matters: int, connections: int, fields: dict[str, str]) -> Load:
    """Post so many matters over so many connections. In a value, %n is a running number and %k a key of its own."""
    parts = urlsplit(url)
    host, port, path = parts.hostname or "127.0.0.1", parts.port or 80, parts.path
    cookie, token = await session(host, port, path)
    times: list[float] = []
    taken = 0

    def request(number: int) -> bytes:
        own = {
            name: value.replace("%n", f"{number:07d}").replace("%k", uuid.uuid4().hex) for name, value in fields.items()
        }
        body = urlencode(own | {"csrfmiddlewaretoken": token}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def citizen() -> None:
        nonlocal taken
        connection = await connected(host, port)
        for asked in waiting:
            began = time.perf_counter()
            answer = await connection.ask(asked)
            times.append(time.perf_counter() - began)
            taken += answer[9:12] in {b"302", b"303"}
            if not connection.open:
                connection = await connected(host, port)
        connection.close()

    waiting = iter([request(number) for number in range(1, matters + 1)])
    began = time.perf_counter()
    await asyncio.gather(*(citizen() for _ in range(connections)))
    seconds = time.perf_counter() - began
    times.sort()
    return Load(len(times), taken, seconds, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--matters", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--fields", required=True, help="JSON object of form fields")
    asked = parser.parse_args()
    load = uvloop.run(run(asked.url, asked.matters, asked.connections, json.loads(asked.fields)))
    json.dump(asdict(load), sys.stdout)


if __name__ == "__main__":
    main()
