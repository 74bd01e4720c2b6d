"""A mail server on the loopback for tests: speaks enough of RFC 5321 to take a mail, to refuse one, or to break off."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What came, and how it answers. refuses: the answer to the next mails' end. breaks_off: it hangs up then."""

    port: int = 0
    took: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    refuses: str = ""
    breaks_off: bool = False


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: MailServer = self.server.mail  # type: ignore[attr-defined]
        self._say("220 loopback")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                return self._say("221 bye")
            if verb == "DATA":
                if not self._takes(server):
                    return None
                continue
            if verb == "RCPT":
                server.to.append(line.partition("<")[2].rstrip(">"))
            self._say("250 ok")
        return None

    def _takes(self, server: MailServer) -> bool:
        self._say("354 go on")
        content = b""
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            content += line
        if server.breaks_off:
            return False
        if server.refuses:
            self._say(server.refuses)
            return True
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        server.took.append(message)
        self._say("250 taken")
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Runs until the end of the block, on a free port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as listening:
        listening.daemon_threads = True
        listening.mail = MailServer(listening.server_address[1])  # type: ignore[attr-defined]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listening.mail  # type: ignore[attr-defined]
        finally:
            listening.shutdown()
            thread.join()
