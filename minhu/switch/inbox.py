"""Where one call's events wait until its story gets to them."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from minhu.carriers.voice import Event


@dataclass(frozen=True, slots=True)
class LineFree:
    """Whoever this caller waits for has hung up."""

    number: str


News = Event | LineFree


class Inbox:
    """Events of all legs of one call, in order."""

    __slots__ = ("_loop", "_news", "_waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._news: deque[News] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def put(self, news: News) -> None:
        self._news.append(news)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def next(self, until: float | None) -> News | None:
        """The next event; None when the loop's clock reaches ``until`` first."""
        if not self._news:
            if until is not None and until <= self._loop.time():
                return None
            self._waiter = self._loop.create_future()
            alarm = self._loop.call_at(until, self._wake) if until is not None else None
            try:
                await self._waiter
            finally:
                self._waiter = None
                if alarm is not None:
                    alarm.cancel()
        return self._news.popleft() if self._news else None
