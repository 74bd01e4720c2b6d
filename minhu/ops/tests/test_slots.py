"""A worker's name is its own, and its successor's after a crash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from minhu.ops.slots import worker_name

HOLDS = """
import sys, threading
from pathlib import Path
from minhu.ops.slots import worker_name
with worker_name("jobs", Path(sys.argv[1])) as name:
    print(name, flush=True)
    threading.Event().wait()
"""


def test_two_workers_have_different_names(tmp_path: Path) -> None:
    with worker_name("jobs", tmp_path / "run") as one, worker_name("jobs", tmp_path / "run") as other:
        assert one != other

    with worker_name("jobs", tmp_path / "run") as again:
        assert again == one


def test_after_a_kill_the_name_is_free_for_the_successor(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        name = process.stdout.readline().strip()
        with worker_name("jobs", tmp_path) as other:
            assert other != name
        process.kill()
        process.wait(20)

    with worker_name("jobs", tmp_path) as successor:
        assert successor == name
