"""An open page hears that something happened, and only about its own city."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from minhu.web.live import Poller, lines, opaque

CITY, OTHER = 1, 2


class Marks:
    """A city's mark, moved by the test."""

    def __init__(self) -> None:
        self.asked = 0
        self._marks = {CITY: 0, OTHER: 0}

    def __call__(self, city_id: int) -> tuple[int, ...]:
        self.asked += 1
        return (self._marks[city_id],)

    def move(self, city_id: int) -> None:
        self._marks[city_id] += 1


async def next_of(stream: AsyncIterator[bytes], within_seconds: float = 3) -> bytes:
    return await asyncio.wait_for(anext(stream), within_seconds)


async def watched(poller: Poller, marks: Marks) -> None:
    """Until the poller has looked at the city at least once."""
    before = marks.asked
    while marks.asked <= before + 1:  # noqa: ASYNC110 - the poller is a thread
        await asyncio.sleep(0.005)


def test_every_open_page_of_the_city_hears_of_a_call() -> None:
    marks = Marks()
    poller = Poller(marks, every_seconds=0.02)

    async def scene() -> list[bytes]:
        pages = [lines(CITY, poller) for _ in range(50)]
        for page in pages:
            await next_of(page)
        await watched(poller, marks)
        marks.move(CITY)
        heard = await asyncio.gather(*(next_of(page) for page in pages))
        for page in pages:
            await page.aclose()
        return heard

    [heard] = set(asyncio.run(scene()))
    assert heard.endswith(b"event: changed\ndata: now\n\n")
    assert poller.streams == 0


def test_fifty_open_pages_cost_one_question_a_round() -> None:
    marks = Marks()
    poller = Poller(marks, every_seconds=0.05)

    async def scene() -> int:
        pages = [lines(CITY, poller) for _ in range(50)]
        for page in pages:
            await next_of(page)
        before = marks.asked
        await asyncio.sleep(0.5)
        asked = marks.asked - before
        for page in pages:
            await page.aclose()
        return asked

    assert asyncio.run(scene()) <= 12


def test_a_page_hears_nothing_of_another_city() -> None:
    marks = Marks()
    poller = Poller(marks, every_seconds=0.01)

    async def scene() -> bool:
        mine, theirs = lines(CITY, poller), lines(OTHER, poller)
        await next_of(mine)
        await next_of(theirs)
        await watched(poller, marks)
        marks.move(OTHER)
        await next_of(theirs)
        waiting = asyncio.ensure_future(anext(mine))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await theirs.aclose()
        return bool(done)

    assert not asyncio.run(scene())


def test_nobody_is_asked_when_no_page_is_open() -> None:
    marks = Marks()
    poller = Poller(marks, every_seconds=0.01)

    async def scene() -> None:
        page = lines(CITY, poller)
        await next_of(page)
        await watched(poller, marks)
        await page.aclose()

    asyncio.run(scene())
    time.sleep(0.1)
    asked = marks.asked
    time.sleep(0.1)

    assert marks.asked == asked


def id_in(chunk: bytes) -> str:
    return next(line.removeprefix("id: ") for line in chunk.decode().splitlines() if line.startswith("id: "))


def came_back(marks: Marks, *, moved: bool, to: Poller, away_from: Poller) -> bytes:
    """A page that heard the first poller loses its line, something happens or not, and it comes to the other."""

    async def scene() -> bytes:
        page = lines(CITY, away_from)
        heard = id_in(await next_of(page))
        await page.aclose()
        if moved:
            marks.move(CITY)
        again = lines(CITY, to, heard)
        said = await next_of(again)
        if moved and b"event:" not in said:  # the process had not looked since; its next look is for everybody
            said += await next_of(again)
        await watched(to, marks)
        await again.aclose()
        return said

    return asyncio.run(scene())


def test_a_page_that_comes_back_is_told_at_once_what_it_missed() -> None:
    marks = Marks()
    poller = Poller(marks, every_seconds=0.01)

    assert b"event: changed" in came_back(marks, moved=True, to=poller, away_from=poller)


def test_a_page_that_missed_nothing_is_left_alone_even_by_another_process() -> None:
    marks = Marks()
    said = came_back(
        marks, moved=False, to=Poller(marks, every_seconds=0.01), away_from=Poller(marks, every_seconds=0.01)
    )

    assert b"event: changed" not in said


def test_an_event_does_not_tell_how_many_calls_there_were() -> None:
    assert opaque((7, 3)) != opaque((7, 4))
    assert opaque((7, 3)) == opaque((7, 3))
    assert len(opaque((7, 3))) == 18
