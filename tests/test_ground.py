"""What everything stands on: a test that would not run has failed, and a process starts light."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _pytest(folder: Path, test: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider", "-c"]
    return subprocess.run(
        [*command, str(ROOT / "pyproject.toml"), str(folder / "test_it.py")],
        cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if k != "CI" and not k.startswith("PYTEST")}, **environment},
        text=True,
        capture_output=True,
        check=False,
    )


SKIPPED = "import pytest\n@pytest.mark.skip(reason='no trunk here')\ndef test_it(): pass\n"


def test_in_ci_a_skipped_test_has_failed(tmp_path: Path) -> None:
    done = _pytest(tmp_path, SKIPPED, CI="true")

    assert done.returncode == 1
    assert "skipped in CI" in done.stdout
    assert _pytest(tmp_path, SKIPPED).returncode == 0


def test_in_ci_a_module_that_skips_itself_has_failed(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "import pytest\npytest.importorskip('no_such_module')\ndef test_it(): pass\n", CI="true")

    assert done.returncode != 0
    assert "skipped in CI" in done.stdout


def test_a_missing_program_fails_the_test_and_says_how_to_get_it(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "def test_it(sipp): pass\n", PATH="/nowhere")

    assert done.returncode == 1
    assert "sipp is missing: sudo apt-get install sip-tester" in done.stdout


LOADED = """
import sys
import django
django.setup()
import minhu.ops.jobs, minhu.urls
print(sorted({"numpy", "scipy", "numba", "ortools", "pandas"} & sys.modules.keys()))
"""


def test_no_process_loads_arrays_or_a_compiler_before_it_needs_them() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, text=True, capture_output=True, check=False)

    assert (done.stdout, done.stderr) == ("[]\n", "")
