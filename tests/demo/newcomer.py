"""Somebody who types ``minhu demo`` in a terminal and reads what it prints."""

from __future__ import annotations

import os
import queue
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

UP_WITHIN_SECONDS = 180.0
ENDS_WITHIN_SECONDS = 30.0


class Demo:
    """One running demo. told: what it has printed so far."""

    def __init__(self, folder: Path, words: Sequence[str]) -> None:
        self.folder = folder
        self.told: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self.process = subprocess.Popen(
            minhu("demo", "--folder", str(folder), "--any-ports", *words),
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def hear(self, words: str, within_seconds: float = UP_WITHIN_SECONDS) -> None:
        """Read on until these words are printed."""
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=0.2)
            except queue.Empty:
                assert self.process.poll() is None, "the demo ended:\n" + "".join(self.told)
                continue
            if words in line:
                return
        raise AssertionError(f"never heard {words!r}:\n" + "".join(self.told))

    def ask(self, question: str) -> int:
        """One number out of its database."""
        with closing(
            sqlite3.connect(f"file:{self.folder / 'minhu.sqlite3'}?mode=ro", uri=True, timeout=20)
        ) as database:
            return int(database.execute(question).fetchone()[0] or 0)

    def end(self) -> float:
        """SIGTERM, as a service manager sends it; how many seconds it took to end."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(ENDS_WITHIN_SECONDS)
        self._reader.join(5)
        if self.process.stdout:
            self.process.stdout.close()
        return time.monotonic() - began

    def left_running(self) -> list[str]:
        """Processes of this demo that are still there."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("MINHU_DEMO_FOLDER") == str(self.folder):
                    found.append(" ".join(process.cmdline()))
            except (psutil.Error, OSError):
                continue
        return found

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """``minhu demo call`` in another terminal."""
        return subprocess.run(
            minhu("demo", "call", *words, "--folder", str(self.folder)),
            env=_environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=180,
            check=False,
        )

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.told.append(line)
            self._lines.put(line)


@contextmanager
def demo(folder: Path, *words: str) -> Iterator[Demo]:
    """A demo that is up; it is ended afterwards, whatever happens."""
    one = Demo(folder, words)
    try:
        one.hear("Ctrl-C ends it")
        yield one
    finally:
        if one.process.poll() is None:
            one.end()


def minhu(*words: str) -> list[str]:
    return [sys.executable, "-m", "minhu", *words]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("MINHU_", "DJANGO_"))}
