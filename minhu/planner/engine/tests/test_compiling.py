"""An inner loop is compiled by one process at a time."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from minhu.planner.engine.kernels import compiling


def add(one: int, other: int) -> int:
    return one + other


def test_a_first_call_waits_for_whoever_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling._config, "CACHE_DIR", str(tmp_path))
    answers: list[int] = []
    call = compiling.entry(add)
    calling = threading.Thread(target=lambda: answers.append(call(1, 2)), daemon=True)

    with (tmp_path / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        calling.start()
        calling.join(0.2)
        assert calling.is_alive()
    calling.join(30)

    assert answers == [3]
    with (tmp_path / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert call(2, 2) == 4, "from then on it asks nobody"
