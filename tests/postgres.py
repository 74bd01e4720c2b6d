"""A throw-away PostgreSQL server for one test run, shared by all its worker processes.

It listens on a Unix socket in the run's own folder only. A guard process holds the other end of a pipe: when the run
ends, in whatever way (``kill -9`` too), the guard stops the server and removes the folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

MISSING = "PostgreSQL is missing: sudo apt-get install postgresql (version 15 or newer), or put initdb on the PATH"
_GUARD = """
cat >/dev/null
[ -f "$1/pg/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$1/pg/postmaster.pid")" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -f "$1/pg/postmaster.pid" ] && kill -0 "$(head -n 1 "$1/pg/postmaster.pid")" 2>/dev/null || break
    sleep 0.1
done
rm -rf "$1"
"""


class NoPostgres(RuntimeError):
    """The programs of PostgreSQL are not on this machine."""


def guard(folder: Path) -> subprocess.Popen[bytes]:
    """Start the process that clears up when our end of its standard input closes."""
    return subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "guard", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def programs() -> Path:
    """The folder with initdb and pg_ctl, newest version first.

    Raises: NoPostgres.
    """
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: -float(path.parts[-3]))
    if not homes:
        raise NoPostgres(MISSING)
    return homes[0].parent


def _as_whom() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def start(folder: Path, *, durable: bool) -> None:
    """Start the server; its socket and data are in the folder. durable: fsync as in production, else fast.

    Raises: NoPostgres, CalledProcessError.
    """
    bin_dir, user = programs(), _as_whom()
    data = folder / "pg"
    data.mkdir(mode=0o700)
    if user:
        folder.chmod(0o711)
        os.chown(data, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)

    def run(*command: str) -> None:
        subprocess.run(
            [str(bin_dir / command[0]), *command[1:]], check=True, user=user, cwd="/", stdout=subprocess.DEVNULL
        )

    run("initdb", "-D", str(data), "-A", "trust", "-U", "minhu", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    settings = ["listen_addresses=", f"unix_socket_directories={data}", "max_connections=300", "shared_buffers=64MB"]
    if not durable:
        settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    options = " ".join(f"-c {setting}" for setting in settings)
    run("pg_ctl", "-D", str(data), "-w", "-t", "60", "-l", str(data / "log"), "-o", options, "start")


def url(folder: Path, name: str) -> str:
    """The address of a database on the server."""
    return f"postgres://minhu@/{name}?host={folder / 'pg'}"
