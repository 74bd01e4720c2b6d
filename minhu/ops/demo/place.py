"""Where a demo lives: its folder, its ports, its environment, and the file by which others find it.

    var/demo/          data folder of the demo: database, recordings, keys, logs
    var/demo.lock      held while a demo runs in that folder; lets go of itself, however the demo ends
    var/demo/demo.json what ``minhu demo call`` needs to know of a running demo

Everything here works before Django has read a setting, because it decides the settings.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

LOOPBACK: Final = "127.0.0.1"
FOLDER: Final = Path("var/demo")
NODE: Final = "demo"
NEXT: Final = 10
"""How many ports are tried from the usual one on; fewer than lie between any two usual ones."""
FOLDER_VARIABLE: Final = "MINHU_DEMO_FOLDER"
SWITCH_RTP: Final = range(16_384, 20_384)
NETWORK_RTP: Final = range(20_384, 24_384)
CALLER_RTP: Final = range(24_384, 24_584)
CHECK_NUMBERS: Final = ("+8615400049001", "+8615400049002")
"""Numbers of spot checks, which no line knows."""
_OURS: Final = ("MINHU_", "SIP_", "SMPP_", "SMS_", "DATABASE_URL")
_KEPT: Final = frozenset({"MINHU_PROMPTS", FOLDER_VARIABLE})


class DemoRefused(SystemExit):
    """The demo cannot start, or is not there; one clear line for the terminal."""


@dataclass(frozen=True, slots=True)
class Place:
    """A demo that runs. web, sip: what people connect to; network, texting: the far ends of our trunk and gateway.

    shift_seconds: how far its clock is set forward. ready: pages and telephone line answer.
    """

    web: int
    sip: int
    network: int
    texting: int
    shift_seconds: int
    ready: bool = False

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.web}"


def folder_from(environment: Mapping[str, str]) -> Path:
    """The demo's folder: what ``--folder`` said (kept in the environment for all its processes), else var/demo."""
    return Path(environment.get(FOLDER_VARIABLE) or FOLDER).expanduser().absolute()


def free_port(preferred: int, *kinds: socket.SocketKind) -> int:
    """The preferred port if it is free on loopback for all these kinds of socket, else one of the next, else any."""
    for port in range(preferred, preferred + NEXT):
        if all(_is_free(port, kind) for kind in kinds):
            return port
    return _any_ports(1)[0]


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with closing(socket.socket(socket.AF_INET, kind)) as sock:
        if kind is socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose(shift_seconds: int, *, any_ports: bool = False) -> Place:
    """The ports of a demo that is about to start: the usual ones where they are free, or any that are."""
    if any_ports:
        web, sip, network, texting = _any_ports(4)
        return Place(web, sip, network, texting, shift_seconds)
    return Place(
        web=free_port(8000, socket.SOCK_STREAM),
        sip=free_port(5060, socket.SOCK_DGRAM, socket.SOCK_STREAM),
        network=free_port(5070, socket.SOCK_DGRAM),
        texting=free_port(2775, socket.SOCK_STREAM),
        shift_seconds=shift_seconds,
    )


def _any_ports(how_many: int) -> tuple[int, ...]:
    """Ports that the machine gives us, held all at once so that they differ."""
    with ExitStack() as held_open:
        found: list[int] = []
        while len(found) < how_many:
            sock = held_open.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sock.bind((LOOPBACK, 0))
            port = int(sock.getsockname()[1])
            if _is_free(port, socket.SOCK_STREAM):
                found.append(port)
        return tuple(found)


def write(folder: Path, place: Place) -> None:
    """Tell other processes of this demo; whole or not at all."""
    fresh = folder / "demo.json.new"
    fresh.write_text(json.dumps(asdict(place)), encoding="utf-8")
    fresh.replace(folder / "demo.json")


def read(folder: Path) -> Place | None:
    """The demo that runs in a folder; None when none does."""
    if not is_running(folder):
        return None
    try:
        return Place(**json.loads((folder / "demo.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + ".lock")


def is_running(folder: Path) -> bool:
    """Whether a demo runs in this folder now."""
    try:
        with _lock_of(folder).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Be the one demo of this folder. Raises: DemoRefused when there is one already."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock_of(folder).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoRefused(_running_words(folder)) from None
        yield


def _running_words(folder: Path) -> str:
    try:
        where = Place(**json.loads((folder / "demo.json").read_text(encoding="utf-8"))).address
    except (OSError, ValueError, TypeError):
        where = "…"
    return (
        f"演示已经在运行：{where}/  （数据在 {folder}）。要另开一个，请用 --folder 指定别的文件夹。\n"
        f"A demo is already running at {where}/ with its data in {folder}. For another one, give it its own --folder."
    )


def throw_away(folder: Path) -> None:
    """Delete what an earlier demo left. Raises: DemoRefused for a folder that no demo has made."""
    if not folder.exists():
        return
    if any(folder.iterdir()) and not (folder / "demo.json").exists():
        raise DemoRefused(f"{folder} was not made by the demo; --fresh deletes only a demo's own folder.")
    shutil.rmtree(folder)


def settings_for(folder: Path) -> dict[str, str]:
    """The environment of every process of the demo, before its ports are known: ours alone, nothing of the user's."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or not name.startswith(_OURS)}
    return kept | {
        FOLDER_VARIABLE: str(folder),
        "MINHU_MODE": "demo",
        "MINHU_ENV_FILE": os.devnull,
        "MINHU_DATA": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'minhu.sqlite3'}",
        "MINHU_NODE": NODE,
        "MINHU_DRAIN_SECONDS": "0",
        "MINHU_CHECK_NUMBERS": ",".join(CHECK_NUMBERS),
        "PYTHONUNBUFFERED": "1",
    }


def environment_of(place: Place) -> dict[str, str]:
    """What its processes are told besides: where they listen and whom they connect to."""
    return {
        "MINHU_DEMO_SHIFT_SECONDS": str(place.shift_seconds),
        "MINHU_PUBLIC_ADDRESS": place.address,
        "SIP_LISTEN": f"udp:{LOOPBACK}:{place.sip},tcp:{LOOPBACK}:{place.sip}",
        "SIP_TRUNKS": LOOPBACK,
        "SIP_TRUNK": f"udp:{LOOPBACK}:{place.network}",
        "SIP_RTP_LOW": str(SWITCH_RTP.start),
        "SIP_RTP_HIGH": str(SWITCH_RTP.stop - 1),
        "SMPP_HOST": LOOPBACK,
        "SMPP_PORT": str(place.texting),
        "SMPP_SYSTEM_ID": "demo",
        "SMPP_PASSWORD": "demo",
        "SMPP_SENDER": "106900000081",
    }


def terminal_is_utf8() -> None:
    """Chinese is printed whatever the locale of the terminal says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
