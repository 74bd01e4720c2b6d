"""Reads the environment: each value is typed, and a bad one stops the start with one clear line.

BadSetting    a SystemExit, so that an operator sees one sentence and not a traceback
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, MutableMapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from minhu.rules.numbers import NotANumber, is_mobile, normalise

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})

Choice = TypeVar("Choice", bound=StrEnum)


class BadSetting(SystemExit):
    """A setting is missing or wrong; the process must not start."""

    def __init__(self, name: str, cure: str) -> None:
        super().__init__(f"minhu: {name}: {cure}")
        self.name = name


class Environment:
    """Typed reads of environment variables. An empty value counts as not set."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None) -> str:
        """Raises: BadSetting when there is neither a value nor a default."""
        value = self._values.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise BadSetting(name, "is not set, and there is no safe default; see .env.example")
        return default

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, "").lower()
        if value in _YES:
            return True
        if value in _NO:
            return False
        if value:
            raise BadSetting(name, f"must be 1 or 0, not {value!r}")
        return default

    def whole(self, name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
        """A whole number from low to high, both included."""
        value = self.text(name, str(default))
        try:
            number = int(value)
        except ValueError:
            raise BadSetting(name, f"must be a whole number, not {value!r}") from None
        if not low <= number <= high:
            raise BadSetting(name, f"must be from {low} to {high}, not {number}")
        return number

    def number(self, name: str, default: float, *, low: float = 0.0, high: float = 1e9) -> float:
        """A number from low to high, both included; 0.5 and 2 alike."""
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            raise BadSetting(name, f"must be a number, not {value!r}") from None
        if not low <= number <= high:  # which nan is not either
            raise BadSetting(name, f"must be from {low:g} to {high:g}, not {value}")
        return number

    def table(self, name: str) -> dict[str, Any]:
        """A JSON object. Raises: BadSetting."""
        try:
            found = json.loads(self.text(name))
        except json.JSONDecodeError as fault:
            raise BadSetting(name, f"is not valid JSON: {fault}") from None
        if not isinstance(found, dict):
            raise BadSetting(name, 'must be a JSON object: {"name": "value"}')
        return found

    def names(self, prefix: str) -> tuple[str, ...]:
        """Which variables with this prefix have a value."""
        return tuple(sorted(name for name, value in self._values.items() if name.startswith(prefix) and value.strip()))

    def port(self, name: str, default: int) -> int:
        return self.whole(name, default, low=0, high=65_535)

    def words(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list separated by commas."""
        value = self.text(name, "")
        return tuple(word.strip() for word in value.split(",") if word.strip()) if value else default

    def one_of(self, name: str, kind: type[Choice], default: Choice) -> Choice:
        value = self.text(name, default.value)
        try:
            return kind(value)
        except ValueError:
            choices = ", ".join(kind)
            raise BadSetting(name, f"must be one of {choices}, not {value!r}") from None

    def share(self, name: str) -> float | None:
        """A number above 0 and at most 1; None when it is not set."""
        raw = self.text(name, "")
        try:
            if not raw or 0 < float(raw) <= 1:
                return float(raw) if raw else None
        except ValueError:
            pass
        raise BadSetting(name, f"must be a number above 0 and at most 1, such as 0.45, or empty, not {raw}")

    def mobiles(self, name: str) -> tuple[str, ...]:
        """Mobile numbers, normalised."""
        return tuple(_mobile(name, raw) for raw in self.words(name))

    def folder(self, name: str, default: Path) -> Path:
        """An absolute path; the folder need not exist yet."""
        return Path(self.text(name, str(default))).expanduser().absolute()


def _mobile(name: str, raw: str) -> str:
    try:
        if is_mobile(number := normalise(raw)):
            return number
    except NotANumber:
        pass
    raise BadSetting(name, f"must be mobile numbers, separated by commas; {raw} is none")


def read_file(path: Path, into: MutableMapping[str, str]) -> None:
    """Add ``NAME=value`` lines of a file to the environment; what is set already wins.

    Raises: BadSetting for a line that is neither a comment nor NAME=value.
    """
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise BadSetting(f"{path} line {number}", "must read NAME=value")
        into.setdefault(name.strip(), value.strip().strip("\"'"))


_SQLITE_AT_CONNECT = "; ".join(
    (
        "PRAGMA busy_timeout=20000",  # first, so that the switch to WAL waits for its turn too
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",  # a commit is on disk before anyone is told of it
        "PRAGMA cache_size=-32000",
        "PRAGMA temp_store=MEMORY",
    )
)
_POSTGRES_OPTIONS = frozenset(
    {"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "target_session_attrs", "application_name"}
)


def database(name: str, url: str, *, pool_size: int) -> dict[str, object]:
    """Django's description of a database from ``sqlite:///file`` or ``postgres://user:password@host:port/name``.

    name: of the setting, for the message. pool_size: most connections a process keeps; 0 means one a thread.
    A host that starts with a slash is a folder of Unix sockets: ``postgres://user@/name?host=/run/postgresql``.
    Raises: BadSetting.
    """
    parts = urlsplit(url)
    match parts.scheme:
        case "sqlite":
            return _sqlite(name, unquote(parts.path), parts.netloc)
        case "postgres" | "postgresql":
            return _postgres(name, url, pool_size)
        case other:
            raise BadSetting(name, f"must start with sqlite:/// or postgres://, not {other or 'nothing'!r}")


def _sqlite(name: str, path: str, host: str) -> dict[str, object]:
    if host or len(path) < 2:
        raise BadSetting(name, "must be sqlite:///file or sqlite:////absolute/file (three or four slashes)")
    return {
        "ENGINE": "minhu.environment.sqlite",
        "NAME": str(Path(path[1:]).expanduser().absolute()),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _SQLITE_AT_CONNECT},
    }


def _postgres(name: str, url: str, pool_size: int) -> dict[str, object]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", unquote(parts.hostname or ""))
    try:
        port = parts.port or query.pop("port", "")
    except ValueError:
        raise BadSetting(name, "the port must be a number") from None
    if unknown := sorted(query.keys() - _POSTGRES_OPTIONS):
        raise BadSetting(name, f"does not know {', '.join(unknown)}; known: {', '.join(sorted(_POSTGRES_OPTIONS))}")
    if len(parts.path) < 2:
        raise BadSetting(name, "names no database: postgres://user:password@host:port/NAME")
    options: dict[str, object] = {"application_name": "minhu", **query}
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 20}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port),
        "CONN_MAX_AGE": 0 if pool_size else None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def keep_secret(folder: Path, name: str, fresh: str) -> str:
    """The secret of this name kept in the data folder; made from ``fresh`` and written (mode 600) the first time.

    For a demo or a developer's machine; in production secrets come from the environment and are never invented.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name.lower()}.secret"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(fresh)
    return fresh
