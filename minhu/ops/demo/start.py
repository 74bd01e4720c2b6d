"""Starts the demo: database, city, pages, telephone line, jobs and the city's own telephones, and ends them all."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from django.core.management import call_command
from django.db import DatabaseError, connections
from django.utils import timezone

from minhu.ops.city import LoadedCity, load_city
from minhu.ops.demo import history, place
from minhu.ops.demo.clock import remember_time
from minhu.ops.demo.people import read_phone_book
from minhu.ops.demo.place import LOOPBACK, DemoRefused, Place
from minhu.ops.demo.play import SEED_VARIABLE, SPEED_VARIABLE
from minhu.ops.demo.story import bar, padded
from minhu.ops.demo.welcome import PASSWORD, welcome
from minhu.ops.supervise import Program, Supervisor

READY_WITHIN_SECONDS: Final = 60.0
FOR_EVER_SECONDS: Final = 10 * 365 * 86_400.0
ONE_PROCESS: Final = {"MINHU_WEB_PROCESSES": "1"}


def start(typed: Namespace) -> None:
    """Run the demo until Ctrl-C, SIGTERM, or the time that was asked for."""
    folder = place.folder_from(os.environ)
    with place.held(folder):
        city = _prepare(folder)
        here = place.choose(int(os.environ.get("MINHU_DEMO_SHIFT_SECONDS", "0")), any_ports=typed.any_ports)
        place.write(folder, here)
        try:
            asyncio.run(_keep_going(typed, folder, here, city))
        finally:
            place.write(folder, replace(here, ready=False))
            remember_time(folder)
    _say(f"\n演示已结束，数据留在 {folder}。 The demo has ended; its data is in {folder}.")


def _prepare(folder: Path) -> LoadedCity:
    """The database of this release, and the city in it, with progress shown."""
    try:
        _progress(0, 1, "准备数据库 · preparing the database")
        call_command("migrate", verbosity=0, interactive=False)
        city = load_city(timezone.now(), PASSWORD, progress=_progress)
        _progress(1, 1, "演练过去十二周 · playing the last twelve weeks")
        history.play(city.city_id, timezone.now())
        return city
    except DatabaseError as fault:
        raise DemoRefused(
            f"\n{folder} 里的旧数据用不上了（{fault}）。请加 --fresh 重新开始。\n"
            f"The data in {folder} is of another release. Start anew with --fresh."
        ) from fault
    finally:
        connections.close_all()
        _say("")


def _progress(done: int, total: int, words: str) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"\r  {bar(done, total)} {done * 100 // total:3d}%  {padded(words, 56)}")
        sys.stdout.flush()
    elif done in {0, total} or done % 40 == 0:
        _say(f"  {done * 100 // total:3d}%  {words}")


def programs(typed: Namespace, folder: Path, here: Place) -> tuple[Program, ...]:
    """The processes of the demo. What they log goes to files, so that the story can be read."""
    logs = folder / "log"
    logs.mkdir(exist_ok=True)
    play = {SPEED_VARIABLE: str(typed.speed)} | ({SEED_VARIABLE: str(typed.seed)} if typed.seed is not None else {})
    return (
        Program("web", ("web_process", "--address", f"{LOOPBACK}:{here.web}"), ONE_PROCESS, log=logs / "web.log"),
        Program("switch", ("switch",), log=logs / "switch.log"),
        Program("jobs", ("jobs",), log=logs / "jobs.log"),
        Program("play", ("demo", "play"), play),
    )


async def _keep_going(typed: Namespace, folder: Path, here: Place, city: LoadedCity) -> None:
    (folder / "run" / f"{place.NODE}.sip").unlink(missing_ok=True)
    environment = {**os.environ, **place.environment_of(here)}
    supervisor = Supervisor(programs(typed, folder, here), environment)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    announcing = asyncio.create_task(_announce(typed, folder, here, city, supervisor))
    try:
        await supervisor.run()
    finally:
        announcing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await announcing


async def _announce(typed: Namespace, folder: Path, here: Place, city: LoadedCity, supervisor: Supervisor) -> None:
    """Say where to look once there is something to see; end the demo when it was given a time, or when this fails."""
    try:
        if await _is_there(folder, here):
            _say(await asyncio.to_thread(_welcome, here, city))
            place.write(folder, replace(here, ready=True))
            await asyncio.sleep(typed.seconds or FOR_EVER_SECONDS)
    finally:
        supervisor.stop()


async def _is_there(folder: Path, here: Place) -> bool:
    """Wait until pages and telephone line answer; False, and why, when they do not."""
    _say("  启动网页、总机和短信 · starting pages, telephone line and texting")
    waited = 0.0
    while not await asyncio.to_thread(_is_up, folder, here):
        await asyncio.sleep(0.2)
        waited += 0.2
        if waited > READY_WITHIN_SECONDS:
            _say(f"  没有启动成功，原因见 · it did not start; see {folder / 'log'}\n{_last_words(folder)}")
            return False
    return True


def _welcome(here: Place, city: LoadedCity) -> str:
    try:
        return welcome(here, city.sign_ins, read_phone_book().lines, timezone.now())
    finally:
        connections.close_all()


def _is_up(folder: Path, here: Place) -> bool:
    if not (folder / "run" / f"{place.NODE}.sip").exists():
        return False
    connection = http.client.HTTPConnection(LOOPBACK, here.web, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_words(folder: Path) -> str:
    told: list[str] = []
    for log in sorted((folder / "log").glob("*.log")):
        lines: Sequence[str] = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        told += [f"    {log.name}: {line}" for line in lines]
    return "\n".join(told)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
