"""What is particular to a modem: gammu-smsd's tables, with the real daemon and its dummy phone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from minhu.carriers.errors import CarrierError, WrongSetting
from minhu.carriers.modem import ModemGateway, ModemSettings
from minhu.carriers.tests.more_text_worlds import modem_settings
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, Notebook, wait_for
from minhu.carriers.text import Accepted, Fate, Outgoing, Part, Rejected, Unknown
from tests.peers.modem import Modem

LONG = "新华路公交站的站牌被大风吹倒，" * 12


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[Modem]:
    made = Modem(tmp_path)
    made.start()
    yield made
    made.kill()


@contextlib.contextmanager
def running(chosen: ModemSettings, notebook: Notebook | None = None) -> Iterator[ModemGateway]:
    gateway = ModemGateway("modem", chosen)
    gateway.start(notebook or Notebook())
    try:
        yield gateway
    finally:
        gateway.stop()


def up(gateway: ModemGateway) -> ModemGateway:
    wait_for(gateway.up, "the daemon")
    return gateway


def outgoing(text_id: str = "text-1", body: str = "会后回电", recipient: str = CITIZEN) -> Outgoing:
    return Outgoing(text_id, OFFICE, recipient, body)


# ---- outbound


def test_the_same_id_is_sent_once(modem: Modem) -> None:
    with running(modem_settings(modem)) as gateway, ThreadPoolExecutor(4) as pool:
        up(gateway)
        outcomes = list(pool.map(gateway.submit, [outgoing(body=LONG)] * 4))
        later = gateway.submit(outgoing(body=LONG))

    assert isinstance(later, Accepted)
    assert outcomes == [later] * 4
    assert len(modem.sent()) == len(later.ids) == 3


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (42, Rejected("SendingError 42", retryable=True)),
        (1, Rejected("SendingError 1", retryable=False)),
        (-1, Unknown("segment 1 of 1: SendingError")),
    ],
)
def test_a_text_that_the_network_refused_says_whether_it_may_be_tried_again(
    modem: Modem, code: int, said: Rejected | Unknown
) -> None:
    modem.fails_to_send(code)
    with running(modem_settings(modem)) as gateway:
        assert up(gateway).submit(outgoing()) == said
        assert gateway.query("text-1") is Fate.FAILED
        if isinstance(said, Rejected):
            assert isinstance(gateway.submit(outgoing()), Accepted)


def test_what_became_of_a_text_can_be_asked(modem: Modem) -> None:
    notebook = Notebook()
    with running(modem_settings(modem), notebook) as gateway:
        assert up(gateway).query("text-1") is None
        outcome = gateway.submit(outgoing())
        assert gateway.query("text-1") is Fate.PENDING
        modem.reports("DeliveryFailed")
        wait_for(lambda: bool(notebook.receipts), "the report")
        assert gateway.query("text-1") is Fate.FAILED

    assert isinstance(outcome, Accepted)
    assert [(one.gateway_id, one.fate, one.code) for one in notebook.receipts] == [
        (outcome.ids[0], Fate.FAILED, "DeliveryFailed")
    ]


def test_a_report_that_came_while_we_were_away_is_told_when_we_are_back(modem: Modem) -> None:
    notebook = Notebook()
    with running(modem_settings(modem)) as gateway:
        up(gateway).submit(outgoing())
    modem.reports()
    with running(modem_settings(modem), notebook):
        wait_for(lambda: bool(notebook.receipts), "the report")

    assert [one.fate for one in notebook.receipts] == [Fate.DELIVERED]


def test_a_report_that_could_not_be_stored_is_told_again_and_then_no_more(modem: Modem) -> None:
    notebook = Notebook()
    with running(modem_settings(modem), notebook) as gateway:
        up(gateway).submit(outgoing())
        notebook.fails = 2
        modem.reports()
        wait_for(lambda: bool(notebook.receipts), "the report")
        gateway.submit(outgoing("text-2"))

    assert (notebook.failed, len(notebook.receipts)) == (2, 1)


def test_a_text_that_a_dead_daemon_had_not_begun_is_taken_back(modem: Modem) -> None:
    with running(modem_settings(modem)) as gateway:
        up(gateway)
        modem.kill()
        with pytest.raises(CarrierError, match="silent"):
            gateway.submit(outgoing())
        assert modem.queued() == 0
        modem.start()
        assert isinstance(up(gateway).submit(outgoing()), Accepted)

    assert [one.words for one in modem.sent()] == ["会后回电"]


def test_a_text_for_which_the_modem_has_no_time_is_taken_back(modem: Modem) -> None:
    with running(modem_settings(modem, fresh_seconds=60.0, response_seconds=0.3)) as gateway:
        up(gateway)
        modem.kill()
        with pytest.raises(CarrierError, match="not sent in"):
            gateway.submit(outgoing(body=LONG))

    assert modem.queued() == 0
    assert modem.rows("SELECT * FROM outbox_multipart") == []


def test_stopping_takes_back_what_waits(modem: Modem) -> None:
    with running(modem_settings(modem, fresh_seconds=60.0)) as gateway, ThreadPoolExecutor(1) as pool:
        up(gateway)
        modem.kill()
        sending = pool.submit(gateway.submit, outgoing())
        wait_for(lambda: modem.queued() == 1, "the queue")
        gateway.stop()
        with pytest.raises(CarrierError):
            sending.result()

    assert modem.queued() == 0


@pytest.mark.parametrize("recipient", ["", "市长", "+86139000000011390000000", "139-0000-0001"])
def test_what_cannot_be_sent_is_refused_here(modem: Modem, recipient: str) -> None:
    with running(modem_settings(modem)) as gateway:
        assert up(gateway).submit(outgoing(recipient=recipient)) == Rejected("bad-number", retryable=False)
        assert gateway.submit(outgoing(body="诉" * 20_000)) == Rejected("too-long", retryable=False)

    assert modem.queued() == 0


# ---- inbound


def test_one_text_that_cannot_be_stored_holds_up_no_other(modem: Modem) -> None:
    notebook = Notebook()
    notebook.poison = "毒"
    with running(modem_settings(modem), notebook) as gateway:
        up(gateway)
        for body in ("路灯不亮", "毒", "水管漏水"):
            modem.receives(CITIZEN, body)
        wait_for(lambda: len(notebook.texts) == 2 and modem.unprocessed() == 1, "the other two")
        notebook.poison = ""
        wait_for(lambda: modem.unprocessed() == 0, "the third")

    assert sorted(one.body for one in notebook.texts) == sorted(["路灯不亮", "毒", "水管漏水"])


def test_a_segment_whose_others_never_came_is_a_segment(modem: Modem) -> None:
    notebook = Notebook()
    modem.receives(CITIZEN, "路灯", header=b"\x06\x08\x04\x12\x34\x02\x02")
    with running(modem_settings(modem), notebook):
        wait_for(lambda: bool(notebook.texts), "the daemon's patience to end")

    assert [(one.body, one.part) for one in notebook.texts] == [("路灯", Part(0x1234, 2, 2))]


def test_a_table_made_anew_counts_from_one_and_loses_no_text(modem: Modem) -> None:
    notebook = Notebook()
    with running(modem_settings(modem), notebook):
        for body in ("路灯不亮", "水管漏水"):
            modem.receives(CITIZEN, body)
            wait_for(lambda: modem.on_the_sim() + modem.unprocessed() == 0, "the text")
            with modem.tables() as tables:
                tables.execute("DELETE FROM inbox")
                tables.execute("DELETE FROM sqlite_sequence")

    assert len({one.key for one in notebook.texts}) == 2


def test_a_text_that_a_dying_daemon_left_on_the_sim_is_known_again(modem: Modem) -> None:
    notebook = Notebook()
    with running(modem_settings(modem), notebook):
        for _ in range(2):
            modem.receives(CITIZEN, "路灯不亮")
            wait_for(lambda: modem.on_the_sim() + modem.unprocessed() == 0, "the text")

    assert [one.body for one in notebook.texts] == ["路灯不亮"] * 2
    assert len({one.key for one in notebook.texts}) == 1


@pytest.mark.parametrize(
    ("coding", "text", "decoded", "words"),
    [
        ("8bit", "616263FF", "", "abcÿ"),
        ("Unicode_No_Compression", "8DEFD83D", "", "路\ufffd"),
        ("Unicode_No_Compression", "8DEF0000706F", "", "路\ufffd灯"),
        ("Default_No_Compression", "", "路灯", "路灯"),
        ("Default_No_Compression", "no octets", "路灯", "路灯"),
    ],
)
def test_rows_of_any_kind_are_read(modem: Modem, coding: str, text: str, decoded: str, words: str) -> None:
    notebook = Notebook()
    with running(modem_settings(modem), notebook):
        insert_inbox(modem, coding, text, decoded)
        wait_for(lambda: modem.unprocessed() == 0, "the row")

    assert [one.body for one in notebook.texts] == [words]


def test_what_the_network_says_of_its_own_accord_is_no_text(modem: Modem) -> None:
    notebook = Notebook()
    with running(modem_settings(modem), notebook):
        insert_inbox(modem, "8bit", "", "balance: 12.30", of_class=127)
        wait_for(lambda: modem.unprocessed() == 0, "the row")

    assert notebook.texts == []


def test_each_of_two_modems_has_its_own_texts(modem: Modem) -> None:
    notebook = Notebook()
    with running(modem_settings(modem, phone_id="hall"), notebook) as gateway:
        insert_inbox(modem, "8bit", "", "other", recipient="annex")
        insert_inbox(modem, "8bit", "", "ours", recipient="hall")
        wait_for(lambda: bool(notebook.texts), "the row")
        wait_for(lambda: gateway.trouble == "gammu-smsd has never written to phones", "the reason")

    assert [one.body for one in notebook.texts] == ["ours"]
    assert modem.unprocessed() == 1


def insert_inbox(
    modem: Modem, coding: str, text: str, decoded: str, *, of_class: int = -1, recipient: str = ""
) -> None:
    with modem.tables() as tables:
        tables.execute(
            "INSERT INTO inbox (SenderNumber, RecipientID, Text, TextDecoded, UDH, Coding, Class)"
            " VALUES (?, ?, ?, ?, '', ?, ?)",
            (CITIZEN, recipient, text, decoded, coding, of_class),
        )


# ---- the tables


def test_a_file_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    with running(ModemSettings(str(tmp_path / "nowhere.db"), OFFICE, poll_seconds=0.05)) as gateway:
        wait_for(lambda: gateway.trouble == "unable to open database file", "the reason")
        with pytest.raises(CarrierError, match="unable to open database file"):
            gateway.submit(outgoing())

    assert list(tmp_path.iterdir()) == []


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_the_tables_may_be_in_postgresql(tmp_path: Path, spare_database: str) -> None:
    notebook = Notebook()
    modem = Modem(tmp_path, spare_database)
    modem.start()
    try:
        with running(modem_settings(modem), notebook) as gateway:
            modem.receives(CITIZEN, "路灯不亮")
            outcome = up(gateway).submit(outgoing(body=LONG))
            again = gateway.submit(outgoing(body=LONG))
            wait_for(lambda: bool(notebook.texts), "the text")
            with psycopg.connect(spare_database) as database:
                database.execute(
                    """UPDATE sentitems SET "Status" = 'DeliveryOK', "DeliveryDateTime" = LOCALTIMESTAMP"""
                )
            wait_for(lambda: len(notebook.receipts) == 3, "the reports")
            fate = gateway.query("text-1")
    finally:
        modem.kill()

    assert isinstance(outcome, Accepted)
    assert (outcome, fate) == (again, Fate.DELIVERED)
    assert {one.gateway_id for one in notebook.receipts} == set(outcome.ids)
    assert [one.body for one in notebook.texts] == ["路灯不亮"]


@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"database": ""}, "database is missing"),
        ({"number": ""}, "number is missing"),
        ({"window": 0}, "window is at least 1"),
        ({"poll_seconds": 0}, "poll_seconds is more than 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], cure: str) -> None:
    chosen: dict[str, Any] = {"database": "smsd.db", "number": OFFICE} | changes
    with pytest.raises(WrongSetting, match=cure):
        ModemSettings(**chosen)
