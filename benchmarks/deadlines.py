"""One million open clocks: how long a sweep takes that finds those whose time has come, and tells of them.

The promises stand in the database as the jobs process meets them, on SQLite (synchronous=FULL) and on PostgreSQL
(fsync). A quiet sweep finds nothing due; the busy one finds 10,000 that passed two rungs at once, and writes the rungs,
who was told, and the trail; afterwards the rows are counted.

    python -m benchmarks.deadlines --clocks 1000000 --due 10000
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from benchmarks import alone

BAR_SECONDS = 10.0
_NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(1, %s) AS n",
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < %s) SELECT n FROM r",
}
_CASES = (
    "INSERT INTO cases_case (id, city_id, code, line_id, citizen_id, holder_id, kind, urgency, state, title, body, "
    "place, confidential, opened_at, reopened, door) SELECT n, {city}, 'B' || n, {line}, {citizen}, {official}, "
    "'request', 'normal', 'held', '', '', '', {no}, %s, 0, '' FROM ({numbers}) AS numbers"
)
_PROMISES = (
    "INSERT INTO cases_promise (city_id, case_id, kind, maker, owner_official_id, made_at, due_at, remind_at, "
    "escalate_at, next_at, rung, attempts, released_reason) SELECT {city}, n, 'reply', '', {official}, %s, "
    "CASE WHEN n <= {due} THEN {soon} ELSE {late} END, CASE WHEN n <= {due} THEN {soon} ELSE {late} END, "
    "{late}, CASE WHEN n <= {due} THEN {soon} ELSE {late} END, 0, 0, '' "
    "FROM ({numbers}) AS numbers"
)


def fill(clocks: int, due: int) -> datetime:
    """Open promises of one official; returns the moment at which ``due`` of them have passed 80 % and 100 %."""
    from django.db import connection

    from tests import make

    at = make.MONDAY_10
    line = make.line(make.official(make.office(make.city())))
    citizen = make.citizen(line.city)
    literal = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        values: dict[str, object] = {
            "city": line.city_id, "line": line.pk, "citizen": citizen.pk, "official": line.official_id, "due": due,
            "no": "FALSE", "numbers": _NUMBERS[connection.vendor],
            "soon": _quoted(connection.vendor, literal(at + timedelta(hours=1))),
            "late": _quoted(connection.vendor, literal(at + timedelta(days=20))),
        }  # fmt: skip
        cursor.execute(_CASES.format(**values), [literal(at), clocks])
        cursor.execute(_PROMISES.format(**values), [literal(at), clocks])
        cursor.execute("ANALYZE")
    return at + timedelta(hours=2)


def _quoted(vendor: str, moment: object) -> str:
    return f"TIMESTAMPTZ '{moment}'" if vendor == "postgresql" else f"'{moment}'"


def measure(clocks: int, due: int) -> bool:
    """In a process of its own, on the database of its environment; whether the bar is reached."""
    alone.empty_tables()
    from django.db import connection

    from minhu.cases import actions
    from minhu.cases.models import Escalation, Notice, Promise

    at = fill(clocks, due)
    began = time.perf_counter()
    assert actions.sweep(at=at - timedelta(hours=2)) == 0
    quiet = time.perf_counter() - began
    began = time.perf_counter()
    while actions.sweep(at=at):
        pass
    busy = time.perf_counter() - began
    assert Escalation.objects.count() == Notice.objects.count() == 2 * due
    assert Promise.objects.filter(rung=100).count() == due
    print(
        f"{connection.vendor:11} {clocks:9,} open clocks   nothing due {quiet * 1000:6.1f} ms   "
        f"{due:,} due {busy:5.1f} s ({2 * due / busy:,.0f} told a second)   bar {BAR_SECONDS:.0f} s",
        flush=True,
    )
    return busy < BAR_SECONDS


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.here:
        return 0 if measure(asked.clocks, asked.due) else 1
    words = ["--clocks", str(asked.clocks), "--due", str(asked.due)]
    return max(alone.measured("benchmarks.deadlines", engine, *words) for engine in alone.ENGINES)


if __name__ == "__main__":
    sys.exit(main())
