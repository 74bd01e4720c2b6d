"""What every SMS gateway adapter keeps to, whatever stands behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from minhu.carriers.errors import CarrierError
from minhu.carriers.tests.http_worlds import HTTP_WORLDS
from minhu.carriers.tests.more_text_worlds import MORE_WORLDS
from minhu.carriers.tests.text_worlds import WORLDS, TextWorld, wait_for
from minhu.carriers.text import Accepted, Fate, Rejected, Unknown
from minhu.rules.reassembly import Held, reassemble

LONG = "新华路公交站的站牌被大风吹倒，" * 12
EMOJI = "谢谢" * 33 + "👍🏻" + "请问路灯何时修好" * 10


ALL = {**WORLDS, **HTTP_WORLDS, **MORE_WORLDS}


@pytest.fixture(params=sorted(ALL))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TextWorld]:
    made = ALL[request.param](tmp_path)
    try:
        made.open()
        yield made
    finally:
        made.close()


def test_a_citizen_s_chinese_text_arrives_as_written(world: TextWorld) -> None:
    world.citizen_texts("新华路路灯不亮，请派人看看")
    (text,) = world.until_stored(1)

    assert (text.body, text.sender, text.recipient) == ("新华路路灯不亮，请派人看看", world.citizen, world.office)
    assert text.gateway == world.gateway.name
    assert text.part is None
    assert abs((datetime.now(UTC) - text.received_at).total_seconds()) < 60


def test_a_long_text_arrives_whole_though_its_segments_are_shuffled(world: TextWorld) -> None:
    segments = [LONG[at : at + 67] for at in range(0, len(LONG), 67)]
    count = world.citizen_texts_in_parts(segments)
    held = [Held(row, text) for row, text in enumerate(world.until_stored(count))]

    (whole,) = reassemble(held, at=datetime.now(UTC)).wholes
    assert whole.body == LONG


@pytest.mark.parametrize("body", ["您的诉求已受理，查询码K7Q2", "OK, 12:00 [K7Q2]", LONG, EMOJI, "a" * 160, "{" * 100])
def test_the_citizen_reads_what_the_official_wrote(world: TextWorld, body: str) -> None:
    outcome = world.gateway.submit(world.outgoing(body))

    assert isinstance(outcome, Accepted)
    assert world.citizen_reads() == [body]


def test_texts_sent_by_several_at_once_are_answered_each_for_itself(world: TextWorld) -> None:
    texts = [world.outgoing(f"第{number}条") for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(world.gateway.submit, texts))

    ids = [outcome.ids[0] for outcome in outcomes if isinstance(outcome, Accepted)]
    assert len(set(ids)) == 60
    assert sorted(world.citizen_reads()) == sorted(text.body for text in texts)


@pytest.mark.parametrize("when", ["early", "after"])
def test_a_receipt_names_the_text_it_is_about_however_early_it_comes(world: TextWorld, when: str) -> None:
    world.receipts(when)
    outcome = world.gateway.submit(world.outgoing(LONG))
    assert isinstance(outcome, Accepted)
    receipts = world.until_receipts(len(outcome.ids))

    assert {receipt.gateway_id for receipt in receipts} == set(outcome.ids)
    assert {receipt.fate for receipt in receipts} == {Fate.DELIVERED}
    assert world.notebook.texts == []


def test_a_text_brought_twice_carries_the_same_key(world: TextWorld) -> None:
    world.gateway_brings_twice("路灯不亮")
    world.citizen_texts("水管漏水")
    world.until_stored(3)

    keys: dict[str, set[str]] = {}
    for text in world.notebook.texts:
        keys.setdefault(text.body, set()).add(text.key)
    assert [len(same) for same in keys.values()] == [1, 1]
    assert keys["路灯不亮"] != keys["水管漏水"]


def test_a_text_that_could_not_be_stored_comes_again(world: TextWorld) -> None:
    world.notebook.fails = 3
    world.citizen_texts("路灯不亮")
    world.until_all_acknowledged()

    assert [text.body for text in world.notebook.texts] == ["路灯不亮"]
    assert world.notebook.failed == 3


def test_a_text_is_not_acknowledged_before_it_is_stored(world: TextWorld) -> None:
    world.notebook.fails = 1_000_000
    world.citizen_texts("路灯不亮")
    wait_for(lambda: world.notebook.failed > 0, "the first try")

    assert world.unacknowledged() == 1
    world.notebook.fails = 0
    world.until_all_acknowledged()
    assert len(world.notebook.texts) == 1


def test_texts_sent_while_the_link_is_down_arrive_once_it_is_back(world: TextWorld) -> None:
    world.notebook.fails = 1_000_000
    world.citizen_texts("路灯不亮")
    wait_for(lambda: world.notebook.failed > 0, "the first try")
    world.link_breaks()
    world.notebook.fails = 0
    world.link_returns()
    world.until_all_acknowledged()

    assert [text.body for text in world.notebook.texts] == ["路灯不亮"]


def test_with_the_link_down_nothing_is_handed_over_and_it_may_be_tried_again(world: TextWorld) -> None:
    world.link_breaks()
    text = world.outgoing("请在十二点前等我电话")
    with pytest.raises(CarrierError) as failure:
        world.gateway.submit(text)

    assert not failure.value.permanent
    assert not world.gateway.up()
    world.link_returns()
    assert isinstance(world.gateway.submit(text), Accepted)
    assert world.citizen_reads() == [text.body]


def test_a_text_whose_answer_was_lost_is_unknown_and_not_sent_again_by_us(world: TextWorld) -> None:
    world.dies_on_next_submit()
    outcome = world.gateway.submit(world.outgoing("会后回电"))
    world.link_returns()

    assert isinstance(outcome, Unknown)
    assert isinstance(world.gateway.submit(world.outgoing("第二条")), Accepted)
    assert world.citizen_reads() == ["会后回电", "第二条"]


def test_a_throttled_text_may_be_tried_later(world: TextWorld) -> None:
    world.throttles(1)
    text = world.outgoing("会后回电")

    outcome = world.gateway.submit(text)
    assert isinstance(outcome, Rejected)
    assert outcome.retryable
    assert world.citizen_reads() == []
    assert isinstance(world.gateway.submit(text), Accepted)


def test_stopping_leaves_no_thread_and_no_connection(world: TextWorld) -> None:
    world.citizen_texts("路灯不亮")
    world.until_all_acknowledged()
    world.gateway.stop()

    assert not world.gateway.up()
    own = (world.gateway.name, "http")
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith(own)] == []
    assert world.connections() == 0
    with pytest.raises(CarrierError):
        world.gateway.submit(world.outgoing("太晚了"))


def test_a_stopped_gateway_can_be_started_again(world: TextWorld) -> None:
    world.gateway.stop()
    world.gateway.start(world.notebook)
    wait_for(world.gateway.up, "the link")
    world.citizen_texts("路灯不亮")

    assert [text.body for text in world.until_stored(1)] == ["路灯不亮"]
