"""Whether words can be searched, and how far the index is, as ``minhu doctor`` tells it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from minhu.directory.models import Office
from minhu.insight import fulltext, indexing
from minhu.ops.findings import Finding, Grade, said

BEHIND = 1_000
"""Changes of cases that wait to be read; the jobs take some hundreds a second."""


def search() -> Iterator[Finding]:
    """The index itself, and each city's place in it."""
    if fault := fulltext.fault(connection):
        yield Finding("search", Grade.ILL, said(fault.words), said(fault.cure))
        return
    for city in Office.objects.filter(parent=None).order_by("pk"):
        state = indexing.state(city.pk)
        if state.behind > BEHIND:
            cure = said("看 minhu jobs 是否在运行；它会自己赶上")
            yield Finding(
                "search", Grade.CARE, said("{city}：{n} 处改动还搜不到", city=city.name, n=state.behind), cure
            )
        elif state.filled < state.cases:
            shown = said(
                "{city}：{cases} 件诉求，{filled} 件在索引里", city=city.name, filled=state.filled, cases=state.cases
            )
            yield Finding("search", Grade.CARE, shown, said("看 minhu jobs 是否在运行；它会自己补齐索引"))
        else:
            yield Finding("search", Grade.WELL, said("{city}：{n} 件诉求都在索引里", city=city.name, n=state.cases))
