"""A call that is offered again after we died is the same call: it goes on, or it joins what was made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from minhu.carriers.voice import LegId, LegIncoming
from minhu.intake.entries import Opened
from minhu.intake.models import Call, CallStep, Text
from minhu.rules.words import CallState
from minhu.switch.attempts import Kept, attempt_id, receive
from minhu.switch.recovery import OFFERED_AGAIN_FOR
from minhu.switch.store import JournalStore
from minhu.switch.tests.office import Office, during, ended
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, make.line(make.official(make.office(make.city()))))


async def offered(store: JournalStore, opened: Opened) -> Kept:
    """A call comes to a process that began just now."""
    now = datetime.now(UTC)
    return await receive(store, replace(opened, at=now), "trunk", uuid4, since=now)


def life(office: Office, story: Callable[[JournalStore], Awaitable[None]]) -> None:
    store = office.store()
    during(store, lambda: story(store))


async def all_closed(store: JournalStore) -> None:
    """Until nothing of the life before is waited for."""
    async with asyncio.timeout(15):
        while not store._all_closed:  # noqa: ASYNC110 - the clerk's thread tells nobody
            await asyncio.sleep(0.05)


def steps_of(opened: Opened) -> list[tuple[int, str]]:
    return list(CallStep.objects.filter(call=opened.call).order_by("seq").values_list("seq", "kind"))


def test_it_goes_on_in_its_own_row_and_stays_alive_until_it_ends(office: Office) -> None:
    opened = office.opened(ago=OFFERED_AGAIN_FOR - timedelta(seconds=1))  # nobody waits for it much longer

    async def first(store: JournalStore) -> None:
        await offered(store, opened)
        await Call.objects.aupdate(received_at=opened.at)

    async def second(store: JournalStore) -> None:
        kept = await offered(store, replace(opened, code="OTHER"))
        assert (kept.opened.call, kept.opened.code, kept.next_seq) == (opened.call, opened.code, 3)
        assert (kept.went_on, kept.was_told, kept.context.callback_due_at) == (True, False, None)
        await all_closed(store)
        assert (await Call.objects.aget(pk=opened.call)).ended_at is None

    life(office, first)
    life(office, second)
    assert steps_of(opened) == [(0, "received"), (1, "interrupted"), (2, "received")]
    assert not Text.objects.exists()


def test_one_that_is_not_offered_again_in_time_is_closed_with_a_text(office: Office) -> None:
    opened = office.opened(ago=OFFERED_AGAIN_FOR - timedelta(seconds=2))

    async def first(store: JournalStore) -> None:
        await offered(store, opened)
        await Call.objects.aupdate(received_at=opened.at)

    async def second(store: JournalStore) -> None:
        assert (await Call.objects.aget()).ended_at is None
        await all_closed(store)

    life(office, first)
    life(office, second)
    assert (Call.objects.get().state, Text.objects.get().template) == ("interrupted", "interrupted")


@pytest.mark.parametrize(("answered", "told"), [("", True), ("official", False)])
def test_one_that_was_over_is_begun_anew(office: Office, answered: str, told: bool) -> None:
    opened = office.opened()
    state = CallState.ANSWERED if answered else CallState.DIVERTED

    async def story(store: JournalStore) -> None:
        await offered(store, opened)
        owed = None if answered else opened.owed
        await store.keep(replace(ended(opened, state), owed=owed, answered_by_kind=answered))
        kept = await offered(store, opened)
        assert kept.opened.call != opened.call
        assert (kept.went_on, kept.was_told, kept.next_seq) == (False, told, 1)
        assert (kept.context.code == opened.code) is told  # it joins, if anything is owed

    life(office, story)
    assert Call.objects.count() == 2


def test_one_that_is_alive_here_or_elsewhere_is_left_alone(office: Office) -> None:
    here, elsewhere = office.opened(), office.opened(node="node-2")

    async def story(store: JournalStore) -> None:
        now = datetime.now(UTC)
        for opened in (here, elsewhere):
            await receive(store, replace(opened, at=now), "trunk", uuid4, since=now)
        same_life = await receive(store, replace(here, at=datetime.now(UTC)), "trunk", uuid4, since=now)
        other_node = await offered(store, replace(elsewhere, node=here.node))
        assert not {same_life.opened.call, other_node.opened.call} & {here.call, elsewhere.call}

    life(office, story)
    assert Call.objects.count() == 4


def test_attempts_of_one_trunk_and_name_are_one_call_and_unnamed_ones_never() -> None:
    incoming = LegIncoming(LegId("1"), "node", "trunk", "80001", "80001", "13800000001", attempt="abc@there;tag")
    assert attempt_id(incoming) == attempt_id(replace(incoming, leg=LegId("2"), node="other"))
    assert attempt_id(incoming) != attempt_id(replace(incoming, trunk="another"))
    assert attempt_id(replace(incoming, attempt="")) is None
