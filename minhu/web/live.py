"""Open pages learn within a second what happened on the line.

One poller a process asks one cheap question per watched city a few times a second and tells every open stream; the
stream carries no words, only that something changed, and the page fetches its panels with the reader's own rights.

Each event's id stands for the state of the city's records, not for a place in the memory of this process. A page that
comes back with it (Last-Event-ID), to whichever process, is told at once if it missed anything, and is left alone if
it did not: a thousand pages that lost their line together do not all fetch their panels for nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Final

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from minhu.directory import queries as directory
from minhu.directory.models import Account
from minhu.intake.changes import change_mark
from minhu.web.server import CAN_STREAM, Live

EVERY_SECONDS: Final = 0.4
HEARTBEAT_SECONDS: Final = 15.0
"""A comment line this often keeps proxies from closing a quiet stream, and finds readers who left."""

OPENING_SECONDS: Final = 2.0
"""A page waits no longer to hear where it stands; while the database is away it is told to look for itself."""

Mark = tuple[int, ...]


class Poller:
    """Fans changes of a city out to the streams that watch it. Runs while somebody watches."""

    def __init__(self, ask: Callable[[int], Mark], every_seconds: float = EVERY_SECONDS) -> None:
        self._ask = ask
        self._every_seconds = every_seconds
        self._lock = threading.Lock()
        self._streams: dict[int, set[Stream]] = {}
        self._marks: dict[int, str] = {}
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def join(self, stream: Stream) -> None:
        with self._lock:
            self._streams.setdefault(stream.city_id, set()).add(stream)
            if stream.city_id in self._marks:
                stream.changed.set()
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

    def mark(self, city_id: int) -> str:
        """What the city's state was called when it was last asked for; "" while that is not known."""
        with self._lock:
            return self._marks.get(city_id, "")

    @property
    def streams(self) -> int:
        """How many pages are open."""
        with self._lock:
            return sum(len(watching) for watching in self._streams.values())

    def _run(self) -> None:
        while True:
            with self._lock:
                cities = list(self._streams)
                self._marks = {city_id: mark for city_id, mark in self._marks.items() if city_id in self._streams}
                if not cities:
                    self._thread = None
                    break
            for city_id in cities:
                self._look(city_id)
            self._wake.wait(self._every_seconds)
        connection.close()

    def _look(self, city_id: int) -> None:
        try:
            mark = opaque(self._ask(city_id))
        except DatabaseError:  # away for a while: pages stay open and hear of it afterwards
            close_old_connections()
            return
        with self._lock:
            same = self._marks.get(city_id) == mark
            self._marks[city_id] = mark
        if not same:
            self._tell(city_id)

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


def opaque(mark: Mark) -> str:
    """A name for a state that tells nobody how many calls there were."""
    return hashlib.blake2b(repr(mark).encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=9).hexdigest()


POLLER = Poller(change_mark)


async def lines(city_id: int, poller: Poller, after: str = "") -> AsyncGenerator[bytes, None]:
    """The event stream of one page, until it leaves. after: the id of the last event it heard, "" for a new page."""
    stream = Stream(city_id)
    poller.join(stream)
    try:
        await _changed(stream, OPENING_SECONDS)
        heard = poller.mark(city_id)
        missed_nothing = heard and heard == after
        yield b"retry: 2000\n" + (b"\n" if missed_nothing else _event(heard, b"open"))
        while True:
            if not await _changed(stream, HEARTBEAT_SECONDS):
                yield b": still here\n\n"
            elif (mark := poller.mark(city_id)) != heard:
                heard = mark
                yield _event(mark, b"now")
    finally:
        poller.leave(stream)


async def _changed(stream: Stream, within_seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stream.changed.wait(), within_seconds)
        stream.changed.clear()
        return True
    return False


def _event(mark: str, data: bytes) -> bytes:
    known = b"id: " + mark.encode() + b"\n" if mark else b""
    return known + b"event: changed\ndata: " + data + b"\n\n"


class OpenPage(HttpResponse):
    """An answer that goes on for as long as its page is open; the server says the rest (see ``Site``)."""

    def __init__(self, live: Live) -> None:
        super().__init__(content_type="text/event-stream")
        self.live = live
        self.headers["Cache-Control"] = "no-store"
        self.headers["X-Accel-Buffering"] = "no"


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """GET /live/: server-sent events for a signed-in reader. 204 tells the browser not to come again.

    So it does from a server of the kind (WSGI) in which each open page would hold a thread.
    """
    if not isinstance(request.user, Account) or CAN_STREAM not in request.META:
        return HttpResponse(status=204)
    city_id = directory.viewer_of(request.user).city_id
    after = request.headers.get("Last-Event-ID", "")
    return OpenPage(lambda: lines(city_id, POLLER, after))
