"""Rows written without Django's query compiler, for paths that must be cheap: a fifth of what ``save()`` costs.

The columns and their conversion are Django's own, so both databases get exactly what ``save()`` would write.
"""

from __future__ import annotations

from functools import cache

from django.db import connection, models


def insert(row: models.Model, *, conflict: str = "") -> bool:
    """Insert a row and set its key. conflict: unique columns, in brackets; False when such a row was there already."""
    fields, statement = _statement(type(row), row.pk is not None, conflict)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    if found is None:
        return False
    if row.pk is None:
        row.pk = found[0]
    row._state.adding, row._state.db = False, "default"
    return True


@cache
def _statement(
    model: type[models.Model], with_key: bool, conflict: str
) -> tuple[tuple[models.Field[object, object], ...], str]:
    key = model._meta.pk
    fields = tuple(field for field in model._meta.concrete_fields if with_key or field is not key)
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    unless = f" ON CONFLICT {conflict} DO NOTHING" if conflict else ""
    table, column = model._meta.db_table, key.column
    return fields, f'INSERT INTO "{table}" ({names}) VALUES ({marks}){unless} RETURNING "{column}"'  # noqa: S608
