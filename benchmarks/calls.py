"""A whole call: SIPp's INVITE, the decision, the durable journal, then what Asterisk beside us does too.

    answer    one leg: the official is in a meeting; we answer, speak, and the promise and its text are on disk
    dial      two legs: the official's handset rings and answers, the two are bridged and talk

``minhu switch`` runs as in production, in its own process, on SQLite (synchronous=FULL) and on PostgreSQL (fsync).
Afterwards the journal is read: a call that is not there, or not whole, fails the run. With --peers plain Asterisk,
which decides nothing and journals nothing, takes the same calls; each of ours is held to the one with as many legs.

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
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from benchmarks.asterisk import Asterisk, Does, NotHere
from tests.telephony.sipp import Phone, Phones

ENGINES = ("sqlite", "postgresql")
BAR_CPU_MS = {Does.ANSWER: 1.56, Does.DIAL: 3.1}
"""Plain Asterisk on an idle machine; where it is measured in the same run, that counts."""
BAR_RING_MS = 20.0
LINES = 800
CALLERS = 5_000
WARM_UP = 100
RING_MS = 10
TALK_MS = {Does.ANSWER: 0, Does.DIAL: 100}
"""Asterisk answering by itself plays nothing either."""
NUMBERS = [f"+86558{5_120_000 + place}" for place in range(LINES)]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured. cpu_ms: of the switch, a call; server_ms: of the database server; journaled: whole calls."""

    who: str
    does: Does
    calls: int
    failed: int
    journaled: int
    cpu_ms: float
    server_ms: float
    ring_p50_ms: float
    ring_p99_ms: float

    def misses(self, cpu_bar_ms: float) -> list[str]:
        """The bars that were missed."""
        found = {
            "calls failed": self.failed > 0,
            "calls not in the journal": self.journaled < self.calls,
            "CPU": self.cpu_ms > cpu_bar_ms,
            "first ring": self.does is Does.DIAL and self.ring_p99_ms > BAR_RING_MS,
        }
        return [name for name, missed in found.items() if missed]


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far: all threads, user and system, to the nanosecond."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def server_seconds(folder: Path) -> float:
    """CPU time of a PostgreSQL server's processes so far."""
    pid_file = folder / "pg" / "postmaster.pid"
    if not pid_file.exists():
        return 0.0
    postmaster = int(pid_file.read_text().split()[0])
    children = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True, check=False).stdout
    return sum(cpu_seconds(pid) for pid in (postmaster, *map(int, children.split())))


def build_city(does: Does) -> None:
    """A city of many officials, one line each. Who does not take calls himself is in a meeting all the time."""
    from minhu.audit import privacy
    from minhu.directory import versions
    from minhu.directory.models import Line, Official, PresenceSpan
    from minhu.rules.words import Presence, PresenceSource
    from tests import make

    office = make.office(make.city())
    city_id = office.city_id
    assert city_id is not None
    officials = Official.objects.bulk_create(
        Official(
            city_id=city_id,
            office=office,
            name=f"官员{place}",
            title=f"第{place}副局长",
            handset_sealed=privacy.seal(f"+86154{place:07d}1"),
            handset_key=privacy.lookup_key(f"+86154{place:07d}1"),
        )
        for place in range(LINES)
    )
    Line.objects.bulk_create(
        Line(city_id=city_id, official=official, number=number)
        for official, number in zip(officials, NUMBERS, strict=True)
    )
    if does is Does.ANSWER:
        always = {"since": make.MONDAY_10 - timedelta(days=3650), "until": make.MONDAY_10 + timedelta(days=3650)}
        PresenceSpan.objects.bulk_create(
            PresenceSpan(official=official, state=Presence.MEETING, source=PresenceSource.MANUAL, **always)
            for official in officials
        )
    versions.bump()


def kept(does: Does) -> int:
    """How many calls the journal holds whole: answered in person; or promised a call back, with the text queued."""
    from minhu.intake.models import Call

    ended = Call.objects.filter(ended_at__isnull=False, steps__kind="ended")
    if does is Does.DIAL:
        return ended.filter(answered_by_kind="official").count()
    return (
        ended.filter(promise_kind="call_back", steps__kind="ended", texts__key__startswith="call:").distinct().count()
    )


@dataclass(frozen=True, slots=True)
class Load:
    """The callers. rate: calls a second."""

    phones: Phones
    folder: Path
    rate: float
    calls: int

    def run(self, who: str, does: Does, to: tuple[str, int], cpu: Callable[[], tuple[float, float]]) -> Figures:
        """Call, and see what it costs. cpu: seconds so far, of the one that is measured and of its database server."""
        listed = self.folder / "callers.csv"
        rows = (f"{NUMBERS[place % LINES]};138{place * 7919 % CALLERS:08d}" for place in range(LINES * 50))
        listed.write_text("SEQUENTIAL\n" + "\n".join(rows) + "\n")

        def phone(calls: int) -> Phone:
            options = ("-inf", str(listed))
            return self.phones.call(
                "call_listed", to=to, calls=calls, rate=self.rate, options=options, times=True, talk_ms=TALK_MS[does]
            )

        phone(WARM_UP).wait()
        time.sleep(1)
        before = cpu()
        caller = phone(self.calls)
        outcome = caller.wait(60 + 2 * self.calls / self.rate)
        time.sleep(0.5)
        used, served = (1000 * (after - first) / self.calls for first, after in zip(before, cpu(), strict=True))
        ring = sorted(caller.response_times_ms) or [0.0]
        middle, slow = ring[len(ring) // 2], ring[int(len(ring) * 0.99)]
        return Figures(who, does, self.calls, outcome.failed, 0, used, served, middle, slow)


def measure(engine: str, does: Does, folder: Path, rate: float, calls: int) -> Figures:
    """Run one switch against SIPp. Django must be set up for the database already."""
    from tests.telephony.whole import Line

    build_city(does)
    phones = Phones(folder, trace=False)
    try:
        handsets = phones.serve("answer", ring_ms=RING_MS)
        with Line(folder, os.environ["DATABASE_URL"], handsets.port) as line:
            assert line.process is not None
            pid = line.process.pid
            figures = Load(phones, folder, rate, calls).run(
                f"Minhu, {engine}", does, line.at, lambda: (cpu_seconds(pid), server_seconds(folder))
            )
    finally:
        phones.stop_all()
    return replace(figures, journaled=kept(does) - WARM_UP)


def measure_peer(does: Does, rate: float, calls: int) -> Figures:
    """The same calls to plain Asterisk. Raises: NotHere."""
    with tempfile.TemporaryDirectory(prefix="minhu-bench-") as name:
        folder = Path(name)
        phones = Phones(folder, trace=False)
        try:
            handsets = phones.serve("answer", ring_ms=RING_MS)
            with Asterisk(folder, does, handsets.port) as peer:
                return Load(phones, folder, rate, calls).run(
                    peer.version, does, peer.at, lambda: (cpu_seconds(peer.pid), 0.0)
                )
        finally:
            phones.stop_all()


def one(engine: str, does: Does, rate: float, calls: int) -> None:
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
        figures = measure(engine, does, folder, rate, calls)
        sys.stdout.write(json.dumps(asdict(figures)) + "\n")
        if keeper is not None and keeper.stdin is not None:
            keeper.stdin.close()
            keeper.wait(30)
            folder.mkdir(exist_ok=True)


def apart(engine: str, does: Does, rate: float, calls: int) -> Figures:
    """Measured in a process of its own, since Django is set up once. Raises: CalledProcessError."""
    command = [sys.executable, "-m", "benchmarks.calls", "--one", engine, "--does", does]
    command += ["--rate", str(rate), "--calls", str(calls)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures = json.loads(answer.stdout.splitlines()[-1])
    return Figures(**figures | {"does": Does(figures["does"])})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=100.0, help="calls a second")
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="measure on this database only")
    parser.add_argument("--does", type=Does, choices=tuple(Does), action="append", help="measure this only")
    parser.add_argument("--peers", action="store_true", help="measure plain Asterisk too")
    parser.add_argument("--one", choices=ENGINES, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    shapes = tuple(chosen.does or Does)
    if chosen.one:
        one(chosen.one, shapes[0], chosen.rate, chosen.calls)
        return 0
    missed = 0
    sys.stdout.write(f"{chosen.rate:.0f} calls a second, {chosen.calls} calls each\n")
    for does in shapes:
        ours = [apart(engine, does, chosen.rate, chosen.calls) for engine in chosen.engine or ENGINES]
        try:
            peer = measure_peer(does, chosen.rate, chosen.calls) if chosen.peers else None
        except NotHere as fault:
            sys.stdout.write(f"Asterisk was not measured: {fault}\n")
            return 1
        missed += tell(does, ours, peer)
    return 1 if missed else 0


def tell(does: Does, ours: Sequence[Figures], peer: Figures | None) -> int:
    """Print the table; how many bars were missed."""
    bar = peer.cpu_ms if peer else BAR_CPU_MS[does]
    sys.stdout.write(
        f"\n{does.words}\n\n| who | CPU ms a call | × Asterisk | database server's | first ring p50 ms | p99 ms | "
        "failed | in the journal | misses |\n|---|---|---|---|---|---|---|---|---|\n"
    )
    missed = 0
    for figures in (*ours, *([peer] if peer else [])):
        misses = figures.misses(bar) if figures is not peer else []
        missed += len(misses)
        rung = f"{figures.ring_p50_ms:.0f} | {figures.ring_p99_ms:.0f}" if does is Does.DIAL else "– | –"
        journaled = "–" if figures is peer else str(figures.journaled)
        sys.stdout.write(
            f"| {figures.who} | {figures.cpu_ms:.2f} | {figures.cpu_ms / bar:.2f} | {figures.server_ms:.2f} | {rung} | "
            f"{figures.failed} | {journaled} | {', '.join(misses)} |\n"
        )
    sys.stdout.write(f"\nBars: {bar:.2f} ms CPU a call, first ring p99 {BAR_RING_MS:.0f} ms, every call journaled.\n")
    return missed


if __name__ == "__main__":
    sys.exit(main())
