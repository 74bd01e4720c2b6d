"""Runs the processes of one installation together, brings back what dies, and stops them all in order.

A process that dies again and again is brought back at growing intervals, never given up: a county has nobody awake at
night to restart the line. When this process itself is killed, Linux tells the others to end: what would go on without a
supervisor would hold ports, and answer calls that a new installation should.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

STEADY_SECONDS = 60.0
"""A process that lived this long starts with a clean slate."""

STOP_SECONDS = 20.0
"""How long a process may take to end by itself."""

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep running. args: after ``python -m minhu``. log: takes what it prints; None: our terminal."""

    name: str
    args: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None


def pause_seconds(deaths: int) -> float:
    """How long to wait before the next start: 0.5 s doubling to 30 s."""
    return float(min(30.0, 0.5 * 2 ** min(deaths, 10)))


def end_with(parent: int) -> Callable[[], None]:
    """What a child does before it begins, so that it gets SIGTERM when its parent ends. Only Linux can.

    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None

    def ask() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it was gone already
                os._exit(1)

    return ask


class Supervisor:
    """Keeps programs alive until ``stop`` is asked for."""

    def __init__(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        self._programs = programs
        self._environment = environment
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End everything; ``run`` returns when all have ended."""
        self._stopping.set()

    async def run(self, on_start: Callable[[Program, int], None] = lambda program, pid: None) -> None:
        """Start all, and keep them. on_start: told of each start with the process id."""
        async with asyncio.TaskGroup() as tasks:
            for program in self._programs:
                tasks.create_task(self._keep(program, on_start))

    async def _keep(self, program: Program, on_start: Callable[[Program, int], None]) -> None:
        loop = asyncio.get_running_loop()
        deaths = 0
        while not self._stopping.is_set():
            began = loop.time()
            process = await self._start(program)
            on_start(program, process.pid)
            code = await self._until_it_ends(process)
            if self._stopping.is_set():
                return
            deaths = 0 if loop.time() - began > STEADY_SECONDS else deaths + 1
            log.warning("process_died", program=program.name, exit_code=code, deaths=deaths)
            await self._pause(pause_seconds(deaths))

    async def _start(self, program: Program) -> asyncio.subprocess.Process:
        command = (sys.executable, "-m", "minhu", *program.args)
        environment = {**self._environment, **program.environment}
        if program.log is None:
            return await asyncio.create_subprocess_exec(*command, env=environment, preexec_fn=end_with(os.getpid()))
        with program.log.open("ab") as file:
            return await asyncio.create_subprocess_exec(
                *command, env=environment, stdout=file, stderr=file, preexec_fn=end_with(os.getpid())
            )

    async def _until_it_ends(self, process: asyncio.subprocess.Process) -> int:
        ended = asyncio.ensure_future(process.wait())
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):  # Ctrl-C in a terminal reaches the processes too
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(asyncio.shield(ended), STOP_SECONDS)
            except TimeoutError:
                process.kill()
        return await ended

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


async def supervise(
    programs: Sequence[Program],
    environment: Mapping[str, str],
    on_start: Callable[[Program, int], None] = lambda program, pid: None,
) -> None:
    """Keep the programs running until SIGTERM or SIGINT."""
    supervisor = Supervisor(programs, environment)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, supervisor.stop)
    await supervisor.run(on_start)
