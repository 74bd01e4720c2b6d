"""Two people change the directory at the same instant."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from minhu.audit import trail
from minhu.directory import actions, calendars, importing, snapshot
from minhu.directory.errors import ImportRefused, NumberInUse
from minhu.directory.models import CalendarFeed, Line, Official
from minhu.directory.tests.notices import xlsx
from minhu.rules.access import system
from minhu.rules.errors import Refusal
from minhu.rules.words import Presence
from tests import make
from tests.make import MONDAY_10 as AT

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Each in a thread and on a connection of its own; results or refusals, in order."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        barrier.wait(10)
        try:
            return act()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_one_number_given_to_two_officials_at_once_goes_to_one() -> None:
    city = make.city()
    by = system(city.root_id)
    first, second = make.official(city), make.official(city)

    results = at_once(
        lambda: actions.add_line(first.pk, "15400008888", by=by),
        lambda: actions.add_line(second.pk, "15400008888", by=by),
    )

    assert sum(isinstance(one, NumberInUse) for one in results) == 1
    assert Line.objects.count() == 1


def test_the_same_notice_imported_twice_at_once_goes_in_once() -> None:
    city = make.city()
    content = xlsx(("市水务局", "王明", "局长", "", "15400000001"))
    digest = importing.examine(content, city.pk).digest

    results = at_once(*[lambda: actions.import_directory(content, digest, by=system(city.root_id))] * 3)

    assert sum(isinstance(one, ImportRefused) for one in results) == 2
    assert Official.objects.count() == 1


def test_changes_at_once_each_raise_the_version_and_stand_in_the_trail() -> None:
    city = make.city()
    officials = [make.official(city) for _ in range(6)]
    before = snapshot.current_version()

    def switch(official_id: int) -> Callable[[], object]:
        return lambda: actions.switch_presence(official_id, Presence.MEETING, None, system(city.root_id))

    at_once(*(switch(one.pk) for one in officials))

    assert snapshot.current_version() == before + 6
    assert trail.verify(city.root_id).entries == 6
    assert trail.verify(city.root_id).sound


def test_two_workers_read_each_calendar_once() -> None:
    city = make.city()
    for _ in range(4):
        CalendarFeed.objects.create(
            official=make.official(city), address_sealed=_sealed("https://calendar.example/x"), shown="calendar.example"
        )
    empty = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"

    tried = at_once(*[lambda: calendars.read_due(AT, fetch=lambda address: empty)] * 2)

    assert sum(one for one in tried if isinstance(one, int)) == 4


def _sealed(address: str) -> bytes:
    from minhu.audit import privacy

    return privacy.seal(address)
