"""Citizens and their threads, found or made many at a time, whoever else makes them at the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from minhu.audit import privacy
from minhu.intake import quick
from minhu.intake.models import Citizen, Thread
from minhu.rules import numbers

Pair = tuple[int | None, int]
"""A line, None for no line, and a citizen."""

_KNOWN = "SELECT id, number_key FROM intake_citizen WHERE city_id = %s AND number_key IN ({})"
_INTO_THREADS = "INSERT INTO intake_thread (city_id, line_id, citizen_id, last_at) VALUES {} ON CONFLICT {} "
_TOUCH = "DO UPDATE SET last_at = excluded.last_at RETURNING id, line_id, citizen_id"
_WITH_LINE, _WITHOUT_LINE = "(line_id, citizen_id)", "(citizen_id) WHERE line_id IS NULL"


@dataclass(frozen=True, slots=True)
class Known:
    """A citizen with a number. is_new: nobody knew him before."""

    citizen_id: int
    is_new: bool


def citizen_of(city_id: int, number: str, at: datetime) -> Citizen:
    """The citizen of a number, made when new. number: normalised; "" makes a citizen without one."""
    if not number:
        return Citizen.objects.create(city_id=city_id, first_seen_at=at)
    return citizens_of(city_id, [number], at)[number]


def citizens_of(city_id: int, wanted: Iterable[str], at: datetime) -> dict[str, Citizen]:
    """The citizens of these numbers, which are not empty, by number; the new ones are made."""
    by_key = {privacy.lookup_key(number): number for number in wanted}
    found = _by_key(city_id, list(by_key))
    missing = sorted(by_key.keys() - found.keys())
    if missing:
        Citizen.objects.bulk_create(
            [_new(city_id, by_key[key], key, at) for key in missing],
            ignore_conflicts=True,
        )
        found |= _by_key(city_id, missing)
    return {by_key[key]: citizen for key, citizen in found.items()}


def known_or_new(city_id: int, wanted: Sequence[str], at: datetime) -> tuple[dict[str, Known], list[int]]:
    """Who has these numbers, by number; and the id of a new citizen for each that is "". Cheap.

    Two who make the same citizen at the same moment both get him.
    """
    by_key = {privacy.lookup_key(number): number for number in wanted if number}
    found = {key: Known(citizen_id, is_new=False) for key, citizen_id in _ids_by_key(city_id, list(by_key)).items()}
    missing = sorted(by_key.keys() - found.keys())  # in one order, so that two do not block each other
    new = [_new(city_id, by_key[key], key, at) for key in missing]
    for made in quick.insert_many(new, conflict="(city_id, number_key)", match="number_key"):
        found[bytes(made.number_key or b"")] = Known(made.pk, is_new=True)
    if late := by_key.keys() - found.keys():
        found |= {key: Known(citizen_id, is_new=False) for key, citizen_id in _ids_by_key(city_id, list(late)).items()}
    nameless = [Citizen(city_id=city_id, first_seen_at=at) for number in wanted if not number]
    return {number: found[key] for key, number in by_key.items()}, [one.pk for one in quick.insert_many(nameless)]


def thread_id_of(city_id: int, line_id: int | None, citizen_id: int, at: datetime) -> int:
    """The id of the thread of a citizen and a line, made when new. Cheap."""
    pair = (line_id, citizen_id)
    return thread_ids_of(city_id, [pair], at)[pair]


def thread_ids_of(city_id: int, pairs: Iterable[Pair], at: datetime) -> dict[Pair, int]:
    """The ids of the threads of these pairs, made when new; ``at`` is the last that happened in them. Cheap."""
    wanted = sorted(set(pairs), key=lambda pair: (pair[0] or 0, pair[1]))
    stamp = connection.ops.adapt_datetimefield_value(at)
    found: dict[Pair, int] = {}
    with connection.cursor() as cursor:
        for unique, some in (
            (_WITHOUT_LINE, [pair for pair in wanted if pair[0] is None]),
            (_WITH_LINE, [pair for pair in wanted if pair[0] is not None]),
        ):
            if some:
                places = ", ".join(["(%s, %s, %s, %s)"] * len(some))
                values = [value for line_id, citizen_id in some for value in (city_id, line_id, citizen_id, stamp)]
                cursor.execute(_INTO_THREADS.format(places, unique) + _TOUCH, values)
                found |= {(line_id, citizen_id): int(key) for key, line_id, citizen_id in cursor.fetchall()}
    return found


def thread_of(citizen: Citizen, line_id: int | None, at: datetime) -> Thread:
    """The thread of a citizen and a line, made when new."""
    pair = (line_id, citizen.pk)
    thread = threads_of(citizen.city_id, [pair], at)[pair]
    thread.citizen = citizen
    return thread


def threads_of(city_id: int, pairs: Sequence[Pair], at: datetime) -> dict[Pair, Thread]:
    """The threads of these (line, citizen) pairs; the new ones are made."""
    wanted = set(pairs)
    found = _threads(wanted)
    missing = sorted(wanted - found.keys(), key=lambda pair: (pair[0] or 0, pair[1]))
    if missing:
        Thread.objects.bulk_create(
            [Thread(city_id=city_id, line_id=line, citizen_id=citizen, last_at=at) for line, citizen in missing],
            ignore_conflicts=True,
        )
        found |= _threads(set(missing))
    return found


def _ids_by_key(city_id: int, keys: list[bytes]) -> dict[bytes, int]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN.format(", ".join(["%s"] * len(keys))), [city_id, *keys])
        return {bytes(key): int(citizen_id) for citizen_id, key in cursor.fetchall()}


def _by_key(city_id: int, keys: list[bytes]) -> dict[bytes, Citizen]:
    found = Citizen.objects.filter(city_id=city_id, number_key__in=keys)
    return {bytes(citizen.number_key or b""): citizen for citizen in found}


def _new(city_id: int, number: str, key: bytes, at: datetime) -> Citizen:
    return Citizen(
        city_id=city_id,
        number_sealed=privacy.seal(number),
        number_key=key,
        masked=numbers.mask(number),
        first_seen_at=at,
    )


def _threads(pairs: set[Pair]) -> dict[Pair, Thread]:
    found = Thread.objects.filter(citizen_id__in={citizen for _, citizen in pairs})
    return {(thread.line_id, thread.citizen_id): thread for thread in found}
