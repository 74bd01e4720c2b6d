"""What is typed after ``minhu demo``, read before Django starts: it decides in which folder and mode Django runs."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from minhu.ops.demo import place

DEFAULT_SPEED: Final = 4.0
"""Times the reported rate: by day something happens every five to eight seconds."""

_ABOUT = """\
演示：一座虚构的城市在本机上活起来，用真实的 SIP 和 SMPP 打电话、发短信。
A made-up city of 81 officials comes alive on this machine and rings, answers, texts and calls back over real SIP
and SMPP on loopback. Ctrl-C ends it.

  minhu demo                     start it
  minhu demo --fresh             start anew, without what happened before
  minhu demo --speed 10          more calls
  minhu demo call NUMBER         place one call to a line of the running demo, and see what becomes of it
"""


def parser() -> ArgumentParser:
    """``minhu demo`` and its one word ``call``."""
    top = ArgumentParser(prog="minhu demo", description=_ABOUT, formatter_class=RawDescriptionHelpFormatter)
    top.add_argument("--folder", type=Path, help="where it keeps its data (default var/demo)")
    top.add_argument("--fresh", action="store_true", help="throw away what an earlier demo left")
    top.add_argument(
        "--speed",
        type=_speed,
        default=DEFAULT_SPEED,
        help="times the reported rate of calls, or slow, normal, high (default %(default)g)",
    )
    top.add_argument("--seconds", type=float, default=0.0, help="end by itself after so long")
    top.add_argument("--any-ports", action="store_true", help="take whatever ports are free, for one more demo")
    top.add_argument("--seed", type=int, help="the same chance each time")
    words = top.add_subparsers(dest="word", metavar="")
    call = words.add_parser("call", help="place one call", description="Place one call to the running demo.")
    call.add_argument("line", help="a published number; what it ends in is enough")
    call.add_argument("--from", dest="caller", default="15400030000", help="the caller's number (default %(default)s)")
    call.add_argument("--hide", action="store_true", help="withhold the caller's number")
    call.add_argument("--diverted", action="store_true", help="as if the official's own carrier forwarded the call")
    reacts = call.add_mutually_exclusive_group()
    reacts.add_argument("--answer-after", type=float, metavar="SECONDS", help="the official picks up after so long")
    reacts.add_argument("--official", choices=("busy", "declines", "ignores"), help="what the official's phone does")
    call.add_argument("--patience", type=float, default=90.0, metavar="SECONDS", help="hang up when nobody answers")
    call.add_argument("--talk", type=float, metavar="SECONDS", help="hang up so long after the answer")
    call.add_argument("--folder", type=Path, help="of the demo (default var/demo)", default=SUPPRESS)
    words.add_parser("play")
    return top


def _speed(text: str) -> float:
    speed = {"slow": 1.0, "normal": DEFAULT_SPEED, "high": 20.0}.get(text)
    speed = float(text) if speed is None else speed
    if not 0 < speed <= 100:
        raise ValueError
    return speed


def enter(words: Sequence[str]) -> None:
    """Make this process one of the demo's: called by ``minhu demo …`` before any setting is read."""
    place.terminal_is_utf8()
    typed = parser().parse_args(words)
    if typed.word == "play":
        return  # the demo that started it has told it everything
    if typed.folder is not None:
        os.environ[place.FOLDER_VARIABLE] = str(typed.folder.expanduser().absolute())
    folder = place.folder_from(os.environ)
    environment = place.settings_for(folder)
    if typed.word == "call":
        _join(folder, environment)
    else:
        _prepare(typed, folder, environment)
    os.environ.clear()
    os.environ.update(environment)


def _join(folder: Path, environment: dict[str, str]) -> None:
    running = place.read(folder)
    if running is None:
        raise place.DemoRefused(
            "演示没有在运行。请先在另一个终端运行 make demo。\n"
            "No demo is running. Start one first, in another terminal: make demo"
        )
    environment.update(place.environment_of(running))
    environment["MINHU_LOG_LEVEL"] = "ERROR"


def _prepare(typed: Namespace, folder: Path, environment: dict[str, str]) -> None:
    with place.held(folder):
        sys.stdout.write("民呼演示正在启动 · the Minhu demo is starting\n")
        sys.stdout.flush()
        if typed.fresh:
            place.throw_away(folder)
        folder.mkdir(parents=True, exist_ok=True)
    environment["MINHU_DEMO_SHIFT_SECONDS"] = str(_shift(folder))
    environment["MINHU_LOG_LEVEL"] = "WARNING"


def _shift(folder: Path) -> int:
    from minhu.ops.demo.clock import last_seen, shift_seconds
    from minhu.rules.calendar import china

    return shift_seconds(datetime.now(UTC), china(), not_before=last_seen(folder))
