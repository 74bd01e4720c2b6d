"""What is particular to SMPP, against an SMSC made by others."""

from __future__ import annotations

import contextlib
import itertools
import random
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from minhu.carriers.errors import CarrierError
from minhu.carriers.smpp import BindMode, SmppGateway
from minhu.carriers.tests.smpp_gateway import outgoing, running, settings, up
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, Notebook, joined, wait_for
from minhu.carriers.text import Accepted, Fate, Rejected, Unknown
from minhu.rules.reassembly import Held, reassemble
from tests.peers.smsc_handle import MESSAGE_PAYLOAD, Smsc, sar_parts_of, text

LONG = "新华路公交站的站牌被大风吹倒，" * 12


def test_a_long_text_told_by_sar_parameters_is_joined(smsc: Smsc) -> None:
    notebook = Notebook()
    parts = sar_parts_of(CITIZEN, OFFICE, [LONG[:60], LONG[60:120], LONG[120:]])
    random.Random(3).shuffle(parts)
    with running(settings(smsc.port), notebook):
        smsc.inject(*parts)
        smsc.until("acked", 3)

    held = [Held(row, one) for row, one in enumerate(notebook.texts)]
    assert [whole.body for whole in reassemble(held, at=notebook.texts[-1].received_at).wholes] == [LONG]


def test_a_long_text_in_one_payload_arrives_whole(smsc: Smsc) -> None:
    notebook = Notebook()
    with running(settings(smsc.port), notebook):
        smsc.inject(text(CITIZEN, OFFICE, b"", tlvs=[(MESSAGE_PAYLOAD, LONG.encode("utf-16-be"))]))
        smsc.until("acked", 1)

    assert [one.body for one in notebook.texts] == [LONG]


def test_bytes_that_mean_nothing_are_stored_all_the_same(smsc: Smsc) -> None:
    notebook = Notebook()
    random_bytes = random.Random(5).randbytes
    junk = [
        text(CITIZEN, OFFICE, random_bytes(number % 140), data_coding=number % 256, esm_class=0x40 * (number % 2))
        for number in range(300)
    ]
    with running(settings(smsc.port), notebook):
        smsc.inject(*junk)
        smsc.until("acked", 300)

    assert len(notebook.texts) == 300
    assert not any("\0" in one.body for one in notebook.texts)


def test_one_text_that_cannot_be_stored_holds_up_no_other(smsc: Smsc) -> None:
    notebook = Notebook()
    notebook.poison = "毒"
    bodies = [f"第{number}条" for number in range(200)]
    with running(settings(smsc.port), notebook):
        smsc.inject(*[text(CITIZEN, OFFICE, body) for body in [*bodies[:100], "毒", *bodies[100:]]])
        smsc.until("acked", 200)
        assert smsc.figures()["unacked"] == 1
        notebook.poison = ""
        smsc.until("acked", 201)

    assert sorted(one.body for one in notebook.texts) == sorted([*bodies, "毒"])


def test_when_too_much_waits_the_smsc_is_told_to_come_again(smsc: Smsc) -> None:
    notebook = Notebook()
    with running(settings(smsc.port, inbound_limit=1), notebook):
        smsc.inject(*[text(CITIZEN, OFFICE, f"第{number}条") for number in range(300)])
        smsc.until("acked", 300)

    assert len(notebook.texts) == 300


@pytest.mark.parametrize("form", ["tlv", "text", "decimal"])
def test_a_receipt_is_understood_in_every_form(smsc: Smsc, form: str) -> None:
    notebook = Notebook()
    smsc.manners(receipts="late", receipt_form=form)
    with running(settings(smsc.port), notebook) as gateway:
        outcome = up(gateway).submit(outgoing())
        smsc.send_receipts()
        smsc.until("acked", 1)

    assert isinstance(outcome, Accepted)
    assert [(one.gateway_id, one.fate) for one in notebook.receipts] == [(outcome.ids[0], Fate.DELIVERED)]


def test_a_receipt_that_could_not_be_stored_comes_again(smsc: Smsc) -> None:
    notebook = Notebook()
    notebook.fails = 2
    smsc.manners(receipts="after")
    with running(settings(smsc.port), notebook) as gateway:
        up(gateway).submit(outgoing())
        smsc.until("acked", 1)

    assert (notebook.failed, len(notebook.receipts)) == (2, 1)


def test_a_text_that_is_not_answered_in_time_is_unknown(smsc: Smsc) -> None:
    smsc.manners(answers="withheld")
    with running(settings(smsc.port, response_seconds=0.2)) as gateway:
        outcome = up(gateway).submit(outgoing())
        smsc.until("withheld", 1)
        smsc.manners(answers="at_once")
        smsc.release()
        second = gateway.submit(outgoing("第二条"))

    assert isinstance(outcome, Unknown)
    assert isinstance(second, Accepted)


def test_answers_that_come_late_and_mixed_reach_the_right_sender(smsc: Smsc) -> None:
    smsc.manners(answers="withheld")
    with running(settings(smsc.port, window=8)) as gateway, ThreadPoolExecutor(8) as pool:
        up(gateway)
        futures = {pool.submit(gateway.submit, outgoing(f"第{number}条")): f"第{number}条" for number in range(8)}
        smsc.until("withheld", 8)
        smsc.release()
        ids = {body: future.result() for future, body in futures.items()}

    taken = {joined([one])[0]: one.message_id for one in smsc.submitted()}
    assert ids == {body: Accepted((message_id,)) for body, message_id in taken.items()}


def test_no_more_texts_than_the_window_await_an_answer(smsc: Smsc) -> None:
    smsc.manners(answers="withheld")
    with running(settings(smsc.port, window=2, response_seconds=0.3)) as gateway, ThreadPoolExecutor(5) as pool:
        up(gateway)
        list(pool.map(_outcome_or_none, [gateway] * 5))
        most = max(len(smsc.submitted()), 0)

    assert most <= 4  # two at first, two more once those were given up; the fifth found the window full


def _outcome_or_none(gateway: SmppGateway) -> object:
    try:
        return gateway.submit(outgoing())
    except CarrierError:
        return None


def test_a_segment_throttled_in_the_middle_is_tried_again_and_the_text_goes_once(smsc: Smsc) -> None:
    with running(settings(smsc.port)) as gateway:
        up(gateway)
        smsc.manners(answers="withheld")
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(gateway.submit, outgoing(LONG))
            smsc.until("withheld", 1)
            smsc.manners(answers="at_once", refuse_times=1)
            smsc.release()
            outcome = sending.result()

    assert isinstance(outcome, Accepted)
    assert joined(smsc.submitted()) == [LONG]


def test_a_text_refused_in_the_middle_is_unknown_because_some_of_it_has_gone(smsc: Smsc) -> None:
    invalid_destination = 0x0B
    with running(settings(smsc.port)) as gateway, ThreadPoolExecutor(1) as pool:
        up(gateway)
        smsc.manners(answers="withheld")
        sending = pool.submit(gateway.submit, outgoing(LONG))
        smsc.until("withheld", 1)
        smsc.manners(answers="at_once", refuse_times=9, refuse_status=invalid_destination)
        smsc.release()
        outcome = sending.result()

    assert isinstance(outcome, Unknown)
    assert "ESME_RINVDSTADR" in outcome.why


def test_a_wrong_number_is_refused_for_good(smsc: Smsc) -> None:
    smsc.manners(refuse_times=1, refuse_status=0x0B)
    with running(settings(smsc.port)) as gateway:
        up(gateway)
        assert gateway.submit(outgoing()) == Rejected("ESME_RINVDSTADR", retryable=False)
        assert gateway.submit(outgoing(recipient="不是号码")) == Rejected("bad-number", retryable=False)
        assert gateway.submit(outgoing("诉" * 20_000)) == Rejected("too-long", retryable=False)


def test_stopping_waits_for_the_answer_to_what_was_handed_over(smsc: Smsc) -> None:
    smsc.manners(answers="delayed", delay_seconds=0.3)
    with running(settings(smsc.port)) as gateway, ThreadPoolExecutor(1) as pool:
        up(gateway)
        sending = pool.submit(gateway.submit, outgoing())
        smsc.until("submitted", 1)
        gateway.stop()

        assert isinstance(sending.result(), Accepted)


def test_a_transmitter_and_a_receiver_share_the_work(smsc: Smsc) -> None:
    """The SMSC's acknowledgements are not looked at: smpp34 1.5.0 leaves its own client's unheard on a receiver too."""
    notebook = Notebook()
    with running(settings(smsc.port, mode=BindMode.SEPARATE), notebook) as gateway:
        up(gateway)
        smsc.until("bound", 2)
        smsc.inject(text(CITIZEN, OFFICE, "路灯不亮"))
        outcome = gateway.submit(outgoing())
        wait_for(lambda: bool(notebook.texts), "the text")

    assert isinstance(outcome, Accepted)
    assert [one.body for one in notebook.texts] == ["路灯不亮"]


def test_an_smsc_killed_under_load_costs_no_text_and_brings_none_twice_for_good(smsc: Smsc) -> None:
    notebook = Notebook()
    bodies = [f"第{number}条" for number in range(2_000)]
    with running(settings(smsc.port), notebook) as gateway:
        up(gateway)
        smsc.inject(*[text(CITIZEN, OFFICE, body) for body in bodies])
        for stored in (100, 700, 1300):
            wait_for(lambda stored=stored: len(notebook.texts) >= stored, "texts")  # type: ignore[misc]
            smsc.kill()
            smsc.start()
        smsc.until("acked", 2_000)

    assert {one.body for one in notebook.texts} == set(bodies)
    assert len({one.key for one in notebook.texts}) == 2_000


def test_what_may_be_tried_again_never_reached_an_smsc_that_was_killed(smsc: Smsc) -> None:
    """A text goes once: accepted ones are there once, and one that we may send again is not there at all."""
    fates: dict[str, str] = {}
    going_on = threading.Event()

    def send(first: int) -> None:
        for number in itertools.count(first, 4):
            if going_on.is_set():
                return
            try:
                fates[f"第{number}条"] = type(gateway.submit(outgoing(f"第{number}条"))).__name__
            except CarrierError:
                fates[f"第{number}条"] = "not handed over"
                going_on.wait(0.002)

    with running(settings(smsc.port, window=4)) as gateway, ThreadPoolExecutor(4) as pool:
        up(gateway)
        sending = [pool.submit(send, first) for first in range(4)]
        for least in range(150, 1_000, 150):
            smsc.until("submitted", least)
            smsc.kill()
            smsc.start()
        smsc.until("submitted", 1_000)
        going_on.set()
        for one in sending:
            one.result()

    there = Counter(joined(smsc.submitted()))
    assert set(there.values()) == {1}
    assert {fate for body, fate in fates.items() if body in there} <= {"Accepted", "Unknown"}
    assert all(body in there for body, fate in fates.items() if fate == "Accepted")
    assert Counter(fates.values())["Accepted"] > 500


def test_a_process_of_ours_killed_again_and_again_loses_no_text_it_acknowledged(smsc: Smsc, tmp_path: Path) -> None:
    database = tmp_path / "texts.sqlite3"
    smsc.inject(*[text(CITIZEN, OFFICE, f"第{number}条") for number in range(3_000)])
    for acknowledged in (1, 400, 1_000, 2_000, 3_000):
        process = subprocess.Popen(
            [sys.executable, "-m", "minhu.carriers.tests.storing_esme", str(smsc.port), str(database)],
            cwd=Path(__file__).parents[3],
        )
        try:
            smsc.until("acked", acknowledged)
        finally:
            process.kill()
            process.wait()

    with contextlib.closing(sqlite3.connect(database)) as stored:
        rows, texts = stored.execute("SELECT count(*), count(DISTINCT body) FROM texts").fetchone()
        (keys,) = stored.execute("SELECT count(DISTINCT key) FROM texts").fetchone()
    assert texts == keys == 3_000
    assert rows >= texts  # what was stored and not yet acknowledged came again, with the same key
