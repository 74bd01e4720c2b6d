"""Whose matter a text is, from what the directory says that officials are there for; kept until the directory changes.

Whoever has left, and whom a case must never reach, is not among them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from minhu.directory import versions
from minhu.directory.models import Official
from minhu.insight.engine.owners import Duties, Owners
from minhu.insight.engine.triage import Model
from minhu.insight.engine.vectors import Message

MOST = 3
_LEAST = 0.1
"""Of confidence; less is no proposal."""


@dataclass(frozen=True, slots=True)
class Fit:
    """An official whose duties fit a text, and how likely it is his, and his office's."""

    official_id: int
    office_id: int
    confidence: float
    office_confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """Everybody in office in a city, as readable duties. owners None: nobody has any."""

    version: int
    owners: Owners | None
    offices: Mapping[str, int]


_pools: dict[int, Pool] = {}
_lock = Lock()


def pool_of(city_id: int) -> Pool:
    """Of the directory as it is now."""
    version = versions.current()
    with _lock:
        pool = _pools.get(city_id)
        if pool is None or pool.version != version:
            pool = _pools[city_id] = _read(city_id, version)
        return pool


def fits(pool: Pool, text: str, learnt: Model | None = None) -> tuple[Fit, ...]:
    """Those whose duties fit best, at most a handful; none where no word of the text stands in any duty.

    learnt: a reader of owners trained on what people said; its word counts where it is sure.
    """
    if pool.owners is None or not text.strip():
        return ()
    message = Message("", text)
    ranked = [(name, share) for name, share in pool.owners.read(message).ranked if name in pool.offices]
    sure = _learnt(message, learnt, pool)
    if sure is not None:
        left = [(name, share * (1 - sure[1])) for name, share in ranked if name != sure[0]]
        ranked = [sure, *left]
    together: dict[int, float] = defaultdict(float)
    for name, share in ranked:
        together[pool.offices[name]] += share
    found = []
    for name, share in ranked[: 2 * MOST]:
        words = tuple(reason.words for reason in pool.owners.reasons(message, name))
        if share >= _LEAST and (words or (sure is not None and name == sure[0])):
            office_id = pool.offices[name]
            found.append(Fit(int(name), office_id, min(share, 1.0), min(together[office_id], 1.0), words))
    return tuple(found)


def _learnt(message: Message, learnt: Model | None, pool: Pool) -> tuple[str, float] | None:
    """Whose people would say it is, where that is sure and he is still in office."""
    reading = learnt.read([message])[0] if learnt is not None else None
    if reading is None or reading.label is None or reading.label not in pool.offices:
        return None
    return reading.label, reading.confidence


def _read(city_id: int, version: int) -> Pool:
    people: Sequence[Official] = list(
        Official.objects.filter(city_id=city_id, left_on=None).select_related("office").order_by("order", "id")
    )
    offices = {str(one.pk): one.office_id for one in people}
    said = [Duties(str(one.pk), f"{one.office.name} {one.title} {one.duties}") for one in people]
    return Pool(version, Owners(said) if said else None, offices)
