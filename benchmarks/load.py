"""A load client of our own making and nobody's framework: raw sockets, one request at a time on each connection.

Runs in its own process, so that its work is not counted as the server's.

    python -m benchmarks.load http://127.0.0.1:8000/new/ --matters 4000 --connections 16 --fields fields.json
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

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


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    """Status, head and body of one answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return status, head, await reader.readexactly(int(length[1])) if length else b""


async def session(host: str, port: int, path: str) -> tuple[str, str]:
    """The form's cookie and token, as a browser gets them by opening it."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
    _, head, page = await answer_of(reader)
    writer.close()
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
    numbers = itertools.count(1)
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
        reader, writer = await asyncio.open_connection(host, port)
        while (number := next(numbers)) <= matters:
            asked = request(number)
            began = time.perf_counter()
            writer.write(asked)
            status, head, _ = await answer_of(reader)
            times.append(time.perf_counter() - began)
            taken += status in {302, 303}
            if b"connection: close" in head.lower():
                reader, writer = await asyncio.open_connection(host, port)
        writer.close()

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
    load = asyncio.run(run(asked.url, asked.matters, asked.connections, json.loads(asked.fields)))
    json.dump(asdict(load), sys.stdout)


if __name__ == "__main__":
    main()
