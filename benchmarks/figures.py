"""A million journal rows: how long they take to count once, and how long the public page takes to add them up.

A million calls of a year lie in the journal, on 81 lines. All days are counted as the jobs process counts them; then
the figures of a page (a year, and the usual twelve weeks) are read again and again. SQLite and PostgreSQL (fsync).

    python -m benchmarks.figures --rows 1000000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from tests import postgres

BAR_MS = {"postgresql": 300.0, "sqlite": 1000.0}
ROOT = Path(__file__).resolve().parents[1]
LINES, DAYS, TIMES = 81, 364, 40
_NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(0, {rows} - 1) AS n",
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < {rows} - 1) SELECT n FROM r",
}
_ID = {
    "postgresql": "CAST(LPAD(TO_HEX(n), 32, '0') AS uuid)",
    "sqlite": "printf('%032x', n)",
}
_AT = {
    "postgresql": "TIMESTAMPTZ '{begin} 00:00:00+00' + (n / {a_day}) * INTERVAL '1 day' "
    "+ (n % 36000 * 7919 % 36000) * INTERVAL '1 second'",
    "sqlite": "datetime('{begin}', '+' || (n / {a_day}) || ' days', '+' || (n % 36000 * 7919 % 36000) || ' seconds')",
}
_CALLS = (
    "INSERT INTO intake_call (id, city_id, line_id, direction, state, node, dialled, diversion, reason, received_at, "
    "answered_by_kind, answered_by_name, code, promise_kind, promise_owner_kind) SELECT {id}, {city}, "
    "{first_line} + n * 31 % {lines}, 'inbound', 'answered', '', '', '', '', {at}, "
    "CASE WHEN n % 10 < 6 THEN 'official' WHEN n % 10 < 9 THEN 'staff' ELSE '' END, '', '', '', '' "
    "FROM ({numbers}) AS numbers"
)


def fill(rows: int) -> tuple[int, date]:
    """The calls of a year; returns the city and the day after the last of them."""
    from django.db import connection

    from tests import make

    city = make.city()
    lines = [make.line(make.official(make.office(city))) for _ in range(LINES)]
    today = make.MONDAY_10.date()
    values: dict[str, object] = {
        "city": city.pk, "first_line": lines[0].pk, "lines": LINES, "id": _ID[connection.vendor],
        "at": _AT[connection.vendor].format(begin=today - timedelta(days=DAYS), a_day=-(-rows // DAYS)),
        "numbers": _NUMBERS[connection.vendor].format(rows=rows),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CALLS.format(**values))
        cursor.execute("ANALYZE")
    return city.pk, today


def measure(rows: int) -> bool:
    """In a process of its own, on the database of its environment; whether the bar is reached."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from minhu.directory.models import Office
    from minhu.rules.figures import Count
    from minhu.supervision.counting import bring_up_to_date
    from minhu.supervision.models import DayCount
    from minhu.supervision.published import tally, whole_weeks
    from minhu.web.published import city_page
    from tests import make

    call_command("migrate", verbosity=0)
    city_id, today = fill(rows)
    began = time.perf_counter()
    while bring_up_to_date(city_id, at=make.MONDAY_10):
        pass
    counted = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began = time.perf_counter()
    bring_up_to_date(city_id, at=make.MONDAY_10 + timedelta(minutes=1))
    again = time.perf_counter() - began
    year, usual = whole_weeks(today, DAYS // 7), whole_weeks(today, 12)
    city = Office.objects.get(pk=city_id)
    assert tally(city_id, year).counts()[Count.CALLS] == rows
    slowest = _p95(lambda: city_page(city, year))
    weeks = _p95(lambda: city_page(city, usual))
    kept = DayCount.objects.count()
    bar = BAR_MS[connection.vendor]
    print(
        f"{connection.vendor:11} {rows:9,} journal rows, {kept:,} kept   counted once {counted:5.1f} s   "
        f"a pass after {again * 1000:6.1f} ms   page of all of them p95 {slowest:6.1f} ms   "
        f"of twelve weeks {weeks:6.1f} ms   bar {bar:.0f} ms",
        flush=True,
    )
    return slowest < bar


def _p95(read: Callable[[], object]) -> float:
    read()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        read()
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[int(TIMES * 0.95)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.here:
        return 0 if measure(asked.rows) else 1
    failed = 0
    for engine in BAR_MS:
        folder = Path(tempfile.mkdtemp(prefix="minhu-bench-db-"))
        keeper = postgres.guard(folder)
        try:
            url = f"sqlite:///{folder / 'bench.sqlite3'}"
            if engine == "postgresql":
                postgres.start(folder, durable=True)
                url = postgres.url(folder, "postgres")
            environment = {
                **os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "minhu.settings", "MINHU_MODE": "test",
                "MINHU_DATA": str(folder / "data"), "MINHU_LOG_LEVEL": "WARNING",
            }  # fmt: skip
            command = [sys.executable, "-m", "benchmarks.figures", "--here", "--rows", str(asked.rows)]
            failed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode or failed
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            keeper.wait(timeout=30)
    return failed


if __name__ == "__main__":
    sys.exit(main())
