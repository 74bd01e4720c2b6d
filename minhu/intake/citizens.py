"""Citizens and their threads, found or made many at a time, whoever else makes them at the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from minhu.audit import privacy
from minhu.intake import quick
from minhu.intake.models import Citizen, Thread
from minhu.rules import numbers

_INTO_THREADS = "INSERT INTO intake_thread (city_id, line_id, citizen_id, last_at) VALUES (%s, %s, %s, %s) ON CONFLICT "
_TOUCH = " DO UPDATE SET last_at = excluded.last_at RETURNING id"
_THREAD = _INTO_THREADS + "(line_id, citizen_id)" + _TOUCH
_THREAD_WITHOUT_LINE = _INTO_THREADS + "(citizen_id) WHERE line_id IS NULL" + _TOUCH


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


def known_or_new(city_id: int, number: str, at: datetime) -> tuple[int, bool]:
    """The id of the citizen of a number, and whether he was known; without a number always a new one. Cheap."""
    if not number:
        new = Citizen(city_id=city_id, first_seen_at=at)
        quick.insert(new)
        return new.pk, False
    key = privacy.lookup_key(number)
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute("SELECT id FROM intake_citizen WHERE city_id = %s AND number_key = %s", [city_id, key])
            if found := cursor.fetchone():
                return int(found[0]), True
            new = _new(city_id, number, key, at)
            if quick.insert(new, conflict="(city_id, number_key)"):
                return new.pk, False
    raise LookupError("a citizen came and went")


def thread_id_of(city_id: int, line_id: int | None, citizen_id: int, at: datetime) -> int:
    """The id of the thread of a citizen and a line, made when new. Cheap."""
    with connection.cursor() as cursor:
        cursor.execute(
            _THREAD if line_id is not None else _THREAD_WITHOUT_LINE,
            [city_id, line_id, citizen_id, connection.ops.adapt_datetimefield_value(at)],
        )
        return int(cursor.fetchone()[0])


def thread_of(citizen: Citizen, line_id: int | None, at: datetime) -> Thread:
    """The thread of a citizen and a line, made when new."""
    pair = (line_id, citizen.pk)
    thread = threads_of(citizen.city_id, [pair], at)[pair]
    thread.citizen = citizen
    return thread


def threads_of(
    city_id: int, pairs: Sequence[tuple[int | None, int]], at: datetime
) -> dict[tuple[int | None, int], Thread]:
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


def _threads(pairs: set[tuple[int | None, int]]) -> dict[tuple[int | None, int], Thread]:
    found = Thread.objects.filter(citizen_id__in={citizen for _, citizen in pairs})
    return {(thread.line_id, thread.citizen_id): thread for thread in found}
