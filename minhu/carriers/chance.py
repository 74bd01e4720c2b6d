"""Unguessable bytes for branches, tags and call ids. A call needs a dozen, so the system is asked for a page."""

from __future__ import annotations

import os
from typing import Final

_PAGE_BYTES: Final = 4096


class _Page:
    """Random bytes, each given out once; a forked process begins a page of its own."""

    def __init__(self) -> None:
        self.turn()
        os.register_at_fork(after_in_child=self.turn)

    def turn(self) -> None:
        self._bytes, self._used = os.urandom(_PAGE_BYTES), 0

    def take(self, count: int) -> bytes:
        if self._used + count > _PAGE_BYTES:
            self.turn()
        begin, self._used = self._used, self._used + count
        return self._bytes[begin : self._used]


_page = _Page()


def take(count: int) -> bytes:
    """``count`` random bytes, at most a page. For the event loop's thread only."""
    return _page.take(count)


def token(count: int) -> str:
    """The same as hexadecimal figures."""
    return take(count).hex()
