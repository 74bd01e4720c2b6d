"""How ``minhu web`` serves: pages from threads that keep their database connections, event streams from the loop, under
one address.

Django's own ASGI handler gives every request a new thread and so a new connection; measured here it answers a fraction
of what the same pages answer from steady threads. See docs/adr/0007-pages-from-threads-streams-from-the-loop.md.
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from minhu.web.at_work import PAGES

THREADS: Final = 32
"""Of all processes of a site together: each keeps a connection, and PostgreSQL takes a hundred by default."""

FEWEST_THREADS: Final = 8
CAN_STREAM: Final = "minhu.can_stream"
"""In a request's environment: this server keeps an answer open that has ``live``, and no thread waits with it."""

BODY_IN_MEMORY_BYTES: Final = 1 << 20
BODY_LIMIT_BYTES: Final = 25 << 20
"""A larger body is refused before it is read to the end (an uploaded directory is far smaller)."""

Environ = dict[str, Any]
Live = Callable[[], AsyncGenerator[bytes, None]]
WsgiApplication = Callable[[Environ, Callable[..., object]], Iterable[bytes]]


@dataclass(slots=True)
class Answer:
    """What the WSGI application said."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: Iterable[bytes] = ()

    @property
    def live(self) -> Live | None:
        """What the page goes on to say for as long as it is open, from the loop."""
        return getattr(self.body, "live", None)

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]

    def close(self) -> None:
        if closes := getattr(self.body, "close", None):
            closes()


def threads_of(processes: int) -> int:
    """How many threads each of so many processes has."""
    return max(FEWEST_THREADS, THREADS // processes)


class Site:
    """The ASGI application: every request is answered by Django's WSGI handler on a thread; what an answer goes on to
    say while its page is open is said from the loop, with no thread and no database connection held meanwhile.
    """

    def __init__(self, pages: WsgiApplication, threads: int) -> None:
        self._pages = pages
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if body is None:
            await _refuse(send)
            return
        loop = asyncio.get_running_loop()
        PAGES.begin()
        try:
            answer, first = await loop.run_in_executor(self._pool, self._ask, _environ(scope, body))
        finally:
            body.close()
        if answer.live is None:
            await self._send(answer, first, send)
        else:
            await _stream(answer, answer.live, receive, send)

    def _ask(self, environ: Environ) -> tuple[Answer, bytes | None]:
        """On a thread: the whole answer when it is made of lists, or None when it must be pulled piece by piece."""
        answer = Answer()
        try:
            answer.body = self._pages(environ, answer.start)
        finally:
            PAGES.end()
        if getattr(answer.body, "streaming", False):
            return answer, None
        try:
            return answer, b"".join(answer.body)
        finally:
            answer.close()

    async def _send(self, answer: Answer, whole: bytes | None, send: ASGISendCallable) -> None:
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": answer.headers, "trailers": False}
        )
        if whole is not None:
            await send({"type": "http.response.body", "body": whole, "more_body": False})
            return
        loop = asyncio.get_running_loop()
        pieces = iter(answer.body)
        try:
            while piece := await loop.run_in_executor(self._pool, next, pieces, b""):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await loop.run_in_executor(self._pool, answer.close)


async def _stream(answer: Answer, live: Live, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Until the reader leaves or nothing more is said."""
    headers = [(name, value) for name, value in answer.headers if name != b"content-length"]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers, "trailers": False})
    telling, leaving = asyncio.ensure_future(_tell(live, send)), asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        telling.cancel()
        leaving.cancel()
        await asyncio.gather(telling, leaving, return_exceptions=True)


async def _tell(live: Live, send: ASGISendCallable) -> None:
    async with aclosing(live()) as pieces:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: ASGIReceiveCallable) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(receive: ASGIReceiveCallable) -> io.BufferedIOBase | None:
    """The request's body; None when it is larger than BODY_LIMIT_BYTES or the client left."""
    message = await receive()
    if message["type"] != "http.request":
        return None
    if not message.get("more_body"):
        return io.BytesIO(message["body"])
    body = tempfile.SpooledTemporaryFile(BODY_IN_MEMORY_BYTES)  # noqa: SIM115 - closed by the caller
    size = 0
    while True:
        size += body.write(message["body"])
        if not message.get("more_body"):
            break
        message = await receive()
        if message["type"] != "http.request" or size > BODY_LIMIT_BYTES:
            body.close()
            return None
    body.seek(0)
    return body  # type: ignore[return-value]


async def _refuse(send: ASGISendCallable) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": "内容太大，没有收下。".encode(), "more_body": False})


def _environ(scope: HTTPScope, body: io.BufferedIOBase) -> Environ:
    """Source: PEP 3333."""
    server = scope["server"] or ("127.0.0.1", 80)
    client = scope["client"] or ("", 0)
    path = unquote_to_bytes(scope["raw_path"]) if scope.get("raw_path") else scope["path"].encode()
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        CAN_STREAM: True,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if "CONTENT_LENGTH" not in environ:  # chunked: the length is known now that all of it is here
        environ["CONTENT_LENGTH"] = str(body.seek(0, io.SEEK_END))
        body.seek(0)
    return environ
