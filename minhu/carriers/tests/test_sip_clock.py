"""The clock of the SIP core on a running loop: timers of one length wait in one queue, and still behave like timers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from minhu.carriers.fake import VirtualTimeLoop
from minhu.carriers.sip.clock import LoopClock, Timer


def lived(story: Callable[[LoopClock], Coroutine[None, None, None]]) -> None:
    async def run() -> None:
        await story(LoopClock())

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(run())


def test_timers_of_one_length_go_off_in_order_each_at_its_own_moment() -> None:
    heard: list[tuple[str, float]] = []

    async def story(clock: LoopClock) -> None:
        begin = clock.now()
        for name in "abc":
            clock.call_later(0.5, lambda name=name: heard.append((name, round(clock.now() - begin, 3))))
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)

    lived(story)
    assert heard == [("a", 0.5), ("b", 0.6), ("c", 0.7)]


def test_a_cancelled_timer_stays_silent_and_holds_up_no_other() -> None:
    heard: list[str] = []

    async def story(clock: LoopClock) -> None:
        first = clock.call_later(0.5, heard.append, "first")
        clock.call_later(0.5, heard.append, "second")
        first.cancel()
        await asyncio.sleep(0.6)
        assert heard == ["second"]
        clock.call_later(0.5, heard.append, "third")
        await asyncio.sleep(0.6)

    lived(story)
    assert heard == ["second", "third"]


def test_a_timer_that_is_cancelled_by_one_due_at_the_same_moment_stays_silent() -> None:
    heard: list[str] = []

    async def story(clock: LoopClock) -> None:
        later: list[Timer] = []
        clock.call_later(0.5, lambda: later[0].cancel())
        later.append(clock.call_later(0.5, heard.append, "too late"))
        await asyncio.sleep(1)

    lived(story)
    assert heard == []


def test_a_timer_may_set_the_next_one_of_its_length() -> None:
    moments: list[float] = []

    async def story(clock: LoopClock) -> None:
        begin = clock.now()

        def again() -> None:
            moments.append(round(clock.now() - begin, 3))
            if len(moments) < 3:
                clock.call_later(0.5, again)

        clock.call_later(0.5, again)
        await asyncio.sleep(3)

    lived(story)
    assert moments == [0.5, 1.0, 1.5]


def test_lengths_without_end_do_not_make_queues_without_end() -> None:
    heard: list[int] = []

    async def story(clock: LoopClock) -> None:
        for number in range(1, 200):
            clock.call_later(number / 100, heard.append, number)
        await asyncio.sleep(3)

    lived(story)
    assert heard == list(range(1, 200))
