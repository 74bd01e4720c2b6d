"""Every test that touches the database runs twice in one run: on SQLite and on PostgreSQL.

Each engine's schema is migrated once a run, into a template; each worker process, and each test that asks for
``spare_database``, gets a copy. Switching engines swaps Django's description of "default"; a thread whose connection
belongs to the other engine gets a new one when it next asks.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from minhu.environment import database as described
from tests import postgres

ENGINES = ("sqlite", "postgresql")
_USES_DATABASE = frozenset({"db", "transactional_db", "live_server", "django_db_reset_sequences"})


class NoDatabase(RuntimeError):
    """The test database could not be made, as an earlier test found."""


class _Connections(ConnectionHandler):
    """Django's connections, except that one to the engine of an earlier test is dropped."""

    def __getitem__(self, alias: str) -> BaseDatabaseWrapper:
        connection = super().__getitem__(alias)
        if connection.settings_dict is not self.settings[alias]:
            connection.close()
            del self[alias]
            connection = super().__getitem__(alias)
        return connection


class Databases:
    """The test databases of this process."""

    def __init__(self, folder: Path, worker: str, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self._worker = worker
        self._settings: dict[str, dict[str, Any]] = {}
        self._spares = count(1)
        connections.__class__ = _Connections

    def use(self, engine: str) -> None:
        """Make the engine the one behind "default", for all threads."""
        if engine not in self._settings:
            self._settings[engine] = self._describe(self.copy(engine, f"minhu_{self._worker}"))
        if connections.settings["default"] is not self._settings[engine]:
            connections["default"].close()
            connections.settings["default"] = self._settings[engine]
            _forget_ids()

    def url(self, engine: str) -> str:
        """The address of this process's database, for a program started by a test."""
        return self._address(engine, f"minhu_{self._worker}")

    def spare(self, engine: str) -> str:
        """The address of a migrated, empty database that no other test sees."""
        return self.copy(engine, f"minhu_{self._worker}_{next(self._spares)}")

    def copy(self, engine: str, name: str) -> str:
        """Copy the engine's template, migrated by whoever comes first; returns the copy's address."""
        with self._alone(engine):
            self._make_template(engine)
            if engine == "sqlite":
                shutil.copyfile(self.folder / "template.sqlite3", self.folder / f"{name}.sqlite3")
            else:
                self._sql(f'CREATE DATABASE "{name}" TEMPLATE minhu_template')
        return self._address(engine, name)

    def _make_template(self, engine: str) -> None:
        done, failed = self.folder / f"{engine}.ready", self.folder / f"{engine}.failed"
        if done.exists():
            return
        if failed.exists():
            raise NoDatabase(failed.read_text(encoding="utf-8"))
        try:
            self._migrate_template(engine)
        except Exception as fault:
            failed.write_text(f"The {engine} test database could not be made: {fault}", encoding="utf-8")
            raise
        done.touch()

    def _migrate_template(self, engine: str) -> None:
        if engine == "postgresql":
            postgres.start(self.folder, durable=self.durable)
            self._sql("CREATE DATABASE minhu_template")
        before = connections.settings["default"]
        connections.settings["default"] = self._describe(self._address(engine, "minhu_template"))
        try:
            call_command("migrate", verbosity=0, interactive=False)
            if engine == "sqlite":  # all of it into the one file that is copied
                with connections["default"].cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connections["default"].close()
            connections.settings["default"] = before

    def _describe(self, url: str) -> dict[str, Any]:
        settings: dict[str, Any] = described("DATABASE_URL", url, pool_size=0)
        if not self.durable and "init_command" in settings["OPTIONS"]:
            settings["OPTIONS"]["init_command"] += "; PRAGMA synchronous=OFF"
        defaults = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "TIME_ZONE": None, "USER": "", "PASSWORD": ""}
        test = {"CHARSET": None, "COLLATION": None, "MIGRATE": True, "MIRROR": None, "NAME": settings["NAME"]}
        return {"CONN_HEALTH_CHECKS": False, "HOST": "", "PORT": "", **defaults, **settings, "TEST": test}

    def _address(self, engine: str, name: str) -> str:
        if engine == "sqlite":
            name = name.removeprefix("minhu_") if name == "minhu_template" else name
            return f"sqlite:///{self.folder / name}.sqlite3"
        return postgres.url(self.folder, name)

    def _sql(self, statement: str) -> None:
        with psycopg.connect(postgres.url(self.folder, "postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def _alone(self, engine: str) -> Iterator[None]:
        with (self.folder / f"{engine}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _forget_ids() -> None:
    """Rows have other ids on the other engine."""
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects.clear_cache()


_databases = pytest.StashKey[Databases]()
_folder = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--durable", action="store_true", help="make the test databases fsync, as in production")
    parser.addoption("--engine", choices=ENGINES, help="run on one database engine only (while at work)")


def pytest_configure(config: pytest.Config) -> None:
    setattr(TransactionTestCase, "_fixture_teardown", _emptied)  # noqa: B010 - django-stubs do not know it
    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    if given is not None:
        config.stash[_folder] = Path(given["minhu_folder"])
        return
    folder = config.stash[_folder] = Path(tempfile.mkdtemp(prefix="minhu-db-"))
    keeper = postgres.guard(folder)

    def end() -> None:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(timeout=30)

    config.add_cleanup(end)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: tell a worker where the databases are."""
    node.workerinput["minhu_folder"] = str(node.config.stash[_folder])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("django_db")
    if not marked and _USES_DATABASE.isdisjoint(metafunc.fixturenames):
        return
    only = metafunc.definition.get_closest_marker("only_on")
    engines = only.args if only else ENGINES
    chosen = metafunc.config.getoption("--engine")
    metafunc.parametrize("database", [e for e in engines if chosen in (None, e)], indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    callspec = getattr(item, "callspec", None)
    engine = callspec.params.get("database") if callspec else None
    if engine not in ENGINES:
        return
    config = item.config
    if _databases not in config.stash:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        config.stash[_databases] = Databases(config.stash[_folder], worker, durable=config.getoption("--durable"))
    from pytest_django.plugin import blocking_manager_key

    with config.stash[blocking_manager_key].unblock():
        try:
            config.stash[_databases].use(engine)
        except (postgres.NoPostgres, CalledProcessError, NoDatabase) as missing:
            pytest.fail(str(missing), pytrace=False)


def _emptied(_: TransactionTestCase) -> None:
    """In place of Django's flush, after a test that committed."""
    from tests import emptying  # once Django is set up

    emptying.empty()


@pytest.fixture(autouse=True)
def database(request: pytest.FixtureRequest) -> str | None:
    """The engine this test runs on: "sqlite" or "postgresql"; None for a test without database."""
    return getattr(request, "param", None)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """In place of pytest-django's: databases are made when the first test needs them (see above)."""
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database: str | None) -> str:
    """The address of this test's database, to hand to a program. Use it in tests with ``transaction=True``."""
    assert database is not None, "mark the test with django_db(transaction=True)"
    return request.config.stash[_databases].url(database)


@pytest.fixture
def spare_database(request: pytest.FixtureRequest, database: str | None) -> str:
    """The address of a migrated, empty database of this test's engine that no other test sees."""
    assert database is not None, "mark the test with django_db"
    return request.config.stash[_databases].spare(database)
