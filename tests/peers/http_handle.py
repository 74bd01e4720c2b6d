"""Drives the far end of ``http_far_end.py``, and is the door at which it calls."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.peers.smsc_handle import free_port

PROGRAM = Path(__file__).with_name("http_far_end.py")
DEADLINE_SECONDS = 20.0

Opened = Callable[[str, str, dict[str, str], bytes], tuple[int, bytes, str]]
"""Method, address, headers and body of a call; status, body and content type of the answer."""


@dataclass
class HttpFarEnd:
    """One far end, its port and its journal; it may die and live again. Use: ``with HttpFarEnd(…) as far: …``."""

    folder: Path
    dialect: str
    hook: str = ""
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[str] | None = None

    def __enter__(self) -> HttpFarEnd:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, or start again on the same port and journal."""
        with (self.folder / "far.err").open("a") as errors:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    str(PROGRAM),
                    *("--dialect", self.dialect),
                    *("--port", str(self.port)),
                    *("--hook", self.hook or "http://127.0.0.1:9/"),
                    *("--journal", str(self.folder / "far.jsonl")),
                ],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            self.kill()
            raise RuntimeError((self.folder / "far.err").read_text())

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self.has_died()

    def has_died(self) -> None:
        """Wait until the process has ended."""
        if self._process is not None:
            self._process.wait(DEADLINE_SECONDS)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def manners(self, **changes: Any) -> None:
        self._do("manners", **changes)

    def inject(self, *texts: dict[str, Any]) -> list[int]:
        """Texts that citizens send. Returns its numbers for them."""
        numbers: list[int] = self._do("inject", texts=texts)
        return numbers

    def again(self, number: int, text: dict[str, Any]) -> None:
        """Bring a text once more, as if the answer had been lost."""
        self._do("again", id=number, text=text)

    def figures(self) -> dict[str, int]:
        figures: dict[str, int] = self._do("figures")
        return figures

    def taken(self) -> list[dict[str, str]]:
        """Every text it ever took, in order, also in earlier lives."""
        taken: list[dict[str, str]] = self._do("taken")
        return taken

    def calls(self) -> list[dict[str, Any]]:
        """Every call it made in this life, with the status it got."""
        calls: list[dict[str, Any]] = self._do("calls")
        return calls

    def _do(self, verb: str, **order: Any) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_SECONDS)
        try:
            connection.request("POST", "/_control", json.dumps({"do": verb, **order}))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class Door:
    """Where the far end calls: a loopback HTTP server on threads, open until ``close``."""

    def __init__(self, opened: Opened) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, answer, kind = opened(self.command, self.path, headers, body)
                with suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
