"""What every test runs under: both databases, no skipping in CI, real programs or a clear failure."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest_plugins = ["tests.databases", "tests.peers.fixtures"]

LONGEST = (
    "tests/test_house.py",
    "tests/demo/",
    "tests/crash/",
    "minhu/supervision/tests/test_counting.py",
    "minhu/cases/tests/test_batches.py",
    "minhu/cases/tests/test_walk.py",
    "tests/races/",
    "minhu/planner/engine/tests/test_whatif.py",
)
"""Where tests of more than twenty seconds are, besides those in a browser."""
BROWSER = "tests/browser/"
_HOW_TO_GET = {
    "sipp": "sudo apt-get install sip-tester",
    "chromium": "sudo apt-get install chromium (on Ubuntu, where that is a snap, deploy/bootstrap test gets another)",
    "tshark": "sudo apt-get install tshark",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-looks", action="store_true", help="this is how the pages shall look (tests/browser)")


def _program(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    pytest.fail(f"{names[0]} is missing: {_HOW_TO_GET[names[0]]}", pytrace=False)


@pytest.fixture(scope="session")
def sipp() -> str:
    """The path of SIPp. A machine without it fails the test and says how to get it."""
    return _program("sipp")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium: the machine's, or the one that deploy/bootstrap got where its own is a snap."""
    if own := next(Path(sys.prefix).glob("browsers/chromium-*/chrome-linux*/chrome"), None):
        return str(own)
    return _program("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def tshark() -> str:
    """The path of tshark."""
    return _program("tshark")


@pytest.fixture
def daytime(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is day in this test, whatever the time is: at night no citizen is called."""
    from django.utils import timezone

    from minhu.ops.demo.clock import shift_seconds
    from minhu.rules.calendar import china

    shift = timedelta(seconds=shift_seconds(datetime.now(UTC), china()))
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + shift)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that does not run has not passed."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if os.environ.get("CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: a test that waits for a telephone, a page or a commit leaves its core idle."""
    return (os.cpu_count() or 1) * 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest starts first, so that no worker is left with it at the end; then what shares a browser.

    The rest stays in random order.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.nodeid.startswith(LONGEST):
        return 0
    return 1 if item.nodeid.startswith(BROWSER) else 2


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: it is not looked through for garbage again and again.

    A query leaves hundreds of short-lived objects behind, hence the higher threshold; what a test leaves open is found
    and told as before, by a collection a little later or by pytest's own at the end.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
