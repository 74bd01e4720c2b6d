"""What is particular to Kannel: its messages, against its own packer, and its bearerbox against the SMSC of others."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.carriers.errors import WrongSetting
from minhu.carriers.kannel import KannelGateway, KannelSettings, pdus
from minhu.carriers.kannel.dialect import KannelReader
from minhu.carriers.kannel.pdus import Ack, Admin, Heartbeat, Message, Nack, Sms, take_messages
from minhu.carriers.links import BrokenStream
from minhu.carriers.tests.more_text_worlds import kannel_settings
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, Notebook, joined, wait_for
from minhu.carriers.text import Accepted, Fate, Inbound, Outgoing, Receipt, Rejected
from minhu.rules.reassembly import Held, reassemble
from tests.peers.kannel import Bearerbox
from tests.peers.smsc_handle import Smsc, parts_of, text

LONG = "新华路公交站的站牌被大风吹倒，" * 12
TEST_MSG = bytes.fromhex(
    "00000002 00000003 313233 00000003 343536 ffffffff 0000000c 68656c6c6f2c20776f726c64 ffffffff ffffffff ffffffff"
    "ffffffff ffffffff ffffffff 00000024 39303631636638372d386265372d346365352d383535662d666235373963363939313235"
    + "ffffffff"
    * 20
)
"""What ``test_msg`` of Debian's kannel-extras 1.4.5 packs."""


@pytest.fixture
def bearerbox(tmp_path: Path, smsc: Smsc) -> Iterator[Bearerbox]:
    with Bearerbox(tmp_path, smsc.port) as running:
        smsc.until("bound", 1)
        yield running


@contextlib.contextmanager
def running(chosen: KannelSettings, notebook: Notebook | None = None) -> Iterator[KannelGateway]:
    gateway = KannelGateway("kannel", chosen)
    gateway.start(notebook or Notebook())
    try:
        yield gateway
    finally:
        gateway.stop()


def up(gateway: KannelGateway) -> KannelGateway:
    wait_for(gateway.up, "the link")
    return gateway


def outgoing(body: str = "会后回电", recipient: str = CITIZEN, *, text_id: str = "text-1") -> Outgoing:
    return Outgoing(text_id, OFFICE, recipient, body)


# ---- octets


def test_a_message_is_packed_as_kannel_packs_it() -> None:
    message = Sms(sender=b"123", receiver=b"456", msgdata=b"hello, world", id=b"9061cf87-8be7-4ce5-855f-fb579c699125")

    assert pdus.pack(message) == struct.pack("!i", len(TEST_MSG)) + TEST_MSG
    assert list(take_messages(bytearray(pdus.pack(message)))) == [message]


WORDS = st.none() | st.binary(max_size=40)
NUMBERS = st.integers(-1, 2**31 - 1)
MESSAGES = st.one_of(
    st.builds(Heartbeat, NUMBERS),
    st.builds(Admin, NUMBERS, WORDS),
    st.builds(Ack, NUMBERS, NUMBERS, WORDS),
    st.builds(Sms, sender=WORDS, udhdata=WORDS, msgdata=WORDS, time=NUMBERS, id=WORDS, dlr_url=WORDS, meta_data=WORDS),
)


@given(st.lists(MESSAGES, max_size=5), st.data())
def test_messages_are_found_wherever_the_network_cuts_them(sent: list[Message], data: st.DataObject) -> None:
    stream = b"".join(pdus.pack(message) for message in sent)
    buffer = bytearray()
    found: list[Message] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        buffer += stream[:cut]
        stream = stream[cut:]
        found.extend(take_messages(buffer))

    assert found == sent
    assert not buffer


@given(st.integers(0, 5), st.binary(max_size=300))
def test_no_octets_however_broken_stop_the_reader(kind: int, octets: bytes) -> None:
    body = struct.pack("!i", kind) + octets
    reader = KannelReader("kannel", lambda: datetime(2026, 11, 25, tzinfo=UTC))
    for message in take_messages(bytearray(struct.pack("!i", len(body)) + body)):
        if isinstance(message, Sms):
            read = reader.read(message)
            if isinstance(read, Inbound):
                assert "\0" not in read.body
                read.body.encode()


@pytest.mark.parametrize("start", [b"HTTP/1.1", bytes(8), b"\xff" * 8])
def test_noise_is_told_from_messages(start: bytes) -> None:
    with pytest.raises(BrokenStream):
        list(take_messages(bytearray(start)))


@pytest.mark.parametrize(
    ("mask", "words", "fate", "code"),
    [
        (1, b"id:1 stat:DELIVRD err:000", Fate.DELIVERED, ""),
        (2, b"id:1 stat:EXPIRED err:012", Fate.FAILED, "EXPIRED 012"),
        (16, b"NACK/refused", Fate.FAILED, ""),
        (4, b"", Fate.PENDING, ""),
        (8, b"ACK/", Fate.PENDING, ""),
    ],
)
def test_each_report_has_a_meaning(mask: int, words: bytes, fate: Fate, code: str) -> None:
    report = Sms(sms_type=3, dlr_mask=mask, dlr_url=b"id-1", msgdata=words)
    reader = KannelReader("kannel", lambda: datetime(2026, 11, 25, tzinfo=UTC))

    assert reader.read(report) == [Receipt("kannel", "id-1", fate, code)]
    assert reader.read(Sms(sms_type=3, dlr_mask=mask)) == []


@pytest.mark.parametrize(
    ("coding", "octets", "words"),
    [(0, "路@$_é".encode(), "路@$_é"), (1, b"\xe9\x00", "é\ufffd"), (2, "路灯".encode("utf-16-be"), "路灯")],
)
def test_letters_are_read_in_the_coding_they_came_in(coding: int, octets: bytes, words: str) -> None:
    reader = KannelReader("kannel", lambda: datetime(2026, 11, 25, tzinfo=UTC))
    read = reader.read(Sms(sms_type=0, coding=coding, msgdata=octets))

    assert isinstance(read, Inbound)
    assert read.body == words


# ---- the real bearerbox


@pytest.mark.parametrize(("recipient", "read"), [("10639001", "10639001"), ("8655812345601", "+8655812345601")])
def test_a_short_code_is_read_without_the_plus_that_kannel_gives_it(
    bearerbox: Bearerbox, smsc: Smsc, recipient: str, read: str
) -> None:
    notebook = Notebook()
    with running(kannel_settings(bearerbox.port), notebook):
        smsc.inject(text("8613900000001", recipient, "路灯不亮"))
        wait_for(lambda: bool(notebook.texts), "the text")

    assert [(one.recipient, one.body) for one in notebook.texts] == [(read, "路灯不亮")]


def test_a_named_box_gets_what_is_routed_to_it_and_the_receipts_of_its_texts(tmp_path: Path, smsc: Smsc) -> None:
    notebook = Notebook()
    route = "group = smsbox-route\nsmsbox-id = minhu\nsmsc-id = carrier\n"
    smsc.manners(receipts="late")
    with (
        Bearerbox(tmp_path, smsc.port, route) as bearerbox,
        running(kannel_settings(bearerbox.port, box_id="minhu", smsc_id="carrier"), notebook) as gateway,
    ):
        smsc.until("bound", 1)
        outcome = up(gateway).submit(outgoing())
        wait_for(bearerbox.spool_is_empty, "Kannel to pass it on")
        smsc.send_receipts()
        smsc.inject(text("8613900000001", OFFICE, "路灯不亮"))
        wait_for(lambda: bool(notebook.receipts), "the receipt")
        wait_for(lambda: bool(notebook.texts), "the text")

    assert isinstance(outcome, Accepted)
    assert [(one.gateway_id, one.fate) for one in notebook.receipts] == [(outcome.ids[0], Fate.DELIVERED)]


def test_a_text_that_no_connection_takes_is_refused(bearerbox: Bearerbox) -> None:
    with running(kannel_settings(bearerbox.port, smsc_id="nobody")) as gateway:
        refused = up(gateway).submit(outgoing())

    assert refused == Rejected(f"Kannel nack {Nack.FAILED.value}", retryable=False)


@pytest.mark.parametrize("wide", [True, False])
def test_long_texts_go_both_ways_in_segments(bearerbox: Bearerbox, smsc: Smsc, wide: bool) -> None:
    notebook = Notebook()
    parts = parts_of("8613900000001", OFFICE, [LONG[:60], LONG[60:120], LONG[120:]])
    random.Random(3).shuffle(parts)
    with running(kannel_settings(bearerbox.port, wide_reference=wide), notebook) as gateway:
        assert isinstance(up(gateway).submit(outgoing(LONG)), Accepted)
        smsc.inject(*parts)
        wait_for(lambda: len(notebook.texts) == 3, "the segments")
        smsc.until("submitted", 3)

    held = [Held(row, one) for row, one in enumerate(notebook.texts)]
    assert [whole.body for whole in reassemble(held, at=datetime.now(UTC)).wholes] == [LONG]
    assert smsc.submitted()[0].octets[:3].hex() == ("060804" if wide else "050003")
    assert wide or joined(smsc.submitted()) == [LONG]


def test_what_bearerbox_has_in_its_spool_outlives_its_death(bearerbox: Bearerbox, smsc: Smsc) -> None:
    notebook = Notebook()
    notebook.fails = 1_000_000
    with running(kannel_settings(bearerbox.port), notebook) as gateway:
        up(gateway)
        smsc.inject(text("8613900000001", OFFICE, "路灯不亮"))
        wait_for(lambda: notebook.failed > 0, "the first try")
        bearerbox.kill()
        notebook.fails = 0
        bearerbox.start()
        wait_for(lambda: bool(notebook.texts), "the text")

    assert [one.body for one in notebook.texts] == ["路灯不亮"]


def test_a_store_that_refuses_is_not_asked_without_a_pause(bearerbox: Bearerbox, smsc: Smsc) -> None:
    notebook = Notebook()
    notebook.fails = 5
    begun = time.monotonic()
    with running(kannel_settings(bearerbox.port), notebook) as gateway:
        up(gateway)
        smsc.inject(text("8613900000001", OFFICE, "路灯不亮"))
        wait_for(lambda: bool(notebook.texts), "the text")

    assert time.monotonic() - begun > 0.5


@pytest.mark.parametrize("recipient", ["", "市长", "139-0000-0001"])
def test_what_cannot_be_sent_is_refused_here(bearerbox: Bearerbox, recipient: str) -> None:
    with running(kannel_settings(bearerbox.port)) as gateway:
        assert up(gateway).submit(outgoing(recipient=recipient)) == Rejected("bad-number", retryable=False)
        assert gateway.submit(outgoing("诉" * 20_000)) == Rejected("too-long", retryable=False)


# ---- the life of a link


def test_a_silent_link_hears_from_us_and_a_shutdown_is_heeded() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        port: int = listener.getsockname()[1]
        with running(kannel_settings(port, enquire_seconds=0.05)) as gateway:
            bearerbox, _ = listener.accept()
            with bearerbox:
                stream = bearerbox.makefile("rb")
                identified = stream.read(4 + 12)
                heartbeat = stream.read(4 + 8)
                bearerbox.sendall(pdus.pack(Admin(0)))
                wait_for(lambda: gateway.trouble == "bearerbox is shutting down", "the reason")

    assert identified == struct.pack("!iiii", 12, 1, 3, -1)
    assert heartbeat == struct.pack("!iii", 8, 0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_noise_ends_the_connection_and_a_new_one_is_made(seed: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        with running(kannel_settings(listener.getsockname()[1])):
            for _ in range(2):
                bearerbox, _ = listener.accept()
                with bearerbox, contextlib.suppress(OSError):
                    bearerbox.sendall(b"\xff" + random.Random(seed).randbytes(50_000))


@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"host": ""}, "host is missing"),
        ({"box_id": "民呼"}, "box_id is ASCII"),
        ({"window": 0}, "window is at least 1"),
        ({"tls_authority": "/nowhere.pem"}, "tls_authority is not a file"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], cure: str) -> None:
    with pytest.raises(WrongSetting, match=cure):
        KannelSettings(**{"host": "127.0.0.1"} | changes)
