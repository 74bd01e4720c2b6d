"""A name for a worker that no other running process has, and that its successor has again after a crash.

The name is a lock on a file: the kernel lets it go when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def worker_name(kind: str, folder: Path) -> Iterator[str]:
    """Hold the first free name ``kind@machine/1``, ``/2`` … for as long as the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        handle = os.open(folder / f"{kind}-{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        try:
            yield f"{kind}@{socket.gethostname()[:24]}/{number}"
        finally:
            os.close(handle)
        return
