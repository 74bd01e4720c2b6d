"""Citizens and their threads, found or made many at a time, whoever else makes them at the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from minhu.audit import privacy
from minhu.intake.models import Citizen, Thread
from minhu.rules import numbers


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
