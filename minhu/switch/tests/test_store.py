"""What the switch writes is in the database, or on local disk until it is; once, in order, and nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from minhu.audit import privacy
from minhu.intake.models import Call, CallOrder, CallStep, Citizen, Recording, Text, TrackingCode
from minhu.rules.words import CallState, PartyKind, StepKind
from minhu.switch import orders
from minhu.switch.ports import NotKept
from minhu.switch.recovery import OFFERED_AGAIN_FOR
from minhu.switch.store import JournalStore
from minhu.switch.tests.office import CITIZEN, Office, during, ended, received, step
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    official = make.official(make.office(make.city()))
    return Office(tmp_path, make.line(official))


@contextmanager
def database_locked(url: str) -> Iterator[None]:
    """Somebody else holds the database: a writer that does not let go (SQLite), a locked table (PostgreSQL)."""
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(url)  # type: ignore[assignment]
        other.execute("LOCK TABLE intake_call IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def spoken(path: str, sound: bytes) -> None:
    """The telephone engine took down a message."""
    Path(path).write_bytes(sound)


def exists(path: str) -> bool:
    return Path(path).exists()


async def until_up(store: JournalStore) -> None:
    async with asyncio.timeout(15):
        await store._up.wait()


def test_a_call_is_in_the_database_with_its_promise_when_receive_returns(office: Office) -> None:
    store, opened = office.store(), office.opened()

    async def story() -> None:
        context = await store.receive(opened, received(opened))
        assert context.callback_due_at is None
        call = await Call.objects.select_related("citizen").aget(pk=opened.call)
        assert (call.state, call.line_id, call.code) == ("received", office.line.pk, opened.code)
        assert call.promise_due_at is not None
        assert call.citizen is not None
        assert call.citizen.masked == "154****1111"

    during(store, story)

    citizen = Citizen.objects.get()
    assert bytes(citizen.number_key or b"") == privacy.lookup_key(CITIZEN)
    assert privacy.unseal(citizen.number_sealed or b"") == CITIZEN
    assert list(CallStep.objects.values_list("seq", "kind")) == [(0, "received")]
    assert TrackingCode.objects.filter(pk=opened.code).exists()


def test_many_calls_at_once_share_their_citizens_and_lose_no_step(office: Office) -> None:
    store = office.store()
    calls = [office.opened(f"+86154000011{place % 7:02d}") for place in range(60)]

    async def story() -> None:
        await asyncio.gather(*(store.receive(opened, received(opened)) for opened in calls))
        for opened in calls:
            store.note(step(opened.call, 1), ended(opened))

    during(store, story)

    assert Call.objects.filter(ended_at__isnull=False).count() == 60
    assert Citizen.objects.count() == 7
    assert CallStep.objects.count() == 120


def test_a_second_call_is_told_of_the_callback_the_first_was_promised(office: Office) -> None:
    store, first, second = office.store(), office.opened(), office.opened()

    async def story() -> None:
        await store.receive(first, received(first))
        await store.keep(replace(ended(first), code=first.code))
        context = await store.receive(second, received(second))

        assert context.callback_due_at == first.owed.due_at if first.owed else False
        assert (context.code, context.callback_owner_kind) == (first.code, "official")
        assert context.callback_owner_id == office.line.official_id

    during(store, story)


def test_a_muted_caller_is_known_as_such_until_the_stated_end(office: Office) -> None:
    store, first, second = office.store(), office.opened(), office.opened()

    async def story() -> None:
        await store.receive(first, received(first))
        await Citizen.objects.aupdate(muted_until=datetime.now(UTC) + timedelta(hours=1))
        assert (await store.receive(second, received(second))).muted

    during(store, story)


def test_a_text_is_queued_with_the_promise_and_never_twice(office: Office) -> None:
    store, opened = office.store(), office.opened()

    async def story() -> None:
        await store.receive(opened, received(opened))
        await store.keep(ended(opened), office.receipt(opened))
        await store.keep(office.receipt(opened))

    during(store, story)

    (text,) = Text.objects.select_related("thread")
    assert (text.state, text.direction, text.call_id) == ("queued", "outbound", opened.call)
    assert text.thread.line_id == office.line.pk


def test_codes_are_fetched_ahead_and_given_out_once(office: Office) -> None:
    store = office.store()
    given: list[str] = []

    async def story() -> None:
        while len(given) < 500:
            if code := store.code():
                given.append(code)
            await asyncio.sleep(0)

    during(store, story)

    assert len(set(given)) == len(given)
    assert TrackingCode.objects.filter(pk__in=given).count() == len(given)


def test_while_the_database_is_held_calls_are_kept_on_disk_and_come_in_later(office: Office, database_url: str) -> None:
    store = office.store()
    before, meanwhile, after = office.opened(), office.opened(), office.opened()

    async def story() -> None:
        await store.receive(before, received(before))
        with database_locked(database_url):
            await store.receive(meanwhile, received(meanwhile))
            assert not store.is_up
            await store.keep(ended(meanwhile), office.receipt(meanwhile), step(meanwhile.call, 1))
            await store.keep(ended(before, CallState.ABANDONED))
        await until_up(store)
        await store.receive(after, received(after))

    during(store, story)

    assert Call.objects.count() == 3
    assert Call.objects.get(pk=before.call).state == "abandoned"
    assert list(CallStep.objects.filter(call=meanwhile.call).values_list("seq", flat=True)) == [0, 1]
    assert Text.objects.filter(call=meanwhile.call).count() == 1


def test_numbers_on_local_disk_are_sealed(office: Office, database_url: str) -> None:
    store, opened = office.store(), office.opened()

    async def story() -> None:
        with database_locked(database_url):
            await store.receive(opened, received(opened))
            data = b"".join(path.read_bytes() for path in office.folder.glob("*.spool"))
            assert opened.call.hex.encode() in data
            assert CITIZEN.encode() not in data
            assert CITIZEN[3:].encode() not in data
        await until_up(store)

    during(store, story)
    assert Call.objects.count() == 1


def test_a_dead_process_spool_is_brought_in_by_the_next_one(office: Office, database_url: str) -> None:
    dead, opened = office.store(), office.opened(ago=OFFERED_AGAIN_FOR)

    async def life() -> None:
        await dead.start()
        with database_locked(database_url):
            await dead.receive(opened, received(opened))
            # killed here: nothing of it runs on
            for task in (dead._watch, dead._bringing):
                if task is not None:
                    task.cancel()
        await asyncio.to_thread(dead._clerk.stop)

    asyncio.run(life())

    async def story() -> None:
        call = await Call.objects.aget(pk=opened.call)
        assert call.state == "interrupted"
        assert call.promise_due_at is not None

    during(office.store(), story)
    assert Text.objects.get().template == "interrupted"


def test_calls_alive_at_a_crash_are_closed_with_a_callback_and_one_text(office: Office) -> None:
    dead = office.opened(ago=OFFERED_AGAIN_FOR)
    talking, promised, elsewhere = (office.opened() for _ in range(3))
    elsewhere = replace(elsewhere, node="node-2")

    async def first_life() -> None:
        store = office.store()
        await store.start()
        for opened in (dead, talking, promised, elsewhere):
            await store.receive(opened, received(opened))
        await store.keep(replace(ended(talking, CallState.ANSWERED), ended_at=None, answered_by_kind="official"))
        await store.keep(replace(ended(promised), ended_at=None), office.receipt(promised))
        await store.stop()

    asyncio.run(first_life())

    async def nothing() -> None: ...

    during(office.store(), nothing)
    during(office.store(), nothing)

    interrupted = Call.objects.filter(state="interrupted")
    assert {call.pk for call in interrupted} == {dead.call, talking.call, promised.call}
    assert all(call.promise_due_at is not None and call.ended_at is not None for call in interrupted)
    assert Text.objects.count() == 3
    assert Text.objects.get(call=promised.call).template == "missed"
    assert CallStep.objects.filter(kind=StepKind.INTERRUPTED.value).count() == 3
    assert Call.objects.get(pk=elsewhere.call).ended_at is None


def test_a_recording_is_sealed_and_the_file_in_the_clear_is_gone(office: Office) -> None:
    store, opened = office.store(), office.opened()
    speech = b"RIFF" + bytes(range(256)) * 100

    async def story() -> None:
        await store.receive(opened, received(opened))
        path = store.message_path(opened.call)
        assert path is not None
        spoken(path, speech)
        assert await store.keep_recording(opened.call, path, 3.2, datetime.now(UTC))
        assert not exists(path)

    during(store, story)

    recording = Recording.objects.get()
    sealed = (office.folder / "recordings" / recording.file).read_bytes()
    assert speech[:64] not in sealed
    assert recording.seconds == pytest.approx(3.2)


def test_a_message_left_by_a_crash_is_brought_in(office: Office) -> None:
    opened = office.opened()

    async def first_life() -> None:
        store = office.store()
        await store.start()
        await store.receive(opened, received(opened))
        spoken(store.message_path(opened.call) or "", bytes(44 + 16_000))
        await store.stop()

    async def second_life() -> None:
        assert store._bringing is not None
        await asyncio.wait_for(store._bringing, 10)

    asyncio.run(first_life())
    store = office.store()
    during(store, second_life)

    assert Recording.objects.get().seconds == pytest.approx(1.0)
    assert not list((office.folder / "inbox").glob("*.wav"))


def test_when_neither_takes_it_the_caller_is_told_and_memory_still_holds_it(office: Office, database_url: str) -> None:
    store, opened = office.store(reserve_bytes=4096), office.opened()

    async def story() -> None:
        with database_locked(database_url), disk_full(store), pytest.raises(NotKept):
            await store.receive(opened, received(opened))
        await until_up(store)

    during(store, story)
    assert Call.objects.filter(pk=opened.call).exists()


@contextmanager
def disk_full(store: JournalStore) -> Iterator[None]:
    """The spool's file can no longer be written, as when its disk is gone."""
    import os

    spool, good = store._spool, store._spool._file
    spool._file = os.open("/dev/full", os.O_RDWR)
    try:
        yield
    finally:
        os.close(spool._file)
        spool._file = good


def test_an_order_is_handed_to_one_switch_only(office: Office, daytime: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.ORDERED_CALLS", 20)
    stores = [office.store(f"node-{place}") for place in (1, 2)]
    for place in range(10):
        _order(office, place, asked_at=timezone.now() - timedelta(hours=place == 9))

    async def story() -> None:
        await stores[1].start()
        both = await asyncio.gather(*(store.claim_orders() for store in stores))
        claimed = [order.id for orders in both for order in orders]
        assert len(claimed) == len(set(claimed)) == 9
        await stores[1].stop()

    during(stores[0], story)

    assert CallOrder.objects.get(key="k9").result == "expired"


def test_no_more_calls_are_placed_at_once_than_the_trunk_may_carry(
    office: Office, daytime: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.ORDERED_CALLS", 3)
    for place in range(5):
        _order(office, place, asked_at=timezone.now())

    assert len(orders.claim("node-1")) == 3
    assert orders.claim("node-1") == []
    CallOrder.objects.filter(claimed_by="node-1", key="k0").update(result="connected")
    assert len(orders.claim("node-1")) == 1


def test_at_night_no_citizen_is_called(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    night = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    monkeypatch.setattr(timezone, "now", lambda: night)
    _order(office, 1, asked_at=night - timedelta(minutes=1))

    assert orders.claim("node-1") == []
    assert CallOrder.objects.get().result == "expired"


def _order(office: Office, place: int, *, asked_at: datetime) -> CallOrder:
    return CallOrder.objects.create(
        city_id=office.line.city_id, key=f"k{place}", line=office.line, citizen=make.citizen(office.line.city),
        asked_at=asked_at, party_kind=PartyKind.OFFICIAL.value, party_id=office.line.official_id,
        party_number_sealed=privacy.seal("+8615400000001"),
    )  # fmt: skip


def test_journaling_a_call_of_a_known_citizen_asks_one_question(office: Office) -> None:
    from django.test.utils import CaptureQueriesContext

    from minhu.intake.journal import Journal
    from minhu.switch.context import look_up

    journal = Journal(office.line.city_id)
    journal.apply([office.opened()], look_up)
    journal.committed()
    opened = office.opened()
    with CaptureQueriesContext(connection) as queries:
        journal.apply([opened, received(opened)], look_up)

    assert len(queries) <= 4
