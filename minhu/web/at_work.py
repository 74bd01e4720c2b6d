"""How many pages this process is at work on, from the moment their requests are whole until their answers are made."""

from __future__ import annotations

import threading


class Count:
    """Told by the server, asked by whoever can do for several what it does for one (gather.py)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages = 0

    def begin(self) -> None:
        with self._lock:
            self._pages += 1

    def end(self) -> None:
        with self._lock:
            self._pages -= 1

    def __call__(self) -> int:
        return self._pages


PAGES = Count()
