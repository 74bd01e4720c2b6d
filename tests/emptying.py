"""Empties the tables after a test that committed, in place of Django's flush.

Flush truncates every table, which on PostgreSQL makes each one's files anew, and then sends ``post_migrate``, which
states every trigger again. Here only tables that have rows are touched, in one transaction, and what the migrations
put in place stays.
"""

from __future__ import annotations

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from minhu.audit.guards import all_guards
from minhu.audit.triggers import Event, install, missing, remove

KEPT = frozenset({"django_migrations", "django_content_type", "auth_permission"})
"""Written by migrations, and by nothing else."""


def empty(alias: str = "default") -> None:
    """Delete all rows of all tables, and put back the triggers that a test took away."""
    connection = connections[alias]
    with connection.constraint_checks_disabled(), transaction.atomic(using=alias), connection.cursor() as cursor:
        tables = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
        filled = [table for table in sorted(tables) if _has_rows(cursor, table)]
        guards = [one for one in all_guards() if one.event is Event.DELETE and one.table in filled]
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger is asked
        else:
            remove(connection, guards)
        for table in filled:
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a table of ours
        lost = set(missing(connection, all_guards()))
        install(connection, [one for one in all_guards() if one.name in lost])


def _has_rows(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')  # noqa: S608 - a table of ours
    return cursor.fetchone() is not None
