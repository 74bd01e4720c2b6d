"""The index of trigrams over ``SearchEntry.words``, in the way of each database.

PostgreSQL has ``pg_trgm``, a GIN index, made by the migration. SQLite has FTS5, a table of its own that triggers keep
beside ours; a migration that changes our table makes it anew and would lose them, so they are stated after every
``migrate``, as the guards are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.db.models.signals import post_migrate, pre_migrate

if TYPE_CHECKING:
    from minhu.insight.models import SearchEntry

TABLE, INDEX, FTS = "insight_searchentry", "search_words", "insight_search"
NO_EXTENSION = (
    "Search needs the extension pg_trgm of PostgreSQL (package postgresql-contrib), and this user may not create it. "
    "Run once as the database's owner: CREATE EXTENSION pg_trgm; then run minhu migrate again."
)

_ON_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS insight_search USING fts5("
    "words, content='insight_searchentry', content_rowid='id', tokenize='trigram case_sensitive 1')",
    "CREATE TRIGGER IF NOT EXISTS insight_search_added AFTER INSERT ON insight_searchentry BEGIN "
    "INSERT INTO insight_search(rowid, words) VALUES (NEW.id, NEW.words); END",
    "CREATE TRIGGER IF NOT EXISTS insight_search_removed AFTER DELETE ON insight_searchentry BEGIN "
    "INSERT INTO insight_search(insight_search, rowid, words) VALUES ('delete', OLD.id, OLD.words); END",
    "CREATE TRIGGER IF NOT EXISTS insight_search_changed AFTER UPDATE ON insight_searchentry BEGIN "
    "INSERT INTO insight_search(insight_search, rowid, words) VALUES ('delete', OLD.id, OLD.words); "
    "INSERT INTO insight_search(rowid, words) VALUES (NEW.id, NEW.words); END",
)
BARS_ONLY = 2
"""Trigrams of ``I停I`` where the character is no letter and parts two words ``i``; where it is one, there are four."""
_TRIGGERS = ("insight_search_added", "insight_search_removed", "insight_search_changed")
_MATCHING = "SELECT rowid FROM insight_search WHERE insight_search MATCH %s"
_ON_POSTGRESQL = (
    "CREATE INDEX IF NOT EXISTS search_words ON insight_searchentry USING gin (words gin_trgm_ops) "
    "WITH (gin_pending_list_limit = 1024)"
)
_PLANNED = "SELECT " + ", ".join(
    f"set_config('{name}', 'off', true)" for name in ("jit", "enable_hashjoin", "enable_mergejoin", "enable_seqscan")
)


class NoTrigrams(DatabaseError):
    """The database cannot index trigrams; the words say what to do."""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the index in place; what is there stays. Raises: NoTrigrams."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "sqlite":
            for statement in _ON_SQLITE:
                cursor.execute(statement)
            return
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is None:
            try:
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            except DatabaseError as refused:
                raise NoTrigrams(NO_EXTENSION) from refused
        cursor.execute(_ON_POSTGRESQL)


def holding(
    rows: QuerySet[SearchEntry], all_of: Iterable[Sequence[str]], beside: Sequence[str] = ()
) -> QuerySet[SearchEntry]:
    """By the index: those whose words hold one needle, at least, of each of these and, if there are any, of beside."""
    needles = list(all_of)
    if connections[rows.db].vendor == "sqlite":
        asked = [*needles, beside] if beside else needles
        phrases = " AND ".join("(" + " OR ".join(f'"{one}"' for one in any_of) + ")" for any_of in asked)
        return rows.filter(pk__in=RawSQL(_MATCHING, [phrases]))  # noqa: S611 - no value is in the text
    condition = reduce(and_, (reduce(or_, map(_by_trigrams, any_of)) for any_of in needles))
    if beside:  # each by itself with all the rest, so that no long list is gone through for nothing
        condition = reduce(or_, (condition & _by_trigrams(one) for one in beside))
    return rows.filter(condition)


def _by_trigrams(needle: str) -> Q:
    """The pairs of a needle, each one trigram, and then the whole of it: its single characters, of which each is in
    very many texts, are not asked of the index.
    """
    pairs = [part for at in range(0, len(needle) - 2, 2) if " " not in (part := needle[at : at + 3])]
    if len(needle) <= 3 or not pairs:
        return Q(words__contains=needle)
    return reduce(and_, (Q(words__contains=pair) for pair in pairs)) & _there(needle)


def read(rows: QuerySet[SearchEntry], all_of: Iterable[Sequence[str]]) -> QuerySet[SearchEntry]:
    """The same of few rows, one by one, without the index."""
    for any_of in all_of:
        rows = rows.filter(reduce(or_, (_there(one) for one in any_of)))
    return rows


def _there(needle: str) -> Q:
    return Q(GreaterThan(StrIndex(F("words"), Value(needle)), 0))


@contextmanager
def planned() -> Iterator[None]:
    """Queries inside are planned for a few rows out of very many: what PostgreSQL does for many rows costs more than
    they take (compiling a query, reading all cases to join them).
    """
    with transaction.atomic():
        if transaction.get_connection().vendor == "postgresql":
            with transaction.get_connection().cursor() as cursor:
                cursor.execute(_PLANNED)
        yield


@dataclass(frozen=True, slots=True)
class Fault:
    """Why searches fail or are slow here, and what to do: strings of the catalogue."""

    words: str
    cure: str


MISSING = Fault("没有关键词索引", "运行：minhu insight reindex")
NO_CHINESE = Fault(
    "数据库的区域设置把汉字当标点，索引里没有汉字，搜索慢",
    "换一个这样建的数据库：CREATE DATABASE minhu TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'",
)


def fault(connection: BaseDatabaseWrapper) -> Fault | None:
    """What is wrong with the index of words; None when all is well."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return None if FTS in connection.introspection.table_names(cursor) else MISSING
        cursor.execute("SELECT 1 FROM pg_class WHERE relname = %s", [INDEX])
        if cursor.fetchone() is None:
            return MISSING
        cursor.execute("SELECT show_trgm('I停I')")
        row = cursor.fetchone()
        return None if row and len(row[0]) > BARS_ONLY else NO_CHINESE


def connect() -> None:
    """Begin to listen to migrations."""
    pre_migrate.connect(_before, dispatch_uid="minhu.insight.fulltext")
    post_migrate.connect(_after, dispatch_uid="minhu.insight.fulltext")


def _before(sender: Any, using: str, **_: object) -> None:
    connection = connections[using]
    if sender.label == "insight" and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for trigger in _TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")


def _after(sender: Any, using: str, **_: object) -> None:
    if sender.label == "insight":
        install(connections[using])
