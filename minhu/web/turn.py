"""Whose turn it is to write, among the processes of one site.

PostgreSQL sees to that by itself. SQLite has one writer at a time too, but makes the others sleep and look again, up to
100 ms at a time; a lock of the operating system wakes the next one at once.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection

FILE = "turn.lock"


@contextmanager
def to_write() -> Iterator[None]:
    """Holds the site's turn on SQLite. For one thread of a process at a time."""
    if connection.vendor != "sqlite":
        yield
        return
    file = _file(settings.DATA_DIR / FILE)
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


@cache
def _file(path: Path) -> int:
    """Open for as long as the process lives; the system lets go of a lock whose process died."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
