"""A measurement in a process of its own, on a fresh database whose commits wait for the disk."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import postgres

ENGINES = ("sqlite", "postgresql")
ROOT = Path(__file__).resolve().parents[1]


def measured(module: str, engine: str, *words: str) -> int:
    """Run ``python -m module --here words…`` with an empty database of that engine; returns its exit code."""
    with tempfile.TemporaryDirectory(prefix="minhu-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        keeper = postgres.guard(folder)
        try:
            url = f"sqlite:///{folder / 'bench.sqlite3'}"
            if engine == "postgresql":
                postgres.start(folder, durable=True)
                url = postgres.url(folder, "postgres")
            environment = {
                **os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "minhu.settings", "MINHU_MODE": "test",
                "MINHU_DATA": str(folder / "data"), "MINHU_LOG_LEVEL": "ERROR",
            }  # fmt: skip
            command = [sys.executable, "-m", module, "--here", *words]
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            keeper.wait(timeout=30)


def empty_tables() -> None:
    """Django, and our tables in the database of the environment."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
