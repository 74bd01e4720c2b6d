"""The city's figures for programs: the same values as on the public page and in the files, as JSON.

A plain number is ``{"number"}``; a share has all of ``number, of, share, low, high``; null stands for fewer than ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minhu.directory.models import Office
from minhu.rules.figures import BY_NAME, FIGURES, MATTERS, MEASURES, Count, Counts, Value, value, values
from minhu.rules.intervals import CONFIDENCE, FEWEST
from minhu.supervision import published
from minhu.supervision.others import measures
from minhu.supervision.published import Compared, Period, Tally
from minhu.web.published import BY_OFFICE

VERSION = 1
"""What stands at /api/v1/ keeps its names and their meaning; names may be added."""

Json = dict[str, Any]


def city_figures(city: Office, period: Period) -> Json:
    """All that the public page tells of a period."""
    read = published.tally(city.pk, period)
    did = measures(city.pk, period.first, period.last)
    return {
        "version": VERSION,
        "city": city.name,
        "period": {"first": period.first.isoformat(), "last": period.last.isoformat()},
        "fewest": FEWEST,
        "confidence": CONFIDENCE,
        "definitions": {one.name: {"label": one.words, "formula": one.formula} for one in (*FIGURES, *MATTERS)},
        "whole": _figures(read.counts()),
        "weeks": [{"monday": monday.isoformat(), "figures": _figures(counts)} for monday, counts in read.by_week()],
        "offices": _offices(city.pk, read),
        "hours": [value(BY_NAME[Count.CALLS], counts).number for counts in published.calls_by_hour(city.pk, period)],
        "measures": {one.value: {"label": words, "number": did.get(one, 0)} for one, words in MEASURES.items()},
    }


def _figures(counts: Counts) -> Mapping[str, Json | None]:
    return {one.figure.name: _value(one) for one in values(counts, (*FIGURES, *MATTERS))}


def _value(one: Value) -> Json | None:
    if one.hidden:
        return None
    if one.share is None:
        return {"number": one.number}
    share = one.share
    ends = {name: round(end, 4) for name, end in (("share", share.value), ("low", share.low), ("high", share.high))}
    return {"number": share.part, "of": share.whole, **ends}


def _offices(city_id: int, read: Tally) -> list[Json]:
    among = published.units(city_id)
    by_figure = [published.compared(read, among, name) for name in BY_OFFICE]
    return [
        {
            "id": unit.office_id,
            "name": unit.name,
            "kind": unit.kind,
            "figures": _figures(read.of(unit.offices)),
            "compared": dict(zip(BY_OFFICE, map(_compared, rows), strict=True)),
        }
        for unit, rows in zip(among, zip(*by_figure, strict=True), strict=True)
    ]


def _compared(row: Compared) -> Json | None:
    """drawn: the share drawn towards that of all. apart: 1 surely above the city, -1 below, 0 not told apart."""
    return None if row.drawn is None else {"drawn": round(row.drawn, 4), "apart": row.apart}
