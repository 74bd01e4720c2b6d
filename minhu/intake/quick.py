"""Rows written without Django's query compiler, for paths that must be cheap: a fifth of what ``save()`` costs.

The columns and their types are Django's own, so both databases get exactly what ``save()`` would write.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

Row = TypeVar("Row", bound=models.Model)

_AS_THEY_ARE: tuple[tuple[type[models.Field[Any, Any]], type], ...] = (
    (models.CharField, str),
    (models.TextField, str),
    (models.IntegerField, int),
    (models.ForeignKey, int),
    (models.BooleanField, bool),
)
"""Values of exactly these types go to both databases as they are; asking the field costs ten times as much."""

Value = Any  # of whatever type the driver takes


@dataclass(frozen=True, slots=True)
class _Column:
    """A field. plain: the type whose values need no conversion; NoneType when there is none."""

    field: models.Field[Any, Any]
    name: str
    attname: str
    plain: type

    def value_of(self, row: models.Model, database: BaseDatabaseWrapper) -> Value:
        value = getattr(row, self.attname)
        if value is None or type(value) is self.plain:
            return value
        if type(value) is datetime and value.tzinfo is not None:
            return database.ops.adapt_datetimefield_value(value)
        return self.field.get_db_prep_save(value, database)


@dataclass(frozen=True, slots=True)
class _Insert:
    """How rows of one model are inserted. key: the column of the primary key. types: every column with its type."""

    columns: tuple[_Column, ...]
    into: str
    places: str
    types: str
    key: str

    def several(self, rows: Sequence[models.Model]) -> tuple[str, list[Value]]:
        """The statement up to its values, and these.

        For PostgreSQL all rows are one value: the driver reads every mark of a long statement, which costs as much as
        all else it does.
        """
        if connection.vendor == "postgresql":
            one = json.dumps([self._spelled(row) for row in rows], ensure_ascii=False, default=_in_json)
            return f"{self.into} SELECT * FROM json_to_recordset(%s::json) AS new({self.types})", [one]  # noqa: S608
        return f"{self.into} VALUES {', '.join([self.places] * len(rows))}", self.values(rows)

    def values(self, rows: Sequence[models.Model]) -> list[Value]:
        database = connections[DEFAULT_DB_ALIAS]
        return [column.value_of(row, database) for row in rows for column in self.columns]

    def _spelled(self, row: models.Model) -> dict[str, Value]:
        """What is left out becomes NULL."""
        return {column.name: value for column in self.columns if (value := getattr(row, column.attname)) is not None}


def insert(row: models.Model, *, conflict: str = "") -> bool:
    """Insert a row and set its key. conflict: unique columns, in brackets; False when such a row was there already."""
    how = _insert(type(row), row.pk is not None, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"{how.into} VALUES {how.places}{_unless(conflict)} RETURNING {how.key}", how.values([row]))
        found = cursor.fetchone()
    if found is None:
        return False
    _stored(row, found[0])
    return True


def insert_many(rows: Sequence[Row], *, conflict: str = "", match: str = "") -> list[Row]:
    """Insert rows of one model in one statement and set their keys; those that were there already are left out.

    conflict: as in ``insert``. match: with ``conflict``, a column in which the rows differ, when they have no keys yet.
    """
    if not rows:
        return []
    how = _insert(type(rows[0]), rows[0].pk is not None, connection.vendor)
    by = _field(type(rows[0]), match)
    with connection.cursor() as cursor:
        insert_them, values = how.several(rows)
        cursor.execute(f'{insert_them}{_unless(conflict)} RETURNING {how.key}, "{by.column}"', values)
        found = cursor.fetchall()
    if not conflict:  # in the order of the rows, as Django's bulk_create trusts too
        for row, (key, _) in zip(rows, found, strict=True):
            _stored(row, key)
        return list(rows)
    keys = {by.to_python(value): key for key, value in found}
    inserted = [row for row in rows if getattr(row, by.attname) in keys]
    for row in inserted:
        _stored(row, keys[getattr(row, by.attname)])
    return inserted


def _unless(conflict: str) -> str:
    return f" ON CONFLICT {conflict} DO NOTHING" if conflict else ""


def _in_json(value: object) -> str:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes() | memoryview():
            return "\\x" + bytes(value).hex()
        case _:
            raise TypeError(f"a {type(value).__name__} is not written this way")


def _stored(row: models.Model, key: object) -> None:
    if row.pk is None:
        row.pk = key
    row._state.adding, row._state.db = False, "default"


@cache
def _insert(model: type[models.Model], with_key: bool, vendor: str) -> _Insert:
    key = model._meta.pk
    fields = tuple(field for field in model._meta.concrete_fields if with_key or field is not key)
    names = ", ".join(f'"{field.column}"' for field in fields)
    return _Insert(
        columns=tuple(_Column(field, str(field.column), field.attname, _plain(field)) for field in fields),
        into=f'INSERT INTO "{model._meta.db_table}" ({names})',
        places="(" + ", ".join(["%s"] * len(fields)) + ")",
        types=", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields),
        key=f'"{key.column}"',
    )


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """The field of this name, or the primary key."""
    return next((field for field in model._meta.concrete_fields if field.name == name), model._meta.pk)


def _plain(field: models.Field[Any, Any]) -> type:
    return next((plain for kind, plain in _AS_THEY_ARE if isinstance(field, kind)), type(None))
