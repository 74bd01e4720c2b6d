"""Debian's Kannel between us and the SMSC of ``smsc.py``: its bearerbox in a process of its own.

``Wire`` is the cable between us and bearerbox: it can lose what bearerbox says, or answer in its stead what is hard to
make it say.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from tests.peers.smsc_handle import DEADLINE_SECONDS, free_port

CONFIGURATION = """\
group = core
admin-port = {admin_port}
admin-interface = 127.0.0.1
admin-password = secret
smsbox-port = {port}
smsbox-interface = 127.0.0.1
box-deny-ip = *.*.*.*
box-allow-ip = 127.0.0.1
log-file = {folder}/bearerbox.log
log-level = 1
store-type = file
store-location = {folder}/store
sms-combine-concatenated-mo = false

group = smsc
smsc = smpp
smsc-id = carrier
denied-smsc-id = nobody
host = 127.0.0.1
port = {smsc_port}
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = ""
reconnect-delay = 1
msg-id-type = 0x03

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms_port}

{more}
"""

SMS, ACK = 2, 3
Carry = Callable[[bytes, socket.socket, socket.socket], None]
FAILED_FOR_NOW = 2


class Bearerbox:
    """One bearerbox and its spool; it may die and live again. port: for boxes."""

    def __init__(self, folder: Path, smsc_port: int, more: str = "") -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "kannel.conf").write_text(
            CONFIGURATION.format(
                admin_port=free_port(),
                port=self.port,
                folder=folder,
                smsc_port=smsc_port,
                sendsms_port=free_port(),
                more=more,
            )
        )

    def __enter__(self) -> Bearerbox:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start, and wait until boxes can connect."""
        program = shutil.which("bearerbox") or shutil.which("bearerbox", path="/usr/sbin")
        assert program, "bearerbox is not installed (Debian: apt-get install kannel)"
        with (self._folder / "bearerbox.err").open("ab") as errors:
            command = [program, str(self._folder / "kannel.conf")]
            self._process = subprocess.Popen(command, stdout=errors, stderr=errors)
        try:
            self._until_it_listens(self._process)
        except AssertionError:
            self.kill()
            raise

    def _until_it_listens(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + DEADLINE_SECONDS
        while not self._listens():
            assert process.poll() is None, (self._folder / "bearerbox.err").read_text()[-2000:]
            assert time.monotonic() < until, "bearerbox does not listen"
            time.sleep(0.01)

    def _listens(self) -> bool:
        """Looked up, not tried: after each connection bearerbox takes a second before the next."""
        listening = f"0100007F:{self.port:04X} 00000000:0000 0A"
        return listening in Path("/proc/net/tcp").read_text()

    def spool_is_empty(self) -> bool:
        """Whether everything in its spool has been passed on: for each text there is an ack."""
        texts: set[bytes] = set()
        for name in ("store", "store.new"):
            spool = self._folder / name
            if spool.exists():
                with spool.open("rb") as stream:
                    for message in _messages(stream):
                        (texts.add if _kind(message) == SMS else texts.discard)(_id(message))
        return not texts

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(DEADLINE_SECONDS)
            self._process = None


class Wire:
    """A cable from ``port`` to a bearerbox.

    brought, kept: ids of the texts that it brought, and of those that it was told we have. lost_acks: so many of our
    answers do not arrive, and then the cable breaks. refuse_times: so many of our texts are answered "not now" and do
    not arrive. mute: nothing that bearerbox says arrives any more.
    """

    def __init__(self, bearerbox: Bearerbox) -> None:
        self.port = free_port()
        self.brought: set[bytes] = set()
        self.kept: set[bytes] = set()
        self.lost_acks = 0
        self.refuse_times = 0
        self.mute = False
        self._bearerbox = bearerbox
        self._listener: socket.socket | None = None
        self._ends: list[socket.socket] = []

    def plug(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, args=(self._listener,), name="wire", daemon=True).start()

    def pull(self) -> None:
        """Both ends break, and nobody can connect."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def cut(self) -> None:
        """Both ends break."""
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                ours, _ = listener.accept()
            except OSError:
                return
            try:
                theirs = socket.create_connection(("127.0.0.1", self._bearerbox.port))
            except OSError:
                ours.close()
                continue
            self._ends += [ours, theirs]
            ways: list[tuple[Carry, socket.socket, socket.socket]] = [
                (self._from_us, ours, theirs),
                (self._to_us, theirs, ours),
            ]
            for carry, source, sink in ways:
                threading.Thread(target=self._carry, args=(carry, source, sink), name="wire", daemon=True).start()

    def _carry(self, carry: Carry, source: socket.socket, sink: socket.socket) -> None:
        with source, contextlib.suppress(OSError):
            for message in _messages(source.makefile("rb")):
                carry(message, source, sink)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _from_us(self, message: bytes, us: socket.socket, bearerbox: socket.socket) -> None:
        kind, id_ = _kind(message), _id(message)
        if kind == ACK and self.lost_acks > 0:
            self.lost_acks -= 1
            self.cut()
            return
        if kind == SMS and self.refuse_times > 0:
            self.refuse_times -= 1
            body = struct.pack("!iiii", ACK, FAILED_FOR_NOW, 0, len(id_)) + id_
            us.sendall(struct.pack("!i", len(body)) + body)
            return
        if kind == ACK and message[8:12] == bytes(4):
            self.kept.add(id_)
        bearerbox.sendall(message)

    def _to_us(self, message: bytes, _: socket.socket, us: socket.socket) -> None:
        if _kind(message) == SMS:
            self.brought.add(_id(message))
        if not self.mute:
            us.sendall(message)


def _messages(stream: BinaryIO) -> Iterator[bytes]:
    """Whole messages, with their length before them."""
    while len(head := stream.read(4)) == 4:
        yield head + stream.read(int.from_bytes(head, "big"))


def _kind(message: bytes) -> int:
    return int.from_bytes(message[4:8], "big")


def _id(message: bytes) -> bytes:
    """The id of a text, after ten fields, or of an ack, after two numbers; b"" for other messages."""
    at = 8
    kinds = {SMS: "ssss" + "n" + "sssss" + "s", ACK: "nns"}.get(_kind(message), "")
    value = b""
    for kind in kinds:
        (length,) = struct.unpack_from("!i", message, at)
        at += 4
        if kind == "s" and length >= 0:
            value = message[at : at + length]
            at += length
    return value
