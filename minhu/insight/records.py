"""What the records say of the stream: what was read, in which order, and where each text is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from minhu.insight.engine.groups import Report
from minhu.insight.models import Apart, Member, Streamed
from minhu.insight.reports import FIELDS, report_of, with_vectors

_CHUNK = 2_000


def recorded(city_id: int, most: int) -> Iterator[tuple[Report, str]]:
    """The newest texts that were read, oldest first, each with the name of the group it is in."""
    read = Streamed.objects.filter(city_id=city_id)
    first = read.order_by("-pk").values_list("pk", flat=True)[most - 1 : most].first() or 0
    fields = [f"case__{name}" for name in FIELDS]
    rows = read.filter(pk__gte=first).order_by("pk").values_list(*fields, "case__hot_membership__issue__name")
    left = rows.iterator(chunk_size=_CHUNK)
    while some := list(islice(left, 64)):
        reports = with_vectors([report_of(row[:-1]) for row in some])
        yield from zip(reports, (row[-1] or str(row[0]) for row in some), strict=True)


def cases_of(city_id: int, name: str) -> list[int]:
    """The cases of a group by its name: those of its issue, or the one that is alone; none when it is no more."""
    members = Member.objects.filter(issue__city_id=city_id, issue__name=name).values_list("case", flat=True)
    if found := list(members):
        return found
    if not name.isdecimal():
        return []
    alone = Streamed.objects.filter(city_id=city_id, case_id=int(name), case__hot_membership=None)
    return list(alone.values_list("case", flat=True))


def pairs(city_id: int) -> list[tuple[str, str]]:
    """Groups that somebody parted, by their names."""
    return list(Apart.objects.filter(city_id=city_id).values_list("one", "other"))
