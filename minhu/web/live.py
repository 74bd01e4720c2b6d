"""Open pages learn within a second what happened on the line.

One poller a process asks one cheap question per watched city a few times a second and tells every open stream; the
stream carries no words, only that something changed, and the page fetches its panels with the reader's own rights.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Final

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, close_old_connections, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from minhu.directory import queries as directory
from minhu.directory.models import Account
from minhu.intake.changes import change_mark

EVERY_SECONDS: Final = 0.4
HEARTBEAT_SECONDS: Final = 15.0
"""A comment line this often keeps proxies from closing a quiet stream, and finds readers who left."""

Mark = tuple[int, ...]


class Poller:
    """Fans changes of a city out to the streams that watch it. Runs while somebody watches."""

    def __init__(self, ask: Callable[[int], Mark], every_seconds: float = EVERY_SECONDS) -> None:
        self._ask = ask
        self._every_seconds = every_seconds
        self._lock = threading.Lock()
        self._streams: dict[int, set[Stream]] = {}
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def join(self, stream: Stream) -> None:
        with self._lock:
            self._streams.setdefault(stream.city_id, set()).add(stream)
            self._wake.clear()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()

    def leave(self, stream: Stream) -> None:
        with self._lock:
            watching = self._streams.get(stream.city_id, set())
            watching.discard(stream)
            if not watching:
                self._streams.pop(stream.city_id, None)
            if not self._streams:
                self._wake.set()

    @property
    def streams(self) -> int:
        """How many pages are open."""
        with self._lock:
            return sum(len(watching) for watching in self._streams.values())

    def _run(self) -> None:
        known: dict[int, Mark] = {}
        while True:
            with self._lock:
                cities = list(self._streams)
                if not cities:
                    self._thread = None
                    break
            known = self._round(cities, known)
            self._wake.wait(self._every_seconds)
        connection.close()

    def _round(self, cities: list[int], known: dict[int, Mark]) -> dict[int, Mark]:
        marks: dict[int, Mark] = {}
        for city_id in cities:
            try:
                marks[city_id] = self._ask(city_id)
            except DatabaseError:  # away for a while: pages stay open and hear of it afterwards
                close_old_connections()
                marks[city_id] = known.get(city_id, ())
                continue
            if city_id in known and known[city_id] != marks[city_id]:
                self._tell(city_id)
        return marks

    def _tell(self, city_id: int) -> None:
        with self._lock:
            watching = tuple(self._streams.get(city_id, ()))
        for stream in watching:
            with contextlib.suppress(RuntimeError):  # its loop has just closed
                stream.loop.call_soon_threadsafe(stream.changed.set)


class Stream:
    """One open page."""

    def __init__(self, city_id: int) -> None:
        self.city_id = city_id
        self.loop = asyncio.get_running_loop()
        self.changed = asyncio.Event()


POLLER = Poller(change_mark)


async def lines(city_id: int, poller: Poller) -> AsyncGenerator[bytes, None]:
    """The event stream of one page, until it leaves."""
    stream = Stream(city_id)
    poller.join(stream)
    try:
        yield b"retry: 2000\nevent: changed\ndata: open\n\n"  # whatever was missed while the page was away
        while True:
            try:
                await asyncio.wait_for(stream.changed.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            stream.changed.clear()
            yield b"event: changed\ndata: now\n\n"
    finally:
        poller.leave(stream)


async def live(request: HttpRequest) -> HttpResponseBase:
    """GET /live/: server-sent events for a signed-in reader. 204 tells the browser not to come again.

    So it does from a server of the kind (WSGI) in which each open page would hold a thread.
    """
    user = await request.auser()
    if not isinstance(user, Account) or not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    city_id = await sync_to_async(_city_of)(user)
    answer = StreamingHttpResponse(lines(city_id, POLLER), content_type="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _city_of(account: Account) -> int:
    return directory.viewer_of(account).city_id
