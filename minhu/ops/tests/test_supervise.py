"""The supervisor keeps programs alive, and leaves nothing behind; on real processes, with a stand-in for Minhu."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from minhu.ops.supervise import STOP_SECONDS, Program, Supervisor, pause_seconds

LONG_SECONDS = 30.0
STAND_IN = """
import sys, threading
if sys.argv[1] == "dies":
    sys.exit(3)
print("here", flush=True)
threading.Event().wait()
"""
SUPERVISES = """
import asyncio, os, sys
from minhu.ops.supervise import Program, supervise
environment = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": sys.argv[1]}
programs = [Program(name, ("lives",)) for name in ("web", "switch", "jobs")]
asyncio.run(supervise(programs, environment, lambda program, pid: print(pid, flush=True)))
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """One in which ``python -m minhu`` is a tiny program."""
    package = tmp_path / "path" / "minhu"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(STAND_IN)
    return {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": str(package.parent)}


def ended(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def eventually(look: Callable[[], bool]) -> None:
    until, pause = time.monotonic() + LONG_SECONDS, threading.Event()
    while not look():
        assert time.monotonic() < until, "it did not happen"
        pause.wait(0.02)


def test_a_program_that_dies_is_brought_back_and_the_others_are_left_alone(environment: dict[str, str]) -> None:
    started: dict[str, list[int]] = {"lives": [], "dies": []}
    supervisor = Supervisor([Program(name, (name,)) for name in started], environment)

    def on_start(program: Program, pid: int) -> None:
        started[program.name].append(pid)
        if len(started["dies"]) == 3:
            supervisor.stop()

    asyncio.run(asyncio.wait_for(supervisor.run(on_start), LONG_SECONDS))

    assert len(set(started["dies"])) == 3
    assert len(started["lives"]) == 1
    assert all(ended(pid) for pids in started.values() for pid in pids)


def test_a_program_that_is_killed_is_brought_back(environment: dict[str, str]) -> None:
    pids: list[int] = []
    supervisor = Supervisor([Program("lives", ("lives",))], environment)

    def on_start(program: Program, pid: int) -> None:
        pids.append(pid)
        if len(pids) == 1:
            os.kill(pid, signal.SIGKILL)
        else:
            supervisor.stop()

    asyncio.run(asyncio.wait_for(supervisor.run(on_start), LONG_SECONDS))

    assert len(pids) == 2


def test_a_stop_ends_all_in_seconds_and_leaves_nothing_running(environment: dict[str, str], tmp_path: Path) -> None:
    pids: list[int] = []
    logs = [tmp_path / f"{number}.log" for number in range(3)]
    supervisor = Supervisor([Program(log.name, ("lives",), log=log) for log in logs], environment)

    async def run() -> float:
        running = asyncio.create_task(supervisor.run(lambda program, pid: pids.append(pid)))
        await asyncio.to_thread(eventually, lambda: all(log.exists() and log.read_text() for log in logs))
        began = time.monotonic()
        supervisor.stop()
        await running
        return time.monotonic() - began

    seconds = asyncio.run(asyncio.wait_for(run(), LONG_SECONDS))

    assert seconds < STOP_SECONDS / 2
    assert len(pids) == 3
    assert all(ended(pid) for pid in pids)


def test_when_the_supervisor_is_killed_nothing_goes_on_without_it(environment: dict[str, str]) -> None:
    path = environment["PYTHONPATH"]
    process = subprocess.Popen([sys.executable, "-c", SUPERVISES, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        pids: list[int] = []
        while len(pids) < 3:
            line = process.stdout.readline().strip()
            pids += [int(line)] if line.isdigit() else []
        process.kill()
        process.wait(LONG_SECONDS)

    eventually(lambda: all(ended(pid) for pid in pids))


def test_pauses_grow_and_stay_bearable() -> None:
    pauses = [pause_seconds(deaths) for deaths in range(1, 30)]

    assert pauses == sorted(pauses)
    assert pauses[0] <= 1.0
    assert pauses[-1] == 30.0
