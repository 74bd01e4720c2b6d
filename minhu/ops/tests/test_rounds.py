"""Work goes on whatever fails, and ends when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from minhu.ops.rounds import Rounds, Work

LONG_SECONDS = 20.0


@contextmanager
def going(*works: Work) -> Iterator[Rounds]:
    rounds = Rounds(works)
    rounds.start()
    try:
        yield rounds
    finally:
        rounds.stop()


def test_work_that_fails_is_tried_again_and_other_work_goes_on() -> None:
    tried, third_try, others_done = [0], threading.Event(), threading.Event()

    def fails() -> int:
        tried[0] += 1
        if tried[0] == 3:
            third_try.set()
        raise OSError("the database is away")

    def works() -> int:
        if tried[0]:
            others_done.set()
        return 0

    with going(Work("fails", fails, 0.001), Work("works", works, 0.001)):
        assert third_try.wait(LONG_SECONDS)
        assert others_done.wait(LONG_SECONDS)


def test_work_that_recovers_is_done_at_its_pace_again() -> None:
    outcomes, enough = [OSError, OSError, 1, 1, 0], threading.Event()

    def recovers() -> int:
        outcome = outcomes.pop(0) if outcomes else 0
        if not outcomes:
            enough.set()
        if outcome is OSError:
            raise OSError
        return int(outcome)  # type: ignore[call-overload, no-any-return]

    with going(Work("recovers", recovers, 0.001)):
        assert enough.wait(LONG_SECONDS)


def test_as_long_as_something_waits_nobody_pauses() -> None:
    left, all_done = [50], threading.Event()

    def one() -> int:
        left[0] -= 1
        if not left[0]:
            all_done.set()
        return 1 if left[0] > 0 else 0

    with going(Work("one", one, every_seconds=3600)):
        assert all_done.wait(LONG_SECONDS)


def test_slow_work_holds_up_no_other() -> None:
    release, others = threading.Event(), threading.Semaphore(0)

    def slow() -> int:
        release.wait(LONG_SECONDS)
        return 0

    def quick() -> int:
        others.release()
        return 0

    with going(Work("slow", slow, 0.001), Work("quick", quick, 0.001)):
        assert all(others.acquire(timeout=LONG_SECONDS) for _ in range(3))
        release.set()


def test_a_stop_lets_the_round_in_hand_end_and_begins_no_other() -> None:
    begun, release, rounds_done = threading.Event(), threading.Event(), []

    def round_() -> int:
        begun.set()
        release.wait(LONG_SECONDS)
        rounds_done.append(1)
        return 1

    rounds = Rounds([Work("round", round_, 0.001)])
    rounds.start()
    assert begun.wait(LONG_SECONDS)
    threading.Timer(0.05, release.set).start()
    rounds.stop()

    assert rounds_done == [1]
    assert not [thread for thread in threading.enumerate() if thread.name == "round"]
