"""Search for staff over a million texts: how long an answer takes, beside going through all texts with LIKE.

A million invented texts of three years on 81 lines, two cases to one reply, written into the index as the jobs write
them. Questions of every kind, with words from the commonest to the rarest, are asked by staff of the whole city,
of a quarter of its lines and of one county, and by an official; measured from what was typed to the cards of the first
page. Beside it the same words sought with ``LIKE`` in the cases alone, without an index of words. SQLite and PostgreSQL
(fsync).

    python -m benchmarks.search --texts 1000000
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

from benchmarks.alone import ENGINES, empty_tables, measured
from benchmarks.grouping import _SYLLABLES, _VOCABULARY, texts

if TYPE_CHECKING:
    from minhu.directory.models import Line
    from minhu.rules.access import Viewer

BAR_MS = 50.0
LINES, IN_COUNTY, IN_BUREAU, CITIZENS, DAYS, SEED = 81, 5, 20, 1_000, 1_095, 20260302
WHO = ("staff of the city", "staff of 20 lines", "staff of 5 lines", "an official")
RANKS = (0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 19_000)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. word: for LIKE, "" where that cannot ask it."""

    kind: str
    typed: str
    word: str = ""


def questions(many: int) -> Iterator[Asked]:
    """Of every kind; the words are those that the texts were made of."""
    chance = Random(SEED)
    vocabulary = ["".join(chance.choices(_SYLLABLES, k=2)) for _ in range(_VOCABULARY)]
    some = list(islice(texts(many, SEED), 400, 4_400, 400))
    for rank in RANKS:
        yield Asked("word", vocabulary[rank], vocabulary[rank])
    for one, other in zip(RANKS, RANKS[1:] + RANKS[:1], strict=True):
        yield Asked("two words", f"{vocabulary[one]} {vocabulary[other]}")
    for character in "晴医票龙桥":
        yield Asked("one character", character, character)
    for report in some:
        place = report.title[:5]
        yield Asked("place", place, place)
        yield Asked("phrase", f"“{report.detail[12:20]}”", report.detail[12:20])
        yield Asked("place and word", f"{place} {report.title[-2:]}")
    from minhu.insight.engine.spelling import initials

    for report in some[:6]:
        yield Asked("first letters", initials(report.title[:5]))
    yield Asked("nothing there", "氢氦锂铍", "氢氦锂铍")


def fill(many: int) -> tuple[list[Line], list[Viewer]]:
    """The city, its cases and replies; returns the lines, and who asks."""
    from django.utils import timezone

    from minhu.cases.models import Case, Reply
    from minhu.intake import codes
    from minhu.intake.models import Citizen
    from minhu.rules.words import CaseKind, CaseState, OfficeKind, Role
    from tests import make

    city = make.city()
    county = make.office(city, "临河区", OfficeKind.COUNTY)
    bureau = make.office(city)
    offices = [county] * IN_COUNTY + [bureau] * IN_BUREAU
    offices += [make.office(city) for _ in range(LINES - len(offices))]
    lines = [make.line(make.official(office)) for office in offices]
    now = timezone.now()
    people = Citizen.objects.bulk_create(Citizen(city=city, first_seen_at=now) for _ in range(CITIZENS))
    kinds, chance, reports = [kind.value for kind in CaseKind], Random(SEED), texts(many, SEED)
    told, done = time.monotonic(), 0
    while some := list(islice(reports, 3_000)):
        asked, answers = some[::3] + some[1::3], some[2::3]
        at = _Clock(now, done, many)
        made = Case.objects.bulk_create(
            Case(
                city=city, code=code, line=(line := chance.choice(lines)), citizen=chance.choice(people),
                holder_id=line.official_id, kind=chance.choice(kinds), state=CaseState.HELD.value,
                title=report.title, body=report.detail, opened_at=at.next(),
            )
            for report, code in zip(asked, codes.allot(len(asked)), strict=True)
        )  # fmt: skip
        Reply.objects.bulk_create(
            Reply(case=case, done=report.detail, done_by=report.title, at=case.opened_at)
            for case, report in zip(made, answers, strict=False)
        )
        done += len(some)
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"… {done:,} texts", file=sys.stderr, flush=True)
    official = lines[-1].official
    staff = [make.viewer(office, Role.STAFF) for office in (city, bureau, county)]
    return lines, [*staff, make.viewer(official.office, official=official)]


class _Clock:
    """Times one after another, the last of all being now."""

    def __init__(self, now: datetime, done: int, many: int) -> None:
        self._at, self._step = now - timedelta(days=DAYS) * (1 - done / many), timedelta(days=DAYS) / many

    def next(self) -> datetime:
        self._at += self._step
        return self._at


def measure(many: int) -> bool:
    """In a process of its own, on the database of its environment; whether the bar is reached."""
    empty_tables()
    from django.db import connection
    from django.utils import timezone

    from minhu.insight.finding import find
    from minhu.insight.searching import Narrowed

    lines, viewers = fill(many)
    rate = _index(lines[0].city_id)
    print(f"{connection.vendor}: {many:,} texts; the jobs read {rate:,.0f} a second into the index", flush=True)
    asked = list(questions(many))
    worst = 0.0
    for who, viewer in zip(WHO, viewers, strict=True):
        ask = partial(find, viewer, narrowed=Narrowed(), at=timezone.now())
        took = {one: _ms(partial(ask, one.typed)) for one in asked}
        worst = max(worst, _at(list(took.values()), 0.95))
        _tell(who, took)
    plain = {one: _ms(partial(_plainly, one.word), times=1) for one in asked if one.word}
    _tell("LIKE, without an index of words", plain)
    print(f"bar: p95 of whoever waits longest {worst:.1f} ms of {BAR_MS:.0f}", flush=True)
    return connection.vendor != "postgresql" or worst <= BAR_MS


def _index(city_id: int) -> float:
    """Everything into the index; texts a second of the first part, written as the jobs do, the rest in bulk."""
    from django.db import connection

    from minhu.insight import fulltext, indexing
    from minhu.insight.models import SearchEntry

    indexing.begin_anew(city_id)
    began = time.perf_counter()
    for _ in range(20):
        indexing.bring_up_to_date(city_id)
    rate = SearchEntry.objects.count() / (time.perf_counter() - began)
    indexing.FILLED_AT_ONCE = 3_000
    told = time.monotonic()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP INDEX search_words")
        while indexing.bring_up_to_date(city_id):
            if time.monotonic() - told > 30:
                told = time.monotonic()
                print(f"… {SearchEntry.objects.count():,} in the index", file=sys.stderr, flush=True)
        fulltext.install(connection)
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return rate


def _plainly(word: str) -> int:
    from django.db.models import Q

    from minhu.cases.models import Case

    found = Case.objects.filter(Q(title__icontains=word) | Q(body__icontains=word)).order_by("-opened_at", "pk")
    return len(found[:201])


def _ms(ask: Callable[[], object], times: int = 3) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[times // 2]


def _tell(who: str, took: dict[Asked, float]) -> None:
    for kind in dict.fromkeys(one.kind for one in took):
        some = [ms for one, ms in took.items() if one.kind == kind]
        print(f"  {who:32} {kind:16} median {_at(some, 0.5):8.1f} ms   slowest {max(some):8.1f} ms")
    every = list(took.values())
    print(f"  {who:32} {'all':16} median {_at(every, 0.5):8.1f} ms   p95 {_at(every, 0.95):8.1f} ms", flush=True)


def _at(took: Sequence[float], share: float) -> float:
    return sorted(took)[min(len(took) - 1, int(len(took) * share))]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=ENGINES, help="only this one")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.here:
        return 0 if measure(asked.texts) else 1
    chosen = [asked.engine] if asked.engine else ENGINES
    return max(measured("benchmarks.search", engine, "--texts", str(asked.texts)) for engine in chosen)


if __name__ == "__main__":
    sys.exit(main())
