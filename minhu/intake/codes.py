"""Tracking codes, each given out once, whoever gives it."""

from __future__ import annotations

import os

from django.db import connection

from minhu.rules.codes import ENTROPY_BYTES, make_code


def allot(count: int = 1) -> list[str]:
    """Codes that nobody was ever given, and nobody else will be.

    A code that was allotted and then not used is no loss, so codes may be fetched ahead, many at a time.
    """
    codes: list[str] = []
    while len(codes) < count:
        fresh = [make_code(os.urandom(ENTROPY_BYTES)) for _ in range(count - len(codes))]
        places = ", ".join(["(%s)"] * len(fresh))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO intake_trackingcode (code) VALUES {places} ON CONFLICT DO NOTHING RETURNING code",  # noqa: S608
                fresh,
            )
            codes.extend(str(row[0]) for row in cursor.fetchall())
    return codes
