"""The environment of a test run. Loaded before the settings are: nothing of the developer's own set-up leaks in."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

for _name in list(os.environ):
    if _name.startswith(("MINHU_", "SIP_", "SMPP_", "SMS_", "EMAIL_")) or _name in {
        "DATABASE_URL",
        "DEFAULT_FROM_EMAIL",
    }:
        del os.environ[_name]

DATA_DIR = tempfile.mkdtemp(prefix="minhu-test-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
os.environ.update(MINHU_MODE="test", MINHU_DATA=DATA_DIR, MINHU_ENV_FILE=os.devnull, MINHU_LOG_LEVEL="WARNING")

# The run starts some hundreds of processes, and each worker loads every test: what the first compiled, the others find.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(Path(__file__).resolve().parent.parent / "var" / "compiled")
)  # for all runs
