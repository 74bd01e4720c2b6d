"""``minhu insight rebuild``: group everything from the beginning."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from datetime import timedelta

from django.utils import timezone

from minhu.directory.models import Office
from minhu.ops.insight.errors import InsightCommandError

HELP = "hot issues: group all cases anew; what people joined or parted stays, and nothing is told twice"
_DOING = {"read": "读入归并", "describe": "取标题"}
_TELL_EVERY = 0.5


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--city", type=int, help="its number; all cities unless given")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """City by city. Nothing is written before a city is done, so it may be interrupted and run again."""
    from minhu.insight.rebuilding import Overtaken, rebuild

    cities = Office.objects.filter(parent=None).order_by("pk")
    if isinstance(wanted := options.get("city"), int):
        cities = cities.filter(pk=wanted)
    if not cities:
        raise InsightCommandError("没有这个城市；不带 --city 时重新归并所有城市")
    for city in cities:
        progress = Progress()
        try:
            count = rebuild(city.pk, at=timezone.now(), tell=progress)
        except Overtaken:
            raise InsightCommandError(f"{city.name}：一直有人在调整热点，没有改动；请稍后再运行") from None
        except KeyboardInterrupt:
            raise InsightCommandError(f"{city.name}：已中断，没有改动；可以随时再运行") from None
        finally:
            progress.end()
        write(f"{city.name}: {count:,} cases grouped in {progress.seconds:.1f} s")


class Progress:
    """Count, rate and time left on the error stream: in place on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()
        self._step, self._step_began = "", self._began
        self._lively = sys.stderr.isatty()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def __call__(self, doing: str, done: int, of: int) -> None:
        now = time.monotonic()
        if doing != self._step:
            self._step, self._step_began = doing, now
        if done < of and now - self._told < (_TELL_EVERY if self._lively else 20 * _TELL_EVERY):
            return
        self._told = now
        rate = done / max(now - self._step_began, 0.001)
        left = timedelta(seconds=round((of - done) / rate)) if rate else "?"
        begin, end = ("\r", "   ") if self._lively else ("", "\n")
        sys.stderr.write(f"{begin}{_DOING[doing]} {done:,}/{of:,}  {rate:,.0f}/s  剩 {left}{end}")
        sys.stderr.flush()

    def end(self) -> None:
        """The line is full."""
        if self._lively and self._step:
            sys.stderr.write("\n")
