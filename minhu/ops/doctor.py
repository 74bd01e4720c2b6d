"""What is wrong with this installation, and what to do about each. Looks only; changes nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from minhu.audit import pulse
from minhu.directory.models import CalendarFeed, Line
from minhu.ops import probes
from minhu.ops import texting_checks as texting
from minhu.ops.digest_checks import mails
from minhu.ops.document_checks import documents
from minhu.ops.findings import Finding, Grade
from minhu.ops.insight_checks import insight
from minhu.ops.inspection_checks import inspection
from minhu.ops.reading_checks import reading
from minhu.ops.retention_checks import retention
from minhu.ops.search_checks import search
from minhu.rules.calendar import china
from minhu.rules.clock import legal_day

WARN_BEFORE_CALENDAR_ENDS = timedelta(days=60)
LEAST_FREE_BYTES, SCARCE_FREE_BYTES = 500 * 2**20, 5 * 2**30
LARGEST_CLOCK_ERROR_SECONDS = 2.0
PATIENCE_SECONDS = 3.0


Check = Callable[[], Iterator[Finding]]


def examine() -> Iterator[Finding]:
    """Look at everything, in the order in which one would mend it. A check that itself fails is a finding too."""
    for check in (
        _settings,
        _database,
        _disk,
        _clock,
        _calendar,
        _directory,
        _trunk,
        texting.gateways,
        _processes,
        texting.outbox,
        inspection,
        reading,
        insight,
        search,
        retention,
        documents,
        mails,
    ):
        try:
            yield from check()
        except (OSError, DatabaseError) as error:
            yield Finding(
                check.__name__.strip("_"), Grade.ILL, f"could not be looked at: {error}", "mend what is above first"
            )


def told() -> list[dict[str, str]]:
    """The findings as the operator's page reads them."""
    return [{"about": one.about, "grade": one.grade.value, "found": one.found, "cure": one.cure} for one in examine()]


def _settings() -> Iterator[Finding]:
    try:
        call_command("check", deploy=settings.PRODUCTION, fail_level="WARNING", verbosity=0, stdout=StringIO())
    except SystemCheckError as error:
        yield Finding("settings", Grade.ILL, " ".join(str(error).split()), "see .env.example for each setting")
        return
    if settings.PRODUCTION:
        yield Finding("settings", Grade.WELL, "production")
    else:
        cure = "set MINHU_MODE=production before citizens use it"
        yield Finding("settings", Grade.CARE, f"mode {settings.MODE}: keys are kept in {settings.DATA_DIR}", cure)


def _database() -> Iterator[Finding]:
    try:
        began = time.perf_counter()
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield Finding("database", Grade.ILL, f"no answer: {error}".strip(), "start it, or correct DATABASE_URL")
        return
    if missing:
        yield Finding("database", Grade.ILL, f"{len(missing)} migrations are missing", "run: minhu migrate")
        return
    yield Finding(
        "database", Grade.WELL, f"{connection.vendor}, answers in {(time.perf_counter() - began) * 1000:.0f} ms"
    )


def _disk() -> Iterator[Finding]:
    for name, folder in (
        ("data", settings.DATA_DIR),
        ("spool", settings.SPOOL_DIR),
        ("recordings", settings.RECORDINGS_DIR),
    ):
        place = _nearest(Path(folder))
        if not os.access(place, os.W_OK):
            yield Finding(
                f"disk: {name}", Grade.ILL, f"{place} cannot be written", f"give this user the folder {folder}"
            )
            continue
        free = shutil.disk_usage(place).free
        shown = f"{free / 2**30:.1f} GiB free at {place}"
        if free < LEAST_FREE_BYTES:
            yield Finding(f"disk: {name}", Grade.ILL, shown, "free some now: calls cannot be recorded or spooled soon")
        elif free < SCARCE_FREE_BYTES:
            yield Finding(f"disk: {name}", Grade.CARE, shown, "plan for more: recordings grow with every message")
        else:
            yield Finding(f"disk: {name}", Grade.WELL, shown)


def _nearest(folder: Path) -> Path:
    return folder if folder.exists() else _nearest(folder.parent)


def _clock() -> Iterator[Finding]:
    state = probes.kernel_clock()
    if state is None:
        yield Finding(
            "clock", Grade.CARE, "the kernel does not say whether it is kept by NTP", "run chrony or timesyncd"
        )
    elif not state.synchronised:
        yield Finding("clock", Grade.CARE, "is not synchronised", "run chrony or timesyncd: due times depend on it")
    elif state.error_seconds > LARGEST_CLOCK_ERROR_SECONDS:
        yield Finding("clock", Grade.ILL, f"may be {state.error_seconds:.1f} s off", "look at chrony or timesyncd")
    else:
        yield Finding("clock", Grade.WELL, "synchronised")


def _calendar() -> Iterator[Finding]:
    last = china().last_day
    left = last - legal_day(timezone.now())
    if left < timedelta():
        yield Finding(
            "working days", Grade.ILL, f"are known to {last} only", "upgrade, or due times count Monday to Friday"
        )
    elif left < WARN_BEFORE_CALENDAR_ENDS:
        cure = "upgrade once the State Council's notice for the new year is out"
        yield Finding("working days", Grade.CARE, f"are known to {last}, {left.days} days ahead", cure)
    else:
        yield Finding("working days", Grade.WELL, f"known to {last}")


def _directory() -> Iterator[Finding]:
    lines = Line.objects.filter(withdrawn_at=None).count()
    if not lines:
        yield Finding(
            "directory", Grade.CARE, "no number is published", "import it: see docs/how-to/import-the-directory.md"
        )
    else:
        yield Finding("directory", Grade.WELL, f"{lines} lines in use")
    for feed in CalendarFeed.objects.exclude(fault="").select_related("official")[:20]:
        yield Finding(
            "calendar", Grade.CARE, f"{feed.official}: {feed.fault}", "correct its address on the presence page"
        )


def _trunk() -> Iterator[Finding]:
    listen = ", ".join(settings.SIP.listen)
    if not settings.SIP.trunk:
        yield Finding(
            "trunk", Grade.CARE, f"listens on {listen}, but has nowhere to place calls", "set SIP_TRUNK=udp:host:port"
        )
        return
    transport, _, address = settings.SIP.trunk.partition(":")
    host, _, port = address.rpartition(":")
    answer = asyncio.run(probes.options(transport, host, int(port), PATIENCE_SECONDS))
    if answer:
        yield Finding("trunk", Grade.WELL, f"{settings.SIP.trunk} answers: {answer}")
    else:
        cure = "check address and firewall; does the provider know this machine's address?"
        yield Finding("trunk", Grade.ILL, f"{settings.SIP.trunk} does not answer OPTIONS", cure)


def _processes() -> Iterator[Finding]:
    now = timezone.now()
    for process in ("switch", "jobs"):
        if pulse.running(process, now):
            yield Finding(process, Grade.WELL, "running")
        else:
            yield Finding(process, Grade.ILL, "is not running", f"run: minhu {process} (or minhu serve for all)")
