"""Matters a second posted to the public form: validated, stored with their code and promise, receipt queued.

Our site is ``minhu web`` as an operator starts it, on SQLite (synchronous=FULL) and on PostgreSQL (fsync). With --peers
django-helpdesk, installed into a throw-away environment and served by as many processes of gunicorn's threads, takes
the same load on the same databases, in turns. Afterwards the rows are counted: what is not there was not taken.

    python -m benchmarks.web_form --matters 4000 --peers
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.load import Load
from tests import postgres
from tests.peers.smsc_handle import free_port

BAR_RATIO = 5.0
ROUNDS = 5
WARM_UP = 200
Counted = Callable[[], tuple[int, int | None]]
ENGINES = ("sqlite", "postgresql")
ROOT = Path(__file__).resolve().parents[1]
OUR_FIELDS = {
    "key": "%k",
    "kind": "request",
    "body": "滨河路与人民路口的红绿灯坏了三天，早晚高峰很危险，请尽快派人修好。编号 %n",
    "place": "安澜市临河区滨河路",
    "phone": "1540%n",
    "name": "陈先生",
    "line": "",
    "consent": "on",
    "website": "",
}
PEER_FIELDS = {
    "queue": "1",
    "title": "路口的红绿灯坏了 %n",
    "body": OUR_FIELDS["body"],
    "priority": "3",
    "submitter_email": "citizen%n@example.org",
}
PEER_SETTINGS = """
import os
from pathlib import Path
SECRET_KEY = "x" * 50
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "desk.urls"
USE_TZ, SITE_ID, STATIC_URL = True, 1, "/static/"
INSTALLED_APPS = [f"django.contrib.{app}" for app in
    ("auth", "contenttypes", "sessions", "sites", "messages", "humanize", "staticfiles", "admin")]
INSTALLED_APPS += ["rest_framework", "helpdesk"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS":
    {"context_processors": ["django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}]
MEDIA_ROOT = os.environ["DESK"] + "/media"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # the receipt costs it nothing here
HELPDESK_TEAMS_MODE_ENABLED = False
if host := os.environ.get("DESK_PG"):
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "desk", "USER": "minhu", "HOST": host,
        "CONN_MAX_AGE": None}}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DESK"] + "/desk.sqlite3",
        "CONN_MAX_AGE": None, "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"}}}
"""
PEER_URLS = """
from django.http import HttpResponse
from django.urls import include, path
urlpatterns = [path("helpdesk/", include("helpdesk.urls", namespace="helpdesk")),
    path("login/", HttpResponse, name="login"), path("logout/", HttpResponse, name="logout")]
"""
PEER_QUEUE = """
import django
django.setup()
from helpdesk.models import Queue
Queue.objects.create(slug="pub", title="pub", allow_public_submission=True)
"""
OUR_CITY = """
import django
django.setup()
from tests import make
make.line(make.official(make.city()))
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One site on one database. cpu_seconds: of the site's processes (not the database's).

    stored, receipts: rows found afterwards; receipts None where there are none.
    """

    site: str
    engine: str
    load: Load
    cpu_seconds: float
    stored: int
    receipts: int | None

    def __str__(self) -> str:
        receipts = "" if self.receipts is None else f"   {self.receipts} receipts queued"
        found = f"{self.stored} stored of {self.load.sent}{receipts}"
        return (
            f"{self.site:16} {self.engine:11} {self.load.per_second:7.0f} matters/s   p50 {self.load.p50_ms:6.1f} ms   "
            f"p99 {self.load.p99_ms:6.1f} ms   "
            f"{self.cpu_seconds / self.load.taken * 1e3:5.2f} ms CPU each   {found}"
        )


def cpu_seconds(process: psutil.Process) -> float:
    """Of a process and all below it, living now."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system
    return total


@contextmanager
def served(command: Sequence[str], environment: dict[str, str], url: str) -> Iterator[psutil.Process]:
    """The server, until it answers and while it is needed."""
    server = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own address
                break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, "the server ended"
                time.sleep(0.1)
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(timeout=30)


class Site:
    """A site that is being served. counted: rows of matters and of receipts (None where there are none)."""

    def __init__(self, name: str, server: psutil.Process, url: str, fields: dict[str, str], counted: Counted) -> None:
        self.name, self._server, self._url, self._fields, self._counted = name, server, url, fields, counted
        self._loads: list[Load] = []
        self._cpu_seconds = 0.0
        self._rounds = 0
        self._before: tuple[int, int | None] = (0, None)

    def warm_up(self, connections: int) -> None:
        """A few matters, to open connections and fill caches."""
        self._load(WARM_UP, connections)
        self._before = self._counted()

    def take(self, matters: int, connections: int) -> None:
        """One round of the load."""
        before = cpu_seconds(self._server)
        self._loads.append(self._load(matters, connections))
        self._cpu_seconds += cpu_seconds(self._server) - before

    def result(self, engine: str) -> Result:
        (stored, receipts), (stored_before, receipts_before) = self._counted(), self._before
        new_receipts = None if receipts is None else receipts - (receipts_before or 0)
        return Result(self.name, engine, together(self._loads), self._cpu_seconds, stored - stored_before, new_receipts)

    def _load(self, matters: int, connections: int) -> Load:
        """From a process of its own. Every round has citizens of its own."""
        fields = self._fields | {"phone": self._fields.get("phone", "").replace("1540", f"154{self._rounds}")}
        self._rounds += 1
        options = ["--matters", str(matters), "--connections", str(connections), "--fields", json.dumps(fields)]
        command = [sys.executable, "-m", "benchmarks.load", self._url, *options]
        return Load(**json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout))


def together(loads: Sequence[Load]) -> Load:
    """Several rounds as one: the middle p50, the worst p99."""
    return Load(
        sent=sum(load.sent for load in loads),
        taken=sum(load.taken for load in loads),
        seconds=sum(load.seconds for load in loads),
        p50_ms=sorted(load.p50_ms for load in loads)[len(loads) // 2],
        p99_ms=max(load.p99_ms for load in loads),
    )


def python(program: str, code: str, environment: dict[str, str]) -> str:
    done = subprocess.run([program, "-c", code], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode().strip()


def count(program: str, model: str, environment: dict[str, str]) -> int:
    app, name = model.split(".")
    code = f"import django; django.setup(); from {app} import models; print(models.{name}.objects.count())"
    return int(python(program, code.replace("from ", "from minhu." if app != "helpdesk" else "from "), environment))


@contextmanager
def ours(engine: str, folder: Path, asked: argparse.Namespace) -> Iterator[Site]:
    """Our form, served as ``minhu web`` serves it."""
    port = free_port()
    address = f"sqlite:///{folder / 'minhu.sqlite3'}" if engine == "sqlite" else postgres.url(folder, "minhu")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "minhu.settings",
        "MINHU_MODE": "demo",
        "MINHU_DATA": str(folder),
        "MINHU_ENV_FILE": os.devnull,
        "MINHU_LOG_LEVEL": "ERROR",
        "MINHU_WEB_PROCESSES": str(asked.processes),
        "DATABASE_URL": address,
    }
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=environment, cwd=ROOT, check=True)
    python(sys.executable, OUR_CITY, environment)
    url = f"http://127.0.0.1:{port}/new/"
    command = [sys.executable, "-m", "minhu", "web", "--address", f"127.0.0.1:{port}"]

    def counted() -> tuple[int, int]:
        matters, receipts = (
            count(sys.executable, model, environment) for model in ("intake.WebMessage", "intake.Text")
        )
        return matters, receipts

    with served(command, environment, url) as server:
        yield Site("minhu", server, url, OUR_FIELDS, counted)


@contextmanager
def peer(engine: str, folder: Path, program: Path, asked: argparse.Namespace) -> Iterator[Site]:
    """django-helpdesk's public form, as many gunicorn workers as ours has processes, of eight threads."""
    port = free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "desk.settings",
        "DESK": str(folder),
        "PYTHONPATH": str(folder),
    }
    if engine == "postgresql":
        environment["DESK_PG"] = str(folder / "pg")
    (folder / "desk").mkdir()
    (folder / "desk" / "__init__.py").touch()
    (folder / "desk" / "settings.py").write_text(PEER_SETTINGS)
    (folder / "desk" / "urls.py").write_text(PEER_URLS)
    subprocess.run([program, "-m", "django", "migrate", "-v0"], env=environment, cwd=ROOT, check=True)
    python(str(program), PEER_QUEUE, environment)
    url = f"http://127.0.0.1:{port}/helpdesk/tickets/submit/"
    command = [str(program), "-m", "gunicorn", "-k", "gthread", "--threads", "8", "-w", str(asked.processes)]
    command += ["--log-level", "error", "-b", f"127.0.0.1:{port}", "django.core.wsgi:get_wsgi_application()"]

    def counted() -> tuple[int, None]:
        return count(str(program), "helpdesk.Ticket", environment), None

    with served(command, environment, url) as server:
        yield Site("django-helpdesk", server, url, PEER_FIELDS, counted)


def installed(folder: Path) -> Path:
    """django-helpdesk in an environment of its own."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
    program = folder / "bin" / "python"
    packages = ["django-helpdesk==2.6.1", "gunicorn", "psycopg[binary]"]
    subprocess.run([*uv, "pip", "install", "-q", "--python", str(program), *packages], check=True)
    return program


def compare(engine: str, folder: Path, program: Path | None, asked: argparse.Namespace) -> bool:
    """In turns, so that whatever else the machine does hits both; print both, and whether we reach the bar."""
    with ExitStack() as stack:
        sites = [(stack.enter_context(ours(engine, folder, asked)), asked.matters)]
        if program:
            sites.append((stack.enter_context(peer(engine, folder, program, asked)), min(asked.matters, 1500)))
        for site, _ in sites:
            site.warm_up(asked.connections)
        for _ in range(ROUNDS):
            for site, matters in sites:
                site.take(matters // ROUNDS, asked.connections)
        results = [site.result(engine) for site, _ in sites]
    print(*results, sep="\n", flush=True)
    if len(results) == 1:
        return True
    ratio = results[0].load.per_second / results[1].load.per_second
    print(f"{'':16} {engine:11} {ratio:7.1f} times as many (bar: {BAR_RATIO:g})", flush=True)
    return ratio >= BAR_RATIO


def measure(asked: argparse.Namespace) -> bool:
    """Print every result; whether we reach BAR_RATIO on each database (True when there is nobody to compare with)."""
    reached = True
    with tempfile.TemporaryDirectory(prefix="minhu-bench-") as name:
        program = installed(Path(name) / "venv") if asked.peers else None
        for engine in ENGINES:
            folder = Path(tempfile.mkdtemp(prefix="minhu-bench-db-"))
            keeper = postgres.guard(folder)
            try:
                if engine == "postgresql":
                    postgres.start(folder, durable=True)
                    for database in ("minhu", "desk"):
                        _create(folder, database)
                reached = compare(engine, folder, program, asked) and reached
            finally:
                assert keeper.stdin is not None
                keeper.stdin.close()
                keeper.wait(timeout=30)
    return reached


def _create(folder: Path, database: str) -> None:
    import psycopg

    with psycopg.connect(postgres.url(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"'.encode())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--processes", type=int, default=2, help="of each site (default %(default)s)")
    parser.add_argument("--peers", action="store_true", help="measure django-helpdesk beside us")
    return 0 if measure(parser.parse_args(arguments)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
