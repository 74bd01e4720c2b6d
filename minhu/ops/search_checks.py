"""Whether words can be searched, and how far the index is, as ``minhu doctor`` tells it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from minhu.directory.models import Office
from minhu.insight import fulltext, indexing
from minhu.ops.findings import Finding, Grade

BEHIND = 1_000
"""Changes of cases that wait to be read; the jobs take some hundreds a second."""


def search() -> Iterator[Finding]:
    """The index itself, and each city's place in it."""
    if fault := fulltext.fault(connection):
        yield Finding("search", Grade.ILL, fault.words, fault.cure)
        return
    for city in Office.objects.filter(parent=None).order_by("pk"):
        state = indexing.state(city.pk)
        if state.behind > BEHIND:
            cure = "see that minhu jobs runs; it catches up by itself"
            yield Finding("search", Grade.CARE, f"{city.name}: {state.behind} changes are not searched yet", cure)
        elif state.filled < state.cases:
            shown = f"{city.name}: {state.filled} of {state.cases} cases are in the index"
            yield Finding("search", Grade.CARE, shown, "see that minhu jobs runs; it fills the index by itself")
        else:
            yield Finding("search", Grade.WELL, f"{city.name}: {state.cases} cases in the index")
