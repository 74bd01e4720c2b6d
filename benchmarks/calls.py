"""A whole call: SIPp's INVITE, the decision, the durable journal, the official's handset rung and answered, the talk.

``minhu switch`` runs as in production, in its own process, on SQLite (synchronous=FULL) and on PostgreSQL (fsync). Each
call is to a line of its own, is answered in person, is bridged and hung up; afterwards the journal is read: a call that
is not there, or not whole, fails the run. With --peers plain Asterisk, which answers and hangs up, decides nothing and
journals nothing, takes the same calls.

    python -m benchmarks.calls [--rate 100] [--calls 3000] [--peers]

CPU is of all threads of the switch process; that of the PostgreSQL server is told beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ENGINES = ("sqlite", "postgresql")
BAR_CPU_MS = 1.56
BAR_RING_MS = 20.0
LINES = 800
CALLERS = 5_000
WARM_UP = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured. cpu_ms: of the switch, a call; server_ms: of the database server; journaled: whole calls."""

    engine: str
    calls: int
    failed: int
    journaled: int
    cpu_ms: float
    server_ms: float
    ring_p50_ms: float
    ring_p99_ms: float

    @property
    def good(self) -> bool:
        kept = self.failed == 0 and self.journaled == self.calls
        return kept and self.cpu_ms <= BAR_CPU_MS and self.ring_p99_ms <= BAR_RING_MS


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far, all threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def server_seconds(folder: Path) -> float:
    """CPU time of a PostgreSQL server's processes so far."""
    pid_file = folder / "pg" / "postmaster.pid"
    if not pid_file.exists():
        return 0.0
    postmaster = int(pid_file.read_text().split()[0])
    children = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True, check=False).stdout
    return sum(cpu_seconds(pid) for pid in (postmaster, *map(int, children.split())))


def build_city(lines: int) -> list[str]:
    """A city of so many officials, one line each. The numbers of the lines."""
    from minhu.audit import privacy
    from minhu.directory import versions
    from minhu.directory.models import Line, Official
    from tests import make

    office = make.office(make.city())
    officials = Official.objects.bulk_create(
        Official(
            city_id=office.city_id,
            office=office,
            name=f"官员{place}",
            title=f"第{place}副局长",
            handset_sealed=privacy.seal(f"+86154{place:07d}1"),
            handset_key=privacy.lookup_key(f"+86154{place:07d}1"),
        )
        for place in range(lines)
    )
    numbers = [f"+86558{5_120_000 + place}" for place in range(lines)]
    Line.objects.bulk_create(
        Line(city_id=office.city_id, official=official, number=number)
        for official, number in zip(officials, numbers, strict=True)
    )
    versions.bump()
    return numbers


def measure(engine: str, folder: Path, rate: float, calls: int) -> Figures:
    """Run one switch against SIPp. Django must be set up for the database already."""
    from minhu.intake.models import Call
    from tests.telephony.sipp import Phones
    from tests.telephony.whole import Line

    numbers = build_city(LINES)
    listed = folder / "callers.csv"
    rows = (f"{numbers[place % LINES]};138{place * 7919 % CALLERS:08d}" for place in range(LINES * 50))
    listed.write_text("SEQUENTIAL\n" + "\n".join(rows) + "\n")
    phones = Phones(folder, trace=False)
    try:
        handsets = phones.serve("answer", ring_ms=10)
        url = os.environ["DATABASE_URL"]
        with Line(folder, url, handsets.port, **json.loads(os.environ.get("BENCH_MORE", "{}"))) as line:
            assert line.process is not None
            given = {"to": line.at, "options": ("-inf", str(listed)), "talk_ms": 100}
            phones.call("call_listed", calls=WARM_UP, rate=rate, **given).wait()  # type: ignore[arg-type]
            time.sleep(1)
            before, server_before = cpu_seconds(line.process.pid), server_seconds(folder)
            caller = phones.call("call_listed", calls=calls, rate=rate, times=True, **given)  # type: ignore[arg-type]
            outcome = caller.wait(60 + 2 * calls / rate)
            time.sleep(0.5)
            used, served = cpu_seconds(line.process.pid) - before, server_seconds(folder) - server_before
        whole = Call.objects.filter(answered_by_kind="official", ended_at__isnull=False, steps__kind="ended").count()
        ring = sorted(caller.response_times_ms)
    finally:
        phones.stop_all()
        for call in Call.objects.exclude(answered_by_kind="official")[:3]:
            steps = call.steps.order_by("seq").values_list("at", "kind", "detail")
            sys.stderr.write("".join(f"{at:%H:%M:%S.%f} {kind} {detail}\n" for at, kind, detail in steps) + "\n")
    return Figures(
        engine,
        calls,
        outcome.failed,
        whole - WARM_UP,
        1000 * used / calls,
        1000 * served / calls,
        ring[len(ring) // 2],
        ring[int(len(ring) * 0.99)],
    )


def one(engine: str, rate: float, calls: int) -> None:
    """Measure on one database, in this process; the figures go to standard output as JSON."""
    from tests import postgres

    with tempfile.TemporaryDirectory(prefix="minhu-bench-", dir=os.environ.get("BENCH_FOLDER")) as name:
        folder = Path(name)
        keeper = None
        if engine == "postgresql":
            keeper = postgres.guard(folder)
            postgres.start(folder, durable=True)
            url = postgres.url(folder, "postgres")
        else:
            url = f"sqlite:///{folder / 'bench.sqlite3'}"
        os.environ.update(
            DATABASE_URL=url,
            MINHU_MODE="test",
            MINHU_DATA=str(folder / "keys"),
            DJANGO_SETTINGS_MODULE="minhu.settings",
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        figures = measure(engine, folder, rate, calls)
        sys.stdout.write(json.dumps(asdict(figures)) + "\n")
        if keeper is not None and keeper.stdin is not None:
            keeper.stdin.close()
            keeper.wait(30)
            folder.mkdir(exist_ok=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=100.0, help="calls a second")
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="measure on this database only")
    parser.add_argument("--peers", action="store_true", help="measure plain Asterisk too")
    parser.add_argument("--one", choices=ENGINES, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        one(chosen.one, chosen.rate, chosen.calls)
        return 0
    sys.stdout.write(
        "| database | calls/s | CPU ms a call | server CPU ms | first ring p50 ms | p99 ms | journaled | |\n"
    )
    sys.stdout.write("|---|---|---|---|---|---|---|---|\n")
    good = True
    for engine in chosen.engine or ENGINES:
        command = [sys.executable, "-m", "benchmarks.calls", "--one", engine]
        command += ["--rate", str(chosen.rate), "--calls", str(chosen.calls)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        sys.stderr.write(answer.stderr)
        if answer.returncode:
            sys.stdout.write(answer.stderr[-3000:])
            return answer.returncode
        figures = Figures(**json.loads(answer.stdout.splitlines()[-1]))
        good = good and figures.good
        sys.stdout.write(
            f"| {engine} | {chosen.rate:.0f} | {figures.cpu_ms:.2f} | {figures.server_ms:.2f} | "
            f"{figures.ring_p50_ms:.1f} | {figures.ring_p99_ms:.1f} | {figures.journaled}/{figures.calls} | "
            f"{'' if figures.good else 'misses the bar'} |\n"
        )
        sys.stdout.flush()
    sys.stdout.write(
        f"\nBars: {BAR_CPU_MS} ms CPU a call, first ring p99 {BAR_RING_MS:.0f} ms, every call journaled.\n"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
