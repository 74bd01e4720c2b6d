"""Several processes serve one address, answer as one site, and all end together."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.core.management.base import CommandError

from minhu.ops.site import web_programs
from tests.peers.smsc_handle import free_port

LONG_SECONDS = 60.0
PROCESSES = 2
_ANSWERS = re.compile(rb'^minhu_http_answers_total\{method="GET",status="503",view="healthz"\} ([0-9.]+)', re.MULTILINE)


def eventually(look: Callable[[], bool]) -> None:
    until, pause = time.monotonic() + LONG_SECONDS, threading.Event()
    while not look():
        assert time.monotonic() < until, "it did not happen"
        pause.wait(0.05)


class Site:
    """``minhu web`` on an empty database."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        mine = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "minhu", "web", "--address", f"127.0.0.1:{self.port}"],
            env=mine | {"MINHU_WEB_PROCESSES": str(PROCESSES), "MINHU_MODE": "demo", "MINHU_DATA": str(folder)},
        )
        self.workers: list[psutil.Process] = []

    def asked(self, path: str, token: str = "") -> bytes:
        """On a connection of its own, so that any process may get it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
            return connection.getresponse().read()
        finally:
            connection.close()

    def is_up(self) -> bool:
        """Whether every process listens."""
        self.workers = psutil.Process(self.process.pid).children()
        return sum(_listens(worker) for worker in self.workers) == PROCESSES

    def is_gone(self) -> bool:
        with socket.socket() as probe:
            refused = probe.connect_ex(("127.0.0.1", self.port)) != 0
        return refused and not any(worker.is_running() for worker in self.workers)


def _listens(process: psutil.Process) -> bool:
    try:
        return any(one.status == psutil.CONN_LISTEN for one in process.net_connections("tcp"))
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    running = Site(tmp_path)
    try:
        eventually(running.is_up)
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        eventually(running.is_gone)


def test_whichever_process_is_asked_tells_the_figures_of_all_until_all_end(site: Site) -> None:
    for _ in range(30):
        site.asked("/healthz")
    told = _ANSWERS.search(site.asked("/metrics", token="local"))
    assert told is not None
    assert float(told[1]) == 30

    site.process.terminate()
    assert site.process.wait(LONG_SECONDS) == 0
    assert site.is_gone()


def test_no_process_outlives_the_one_that_keeps_them(site: Site) -> None:
    site.process.send_signal(signal.SIGKILL)
    eventually(site.is_gone)


def test_an_address_that_is_taken_is_not_shared_with_a_stranger() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as stranger:
        address = f"127.0.0.1:{stranger.getsockname()[1]}"
        with pytest.raises(CommandError, match="running already"), web_programs(address, PROCESSES):
            pass


def test_one_process_keeps_its_address_to_itself() -> None:
    with web_programs("127.0.0.1:8000", 1) as programs:
        assert [program.args for program in programs] == [("web_process", "--address", "127.0.0.1:8000")]
