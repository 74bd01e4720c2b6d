"""What the database itself refuses: triggers, stated once for SQLite and PostgreSQL.

They are put in place after every ``migrate`` (signals in ``guards.py``), and on SQLite taken away before it, because
SQLite changes a table by making it anew, which loses its triggers and breaks those of others that look at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.backends.base.base import BaseDatabaseWrapper


class Event(StrEnum):
    """What sets a trigger off."""

    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuses an event on a row when ``condition`` (SQL over OLD and NEW, the same in both databases) holds."""

    table: str
    event: Event
    name: str
    condition: str = "TRUE"
    words: str = "what was recorded is not changed"


def append_only(table: str) -> tuple[Trigger, ...]:
    """Rows of the table are written once: neither changed nor deleted."""
    return (
        Trigger(table, Event.UPDATE, f"{table}_not_changed"),
        Trigger(table, Event.DELETE, f"{table}_not_deleted"),
    )


def erased(subject: str, key: str, columns: Mapping[str, str]) -> str:
    """SQL: the row has a tombstone, and all these columns lose what they held. columns: name and the SQL put there."""
    gone = " AND ".join(f'NEW."{column}" = {sql}' for column, sql in columns.items())
    return (
        f"({gone} AND EXISTS (SELECT 1 FROM audit_erasure e WHERE e.subject = '{subject}' "  # noqa: S608 - our own names
        f'AND e.subject_id = CAST(OLD."{key}" AS TEXT)))'
    )


def until_erased(table: str, subject: str, keeps: Iterable[str], loses: Mapping[str, str]) -> tuple[Trigger, ...]:
    """As ``append_only``, but for what goes when its time is over: the columns ``loses``, and those alone."""
    stands = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in keeps)
    return (
        Trigger(table, Event.UPDATE, f"{table}_not_changed", f"({stands}) OR NOT {erased(subject, 'id', loses)}"),
        Trigger(table, Event.DELETE, f"{table}_not_deleted"),
    )


def unchanged(table: str, columns: Iterable[str], name: str) -> Trigger:
    """These columns keep what was first written."""
    condition = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in columns)
    return Trigger(table, Event.UPDATE, name, condition)


def install(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> None:
    """Put the triggers in place whose tables exist; those already there stay."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in triggers:
            if trigger.table in tables:
                for statement in _create(connection.vendor, trigger):
                    cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> None:
    """Take the triggers away: before a migration on SQLite, and between tests that commit."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in triggers:
            if trigger.table in tables:
                on = f' ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger.name}"{on}')


def missing(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger]) -> list[str]:
    """Names of the triggers that are not in the database."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {str(row[0]) for row in cursor.fetchall()}
    return sorted(trigger.name for trigger in triggers if trigger.name not in there)


def _create(vendor: str, trigger: Trigger) -> tuple[str, ...]:
    words = f"{trigger.words} ({trigger.name})"
    if vendor == "sqlite":
        condition = trigger.condition.replace(" IS DISTINCT FROM ", " IS NOT ")  # the same, known before SQLite 3.39
        return (
            f'CREATE TRIGGER IF NOT EXISTS "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}" '
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{words}'); END",
        )
    row = "OLD" if trigger.event is Event.DELETE else "NEW"
    return (
        f'CREATE OR REPLACE FUNCTION "{trigger.name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f"IF {trigger.condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation'; "
        f"END IF; RETURN {row}; END $$",
        f'CREATE OR REPLACE TRIGGER "{trigger.name}" BEFORE {trigger.event} ON "{trigger.table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{trigger.name}"()',
    )
