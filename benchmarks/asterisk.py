"""Plain Asterisk as a peer: fetched once into a folder of its own, run on loopback ports, gone afterwards.

    with Asterisk(folder, Does.ANSWER) as peer:        # raises NotHere with the cure
        phones.call("call", to=peer.at, number="80001")

Debian's stable release has no Asterisk, so its development release is unpacked with debootstrap (root is needed, once)
into MINHU_ASTERISK, or ~/.cache/minhu/asterisk-sid. It runs from there without root, with few modules, no call records
and no log: as little work as Asterisk can have with a call.

Source: https://docs.asterisk.org, pjsip.conf and extensions.conf of Asterisk 22
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType

from tests.telephony.sipp import LOOPBACK, free_port

START_SECONDS = 20.0
MODULES = """
res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd res_rtp_asterisk
codec_alaw codec_ulaw format_pcm bridge_simple bridge_native_rtp pbx_config app_dial chan_pjsip
res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_sdp_rtp res_pjsip_endpoint_identifier_ip res_pjsip_caller_id
res_pjsip_nat
"""


class NotHere(Exception):
    """Asterisk cannot be had on this machine; the words say what to do."""


class Does(StrEnum):
    """What its dialplan does with a call."""

    ANSWER = "answer"
    """Rings, answers, waits for the caller's BYE."""
    DIAL = "dial"
    """Rings the handset, and lets the two talk."""

    @property
    def words(self) -> str:
        return {Does.ANSWER: "One leg: answers by itself", Does.DIAL: "Two legs: rings the handset and bridges"}[self]


def home() -> Path:
    """Where the release with Asterisk is, or will be, unpacked."""
    return Path(os.environ.get("MINHU_ASTERISK") or Path.home() / ".cache/minhu/asterisk-sid")


def fetch() -> Path:
    """The folder with Asterisk in it; unpacks it the first time, which takes some two minutes. Raises: NotHere."""
    root = home()
    if (root / "usr/sbin/asterisk").exists():
        return root
    if os.geteuid() != 0 or not (tool := shutil.which("debootstrap")):
        raise NotHere(f"no Asterisk in {root}: apt-get install debootstrap, then run this once as root")
    sys.stderr.write(f"Fetching Asterisk into {root} (once) …\n")
    part = root.with_name(root.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    _run([tool, "--variant=minbase", "sid", str(part), *_mirror()])
    starter = part / "usr/sbin/policy-rc.d"
    starter.write_text("#!/bin/sh\nexit 101\n")  # nothing that is unpacked may start by itself
    starter.chmod(0o755)
    _run(["chroot", str(part), "apt-get", "install", "-y", "--no-install-recommends", "asterisk"])
    part.rename(root)
    return root


def _mirror() -> list[str]:
    """The mirror that this machine takes its Debian packages from; nothing, if it has none: the usual one then."""
    command = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = [uri for label, _, uri in (line.partition(" ") for line in said.splitlines()) if label == "Debian"]
    return [uri for uri in found if uri.startswith("http")][:1]


def _run(command: list[str]) -> None:
    proxy = subprocess.run(
        ["apt-config", "shell", "http_proxy", "Acquire::http::Proxy"], capture_output=True, text=True, check=False
    ).stdout
    name, _, value = proxy.strip().partition("=")
    more = {name: value.strip("'")} if value.strip("'") not in {"", "DIRECT"} else {}
    environment = {**os.environ, **more, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotHere(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout)[-800:]}")


@dataclass
class Asterisk:
    """One Asterisk process, from ``with`` to its end. handsets_port: whom ``Does.DIAL`` rings, at 127.0.0.1."""

    folder: Path
    does: Does
    handsets_port: int = 0
    process: subprocess.Popen[bytes] | None = None
    port: int = field(default_factory=free_port)

    @property
    def at(self) -> tuple[str, int]:
        """Where it takes calls."""
        return LOOPBACK, self.port

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def version(self) -> str:
        """As it tells itself, such as ``Asterisk 22.10.1``."""
        said = subprocess.run([*_command(fetch()), "-V"], capture_output=True, text=True, check=True).stdout
        return said.partition("~")[0].partition("+")[0].strip()

    def __enter__(self) -> Asterisk:
        root = fetch()
        etc = self.folder / f"asterisk-{self.does}"
        etc.mkdir()
        for name, text in self._files(root, etc).items():
            (etc / name).write_text(text)
        with (etc / "said").open("wb") as log:
            self.process = subprocess.Popen(
                [*_command(root), "-f", "-C", str(etc / "asterisk.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + START_SECONDS
        while not _answers(self.port):
            if self.process.poll() is not None or time.monotonic() > until:
                self._end()
                raise NotHere(f"Asterisk did not start: {(self.folder / 'asterisk.log').read_text()[-2000:]}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _files(self, root: Path, etc: Path) -> dict[str, str]:
        """Its configuration files by name."""
        own = ("varlib", "db", "key", "agi", "spool", "run", "log", "cache")
        folders = {f"ast{name}dir": etc for name in ("etc", *own)}
        folders |= {"astmoddir": _libraries(root) / "asterisk/modules", "astdatadir": root / "usr/share/asterisk"}
        named = "\n".join(f"{name} => {path}" for name, path in folders.items())
        low = 20_000 + os.getpid() % 100 * 100
        return {
            "asterisk.conf": f"[directories]\n{named}\n",
            "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in MODULES.split()),
            "logger.conf": "[general]\n[logfiles]\nconsole => error\n",
            "cdr.conf": "[general]\nenable=no\n",
            "rtp.conf": f"[general]\nrtpstart={low}\nrtpend={low + 8000}\n",
            "pjsip.conf": _PJSIP.format(does=self.does, port=self.port),
            "extensions.conf": _DIALPLAN.format(handsets=f"{LOOPBACK}:{self.handsets_port}"),
        }


_PJSIP = """\
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{port}

[phones]
type=endpoint
transport=udp
context={does}
disallow=all
allow=alaw
direct_media=no

[phones]
type=identify
endpoint=phones
match=127.0.0.1
"""

_DIALPLAN = """\
[answer]
exten => _[+0-9].,1,Ringing()
 same => n,Answer()
 same => n,Wait(60)
 same => n,Hangup()

[dial]
exten => _[+0-9].,1,Dial(PJSIP/phones/sip:${{EXTEN}}@{handsets},60)
 same => n,Hangup()
"""


def _libraries(root: Path) -> Path:
    return root / "usr/lib" / f"{platform.machine()}-linux-gnu"


def _command(root: Path) -> list[str]:
    """Asterisk with the C library it was built for, without changing root."""
    loader = next(path for folder in ("lib64", "lib") for path in (root / folder).glob("ld-linux-*.so.*"))
    return [str(loader), "--library-path", str(_libraries(root)), str(root / "usr/sbin/asterisk")]


def _answers(port: int) -> bool:
    """Whether it answers an OPTIONS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        sock.connect((LOOPBACK, port))
        own = sock.getsockname()[1]
        try:
            sock.send(
                f"OPTIONS sip:80001@{LOOPBACK}:{port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {LOOPBACK}:{own};branch=z9hG4bK{own}\r\n"
                f"From: <sip:test@{LOOPBACK}>;tag=1\r\nTo: <sip:80001@{LOOPBACK}>\r\nCall-ID: {own}@{LOOPBACK}\r\n"
                f"CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode()
            )
            return sock.recv(2000).startswith(b"SIP/2.0 200")
        except OSError:
            time.sleep(0.05)
            return False
