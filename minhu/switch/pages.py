"""The directory as this process has it: looked at four times a second, read again when it changed.

While the database is away the last copy stays, and calls are routed by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from minhu.audit import pulse
from minhu.directory import snapshot
from minhu.directory.models import Office

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.25
PULSE_SECONDS = pulse.BEAT_SECONDS

Detail = Callable[[], dict[str, object]]


class Pages:
    """The latest snapshot, and this process's sign of life. All queries run on one thread of their own."""

    def __init__(self, node: str, detail: Detail) -> None:
        self._node = node
        self._detail = detail
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="directory")
        self._latest = snapshot.empty(timezone.now())
        self._beat_at = datetime.min.replace(tzinfo=UTC)
        self._away = False

    def latest(self) -> snapshot.Directory:
        """The copy to route by."""
        return self._latest

    async def first(self) -> int:
        """Wait until the database has been read once; returns the id of the home city (0: there is none yet)."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.run_in_executor(self._thread, self._read)
                return await loop.run_in_executor(self._thread, _home_city)
            except DatabaseError as fault:
                log.warning("waiting_for_database", fault=type(fault).__name__)
                await asyncio.sleep(1.0)

    async def follow(self) -> None:
        """Keep looking, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await loop.run_in_executor(self._thread, self._look)
                self._away = False
            except DatabaseError as fault:
                if not self._away:
                    log.warning("directory_not_read", fault=type(fault).__name__)
                self._away = True

    def close(self) -> None:
        self._thread.submit(connection.close)
        self._thread.shutdown()

    def _look(self) -> None:
        self._read()
        now = timezone.now()
        if (now - self._beat_at).total_seconds() >= PULSE_SECONDS:
            pulse.beat("switch", self._node, at=now, **self._detail())
            self._beat_at = now

    def _read(self) -> None:
        now = timezone.now()
        try:
            if snapshot.current_version() != self._latest.version or self._latest.is_stale(now):
                self._latest = snapshot.load(now)
                log.info("directory_read", version=self._latest.version, lines=len(self._latest.lines))
        except DatabaseError:
            connection.close()
            raise


def _home_city() -> int:
    city = Office.objects.filter(parent__isnull=True).order_by("id").values_list("id", flat=True).first()
    return city or 0
