"""The environment of a test run. Loaded before the settings are: nothing of the developer's own set-up leaks in."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

for _name in list(os.environ):
    if _name.startswith(("MINHU_", "SIP_", "SMPP_", "SMS_")) or _name == "DATABASE_URL":
        del os.environ[_name]

DATA_DIR = tempfile.mkdtemp(prefix="minhu-test-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
os.environ.update(MINHU_MODE="test", MINHU_DATA=DATA_DIR, MINHU_ENV_FILE=os.devnull, MINHU_LOG_LEVEL="WARNING")
os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(Path(__file__).resolve().parent.parent / "var" / "compiled")
)  # for all runs
