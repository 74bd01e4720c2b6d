"""Very many row ids as one value of a query: as one placeholder each, writing them out takes longer than the answer."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.expressions import RawSQL

_ON_POSTGRESQL = "SELECT unnest(%s::bigint[])"
_ON_SQLITE = "SELECT value FROM json_each(%s)"


def among(ids: Iterable[int]) -> RawSQL:
    """For ``pk__in`` and its kin."""
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        return RawSQL(_ON_SQLITE, [json.dumps(list(ids))])  # noqa: S611 - no value is in the text
    return RawSQL(_ON_POSTGRESQL, [list(ids)])  # noqa: S611
