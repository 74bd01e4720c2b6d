"""Whoever comes while others are being stored goes with the next lot, and hears of his own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from minhu.web.gather import MOST_AT_ONCE, Gatherer


class Disk:
    """Takes lots, and remembers how large they were."""

    def __init__(self) -> None:
        self.lots: list[int] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def store(self, items: Sequence[int]) -> list[str]:
        self.go_on.wait(10)
        self.lots.append(len(items))
        if 13 in items:
            raise OSError("disk full")
        return [f"stored {item}" for item in items]


def test_everybody_hears_of_his_own() -> None:
    gatherer = Gatherer(Disk().store)
    with ThreadPoolExecutor(20) as citizens:
        told = list(citizens.map(gatherer.put, range(100, 300)))

    assert told == [f"stored {item}" for item in range(100, 300)]


def test_those_who_wait_are_stored_together() -> None:
    disk = Disk()
    disk.go_on.clear()
    gatherer = Gatherer(disk.store)
    with ThreadPoolExecutor(MOST_AT_ONCE) as citizens:
        waiting = [citizens.submit(gatherer.put, item) for item in range(100, 140)]
        disk.go_on.set()
        for one in waiting:
            one.result()

    assert sum(disk.lots) == 40
    assert len(disk.lots) < 40


def test_whoever_is_stored_does_not_wait_for_the_next_lot() -> None:
    disk = Disk()
    began, go_on = threading.Event(), threading.Event()

    def store(items: Sequence[int]) -> list[str]:
        if 2 in items:  # the second lot gets stuck
            began.set()
            go_on.wait(10)
        return disk.store(items)

    gatherer = Gatherer(store)
    disk.go_on.clear()
    with ThreadPoolExecutor(2) as citizens:
        first = citizens.submit(gatherer.put, 1)
        second = citizens.submit(gatherer.put, 2)
        disk.go_on.set()
        began.wait(10)
        assert first.result(10) == "stored 1"
        go_on.set()
        assert second.result(10) == "stored 2"


def test_a_lot_grows_while_it_waits_for_its_turn() -> None:
    disk, turn = Disk(), threading.Lock()
    gatherer = Gatherer(disk.store, turn=lambda: turn)
    with ThreadPoolExecutor(8) as citizens:
        with turn:
            waiting = [citizens.submit(gatherer.put, item) for item in range(100, 108)]
            while len(gatherer._queue) < 8:
                threading.Event().wait(0.001)
        for one in waiting:
            one.result()

    assert disk.lots == [8]


def test_those_on_their_way_are_stored_with_whoever_came_first() -> None:
    disk, at_work = Disk(), 3
    gatherer = Gatherer(disk.store, at_work=lambda: at_work, patience_seconds=30)
    with ThreadPoolExecutor(at_work) as citizens:
        told = [citizens.submit(gatherer.put, item) for item in range(100, 100 + at_work)]
        assert [one.result() for one in told] == ["stored 100", "stored 101", "stored 102"]

    assert disk.lots == [3]


def test_nobody_waits_long_for_who_never_comes() -> None:
    gatherer = Gatherer(Disk().store, at_work=lambda: 5)

    assert gatherer.put(100) == "stored 100"


def test_a_fault_is_told_to_those_it_hit_and_the_next_is_stored() -> None:
    gatherer = Gatherer(Disk().store)
    with pytest.raises(OSError, match="disk full"):
        gatherer.put(13)

    assert gatherer.put(14) == "stored 14"
