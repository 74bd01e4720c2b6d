"""The far end of an HTTP gateway in its own process: takes texts, calls back, and calls again until it is heard.

What it is given and what it takes is in its journal, a file of JSON lines, before it acts, so that a kill -9 loses
nothing. How it speaks is a dialect (``http_dialects.py``); how it behaves is told to it by POST /_control.

    python tests/peers/http_far_end.py --dialect android --port 8100 --hook http://127.0.0.1:8101/ --journal far.jsonl

It imports nothing of Minhu.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.peers.http_dialects import DIALECTS, Dialect, Heard, Refused, Said

HOOK_SECONDS = 30.0


@dataclass(slots=True)
class Manners:
    """How it behaves from now on.

    receipts: early (before the answer), after (by itself), never. throttle_times: so many coming texts are told to
    come later. die_on_submit: takes the next text, journals it, and kills itself. retry_seconds: pause before a call
    that was not heard is made again; doubles each time.
    """

    receipts: str = "never"
    throttle_times: int = 0
    die_on_submit: bool = False
    retry_seconds: float = 10.0


@dataclass(slots=True)
class ToBring:
    """A call to make until it is heard. tries: how often it was made; due: when it is made again (monotonic)."""

    id: int
    kind: str
    what: dict[str, Any]
    tries: int = 0
    due: float = 0.0


@dataclass
class FarEnd:
    """Everything it knows; one lock over all."""

    dialect: Dialect
    hook: str
    journal: int
    manners: Manners = field(default_factory=Manners)
    taken: list[Said] = field(default_factory=list)
    waiting: dict[int, ToBring] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    last_id: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    news: threading.Condition = field(default_factory=threading.Condition)

    def write(self, kind: str, **what: Any) -> None:
        os.write(self.journal, json.dumps({"kind": kind, **what}).encode() + b"\n")

    def remember(self, lines: list[dict[str, Any]]) -> None:
        """What former lives left behind."""
        for line in lines:
            match line:
                case {"kind": "taken", "said": said}:
                    self.taken.append(Said(**said))
                case {"kind": "to_bring", "id": number, "call": kind, "what": what}:
                    self.last_id = max(self.last_id, number)
                    self.waiting[number] = ToBring(number, kind, what)
                case {"kind": "heard", "id": number}:
                    self.waiting.pop(number, None)

    def take(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """A request to the gateway's own interface."""
        with self.lock:
            if method == "GET" and (found := self.dialect.looked_up(path, self.taken)):
                return found
            try:
                said = self.dialect.read(method, path, headers, body, len(self.taken) + 1)
            except Refused as refused:
                return refused.status, refused.body
            if self.manners.throttle_times:
                self.manners.throttle_times -= 1
                return self.dialect.throttled()
            if self.dialect.refuses_repeats and any(said.id == other.id for other in self.taken):
                return self.dialect.repeated(said)
            self.taken.append(said)
            self.write("taken", said=asdict(said))
            if self.manners.die_on_submit:
                os._exit(1)
            early, after = self.manners.receipts == "early", self.manners.receipts == "after"
        if early:
            self.make(self.bring("receipt", asdict(said)))
        elif after:
            threading.Timer(0.05, lambda: self.bring("receipt", asdict(said))).start()
        return self.dialect.accepted(said)

    def bring(self, kind: str, what: dict[str, Any]) -> ToBring:
        with self.lock:
            self.last_id += 1
            made = ToBring(self.last_id, kind, what)
            self.write("to_bring", id=made.id, call=kind, what=what)
            self.waiting[made.id] = made
        with self.news:
            self.news.notify()
        return made

    def keep_calling(self) -> None:
        while True:
            with self.lock:
                due = [one for one in self.waiting.values() if one.due <= time.monotonic()]
            for one in due:
                self.make(one)
            with self.news:
                self.news.wait(0.01)

    def make(self, one: ToBring) -> bool:
        """One call, signed anew each time, as the documents say. Whether it was heard."""
        call = self.dialect.inbound(one.id, one.what) if one.kind == "text" else self.dialect.receipt(one.id, one.what)
        status, answer = self._post(call)
        with self.lock:
            self.calls.append({"id": one.id, "status": status, "body": call.body.decode(), "headers": call.headers})
            if self.dialect.heard(status, answer):
                if self.waiting.get(one.id) is one:
                    self.write("heard", id=one.id)
                    del self.waiting[one.id]
                return True
            one.due = time.monotonic() + self.manners.retry_seconds * 2**one.tries
            one.tries += 1
            return False

    def make_again(self, one: ToBring) -> None:
        """Until it is heard once more. The first call of the same number is due as before, if it is not made yet."""
        while not self.make(one):
            time.sleep(self.manners.retry_seconds)

    def _post(self, call: Heard) -> tuple[int, bytes]:
        parts = urlsplit(self.hook)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=HOOK_SECONDS)
        try:
            target = parts.path + (f"?{call.query}" if call.query else "")
            connection.request(call.method, target, call.body or None, call.headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def control(self, order: dict[str, Any]) -> Any:
        match order:
            case {"do": "manners", **changes}:
                for name, value in changes.items():
                    setattr(self.manners, name, value)
                return None
            case {"do": "inject", "texts": texts}:
                return [self.bring("text", text).id for text in texts]
            case {"do": "again", "id": number, "text": text}:
                self.make_again(ToBring(number, "text", text))
                return None
            case {"do": "figures"}:
                return {"unheard": len(self.waiting), "taken": len(self.taken), "calls": len(self.calls)}
            case {"do": "taken"}:
                return [asdict(said) for said in self.taken]
            case {"do": "calls"}:
                return self.calls
        raise ValueError(f"no such order: {order}")


def _handler(far_end: FarEnd) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/_control":
                return self._answer(200, json.dumps(far_end.control(json.loads(body))).encode())
            headers = {name.lower(): value for name, value in self.headers.items()}
            return self._answer(*far_end.take(self.command, self.path, headers, body))

        def do_GET(self) -> None:
            self.do_POST()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main() -> None:
    options = argparse.ArgumentParser()
    for name in ("dialect", "hook", "journal"):
        options.add_argument(f"--{name}", required=True)
    options.add_argument("--port", type=int, required=True)
    given = options.parse_args()
    path = Path(given.journal)
    old = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    journal = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    far_end = FarEnd(DIALECTS[given.dialect](), given.hook, journal)
    far_end.remember(old)
    server = Server(("127.0.0.1", given.port), _handler(far_end))
    threading.Thread(target=far_end.keep_calling, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
