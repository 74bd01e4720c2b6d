"""``minhu insight reindex``: every case is read into the index of words again, while all else goes on."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping

from django.db import connection

from minhu.directory.models import Office
from minhu.insight import fulltext, indexing
from minhu.insight.indexing import State

HELP = "search: read every case into the index of words again; searches and the jobs go on meanwhile"
_TELL_EVERY = 2.0


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--city", type=int, help="the id of one city; all when left out")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Go through all cases, telling how far it is."""
    fulltext.install(connection)
    cities = Office.objects.filter(parent=None).order_by("pk")
    if (asked := options.get("city")) is not None:
        cities = cities.filter(pk=int(str(asked)))
    for city in cities:
        telling = _Telling(city.name, write)
        indexing.reindex(city.pk, telling)
        done = indexing.state(city.pk)
        write(f"{city.name}: {done.cases} cases in the index, {telling.seconds():.1f} s")


class _Telling:
    """Tells how far it is, every few seconds."""

    def __init__(self, name: str, write: Callable[[str], object]) -> None:
        self._name, self._write = name, write
        self._began = self._told = time.monotonic()

    def seconds(self) -> float:
        return time.monotonic() - self._began

    def __call__(self, state: Callable[[], State]) -> None:
        if time.monotonic() - self._told < _TELL_EVERY:
            return
        self._told, now = time.monotonic(), state()
        self._write(f"{self._name}: {now.filled} of {now.cases} cases, {now.behind} changes to follow")
