"""What is particular to CMPP, against an ISMG in its own process, and against a socket that says what no ISMG says."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from minhu.carriers.cmpp import CmppGateway, CmppSettings, CmppVersion
from minhu.carriers.errors import CarrierError
from minhu.carriers.tests.more_text_worlds import cmpp_settings
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, Notebook, joined, wait_for
from minhu.carriers.text import Accepted, Fate, Outgoing, Receipt, Rejected, Unknown
from minhu.rules.reassembly import Held, reassemble
from tests.peers.ismg_handle import Ismg
from tests.peers.smsc_handle import text

LINE = "+8655812345601"
LONG = "新华路公交站的站牌被大风吹倒，" * 12


@pytest.fixture(params=list(CmppVersion))
def version(request: pytest.FixtureRequest) -> CmppVersion:
    chosen: CmppVersion = request.param
    return chosen


@pytest.fixture
def ismg(version: CmppVersion, tmp_path: Path) -> Iterator[Ismg]:
    with Ismg(tmp_path, version=version) as running:
        yield running


def settings(ismg: Ismg, **changes: Any) -> CmppSettings:
    return cmpp_settings(ismg.port, version=CmppVersion(ismg.version), **changes)


@contextlib.contextmanager
def running(chosen: CmppSettings, notebook: Notebook | None = None) -> Iterator[CmppGateway]:
    gateway = CmppGateway("cmpp", chosen)
    gateway.start(notebook or Notebook())
    try:
        yield gateway
    finally:
        gateway.stop()


def up(gateway: CmppGateway) -> CmppGateway:
    wait_for(gateway.up, "the link")
    return gateway


def outgoing(body: str = "会后回电", recipient: str = CITIZEN, sender: str = OFFICE) -> Outgoing:
    return Outgoing("text-1", sender, recipient, body)


# ---- both ways


def test_a_line_has_its_own_digits_behind_the_code(ismg: Ismg) -> None:
    notebook = Notebook()
    with running(settings(ismg, extensions={LINE: "12"}), notebook) as gateway:
        up(gateway).submit(outgoing(sender=LINE))
        gateway.submit(outgoing(sender="+8655800000000"))
        ismg.inject(text("13900000001", OFFICE + "12", "路灯不亮"), text("13900000001", OFFICE + "99", "水管漏水"))
        ismg.until("acked", 2)

    assert [one["src_id"] for one in ismg.submits()] == [OFFICE + "12", OFFICE]
    assert {one.body: one.recipient for one in notebook.texts} == {"路灯不亮": LINE, "水管漏水": OFFICE + "99"}


@pytest.mark.parametrize(
    ("prefix", "number", "written"),
    [
        ("", "+8613900000001", "13900000001"),
        ("86", "13900000001", "8613900000001"),
        ("", "8613900000001", "13900000001"),
    ],
)
def test_a_mobile_number_is_written_as_the_carrier_wants_it(ismg: Ismg, prefix: str, number: str, written: str) -> None:
    with running(settings(ismg, recipient_prefix=prefix)) as gateway:
        assert isinstance(up(gateway).submit(outgoing(recipient=number)), Accepted)

    assert [one["recipients"] for one in ismg.submits()] == [[written]]


@pytest.mark.parametrize("number", ["+85291234567", "+8655812345601", "12345"])
def test_a_number_that_the_carrier_does_not_carry_is_refused_here(ismg: Ismg, number: str) -> None:
    with running(settings(ismg)) as gateway:
        assert up(gateway).submit(outgoing(recipient=number)) == Rejected("bad-number", retryable=False)
        assert gateway.submit(outgoing("诉" * 20_000)) == Rejected("too-long", retryable=False)

    assert ismg.figures()["submitted"] == 0


def test_a_long_text_says_where_its_segments_belong(ismg: Ismg) -> None:
    with running(settings(ismg, wide_reference=True)) as gateway:
        outcome = up(gateway).submit(outgoing(LONG))
    first, second, third = ismg.submits()

    assert isinstance(outcome, Accepted)
    assert len(outcome.ids) == 3
    assert [(one["pk_number"], one["pk_total"], one["tp_udhi"]) for one in (first, second, third)] == [
        (1, 3, 1),
        (2, 3, 1),
        (3, 3, 1),
    ]
    assert first["octets"][:6] == "060804"


def test_letters_that_the_alphabets_write_alike_go_as_ascii_and_others_as_ucs2(ismg: Ismg) -> None:
    bodies = ["OK, 12:00", "a_b", "a@b", "$5", "[1]", "a" * 159, "a" * 160]
    with running(settings(ismg)) as gateway:
        for body in bodies:
            up(gateway).submit(outgoing(body))

    first = {one["octets"]: one["msg_fmt"] for one in ismg.submits()}
    assert list(first.values()) == [0, 8, 8, 8, 8, 0, 8, 8, 8]
    assert joined(ismg.submitted()) == bodies


@pytest.mark.parametrize(
    ("octets", "fmt", "words"),
    [
        ("路灯".encode("gbk"), 15, "路灯"),
        ("路灯".encode("gbk"), 0, "路灯"),
        ("路灯".encode("utf-16-be"), 8, "路灯"),
        (b"100$ @home", 0, "100$ @home"),
        ("路灯".encode("utf-16-be"), 0x18, "路灯"),
    ],
)
def test_a_citizen_s_words_are_read_in_the_alphabet_they_came_in(
    ismg: Ismg, octets: bytes, fmt: int, words: str
) -> None:
    notebook = Notebook()
    with running(settings(ismg), notebook):
        ismg.inject(text("13900000001", OFFICE, octets, data_coding=fmt))
        ismg.until("acked", 1)

    assert [one.body for one in notebook.texts] == [words]


def test_a_long_text_with_wide_headers_is_joined_in_any_order(ismg: Ismg) -> None:
    notebook = Notebook()
    bodies = [LONG[:66], LONG[66:132], LONG[132:]]
    parts = [
        text("13900000001", OFFICE, body, header=b"\x06\x08\x04\x12\x34" + bytes((3, number)))
        for number, body in enumerate(bodies, start=1)
    ]
    random.Random(3).shuffle(parts)
    with running(settings(ismg), notebook):
        ismg.inject(*parts)
        ismg.until("acked", 3)

    held = [Held(row, one) for row, one in enumerate(notebook.texts)]
    assert [whole.body for whole in reassemble(held, at=datetime.now(UTC)).wholes] == [LONG]


def test_octets_that_mean_nothing_are_stored_all_the_same(ismg: Ismg) -> None:
    notebook = Notebook()
    random_bytes = random.Random(5).randbytes
    junk = [
        text("139", OFFICE, random_bytes(number % 140), data_coding=number % 256, esm_class=0x40 * (number % 2))
        for number in range(300)
    ]
    with running(settings(ismg), notebook):
        ismg.inject(*junk)
        ismg.until("acked", 300)

    assert len(notebook.texts) == 300
    assert not any("\0" in one.body for one in notebook.texts)


def test_two_citizens_who_write_the_same_are_two_texts(ismg: Ismg) -> None:
    notebook = Notebook()
    with running(settings(ismg), notebook):
        ismg.inject(*[text("13900000001", OFFICE, "路灯不亮") for _ in range(3)])
        ismg.until("acked", 3)

    assert len({one.key for one in notebook.texts}) == 3


# ---- what the store refuses, what the ISMG refuses


def test_silence_too_makes_the_ismg_bring_a_text_again(ismg: Ismg) -> None:
    notebook = Notebook()
    notebook.fails = 2
    ismg.manners(answer_seconds=0.1)
    with running(settings(ismg, refuse_by_silence=True), notebook):
        ismg.inject(text("13900000001", OFFICE, "路灯不亮"))
        ismg.until("acked", 1)

    assert (notebook.failed, len(notebook.texts)) == (2, 1)
    assert ismg.figures()["refused"] == 2


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (8, Rejected("CMPP 8 flow control", retryable=True)),
        (13, Rejected("CMPP 13 recipient", retryable=False)),
        (44, Rejected("CMPP 44 other error", retryable=True)),
    ],
)
def test_a_refusal_says_whether_it_may_be_tried_again(ismg: Ismg, result: int, said: Rejected) -> None:
    ismg.manners(refuse_status=result, refuse_times=1)
    with running(settings(ismg, retryable_results=("8", "44"))) as gateway:
        assert up(gateway).submit(outgoing()) == said


def test_a_long_text_throttled_half_way_is_not_given_up(ismg: Ismg) -> None:
    ismg.manners(answers="delayed", delay_seconds=0.1)
    with running(settings(ismg)) as gateway, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(up(gateway).submit, outgoing(LONG))
        ismg.until("submitted", 1)
        ismg.manners(refuse_times=1)
        assert isinstance(sending.result(), Accepted)

    assert joined(ismg.submitted()) == [LONG]


def test_an_answer_that_breaks_off_leaves_the_text_unknown(ismg: Ismg) -> None:
    ismg.manners(cuts_answer=True)
    with running(settings(ismg)) as gateway:
        outcome = up(gateway).submit(outgoing())
        ismg.until("binds", 2)
        up(gateway).submit(outgoing("第二条"))

    assert isinstance(outcome, Unknown)
    assert joined(ismg.submitted()) == ["会后回电", "第二条"]


@pytest.mark.parametrize(
    ("stat", "fate"), [("EXPIRED", Fate.FAILED), ("MK:0001", Fate.FAILED), ("ACCEPTD", Fate.PENDING)]
)
def test_a_report_says_why_a_text_did_not_arrive(ismg: Ismg, stat: str, fate: Fate) -> None:
    notebook = Notebook()
    ismg.manners(receipts="after", stat=stat)
    with running(settings(ismg), notebook) as gateway:
        outcome = up(gateway).submit(outgoing())
        ismg.until("acked", 1)

    assert isinstance(outcome, Accepted)
    assert notebook.receipts == [Receipt("cmpp", outcome.ids[0], fate, stat)]


# ---- the life of a link


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"secret": "888889"}, "connect refused: 3 (secret)"),
        (
            {"source_addr": "900009"},
            "connect refused: 2 (source_addr not known, or our address not on the carrier's list)",
        ),
    ],
)
def test_the_operator_reads_why_he_is_not_let_in(ismg: Ismg, wrong: dict[str, Any], reason: str) -> None:
    chosen: dict[str, Any] = {"source_addr": "900001", "secret": "888888", "code": OFFICE, "version": ismg.version}
    with running(CmppSettings("127.0.0.1", ismg.port, **chosen | wrong)) as gateway:
        wait_for(lambda: gateway.trouble == reason, "the reason")
        with pytest.raises(CarrierError, match="connect refused"):
            gateway.submit(outgoing())


def test_an_ismg_of_the_older_version_says_so(tmp_path: Path) -> None:
    with Ismg(tmp_path, version="2.0") as ismg, running(cmpp_settings(ismg.port, version=CmppVersion.V3)) as gateway:
        wait_for(lambda: gateway.trouble == "connect refused: 4 (version too high)", "the reason")


def test_a_link_that_answers_no_active_test_is_given_up_after_the_third(ismg: Ismg) -> None:
    with running(settings(ismg, enquire_seconds=0.05, response_seconds=0.1, enquiries=3)) as gateway:
        up(gateway)
        ismg.manners(mute=True)
        ismg.until("binds", 2)
        ismg.manners(mute=False)
        up(gateway)


def test_what_the_carrier_counted_can_be_asked(ismg: Ismg) -> None:
    with running(settings(ismg)) as gateway:
        for _ in range(3):
            up(gateway).submit(outgoing())
        figures = gateway.figures(datetime.now(UTC).date())

    assert (figures.sent_texts, figures.sent, figures.failed) == (3, 3, 0)


# ---- a socket that says anything


class BareIsmg:
    """A loopback socket that lets us in, and then says exactly the octets it is told to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> BareIsmg:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()
        self._listener.close()

    def connected(self) -> BareIsmg:
        self.sock, _ = self._listener.accept()
        self.sock.settimeout(10)
        _, sequence, _ = self.take()
        self.say(0x80000001, sequence, bytes(18))
        return self

    def say(self, command: int, sequence: int, body: bytes = b"") -> None:
        self.sock.sendall(struct.pack("!III", 12 + len(body), command, sequence) + body)

    def take(self) -> tuple[int, int, bytes]:
        length, command, sequence = struct.unpack("!III", self._exactly(12))
        return command, sequence, self._exactly(length - 12)

    def _exactly(self, count: int) -> bytes:
        octets = b""
        while len(octets) < count:
            more = self.sock.recv(count - len(octets))
            if not more:
                raise ConnectionResetError
            octets += more
        return octets


@pytest.fixture
def bare() -> Iterator[BareIsmg]:
    with BareIsmg() as peer:
        yield peer


def test_questions_of_the_ismg_are_answered(bare: BareIsmg) -> None:
    with running(cmpp_settings(bare.port)) as gateway:
        up_with(bare, gateway)
        bare.say(8, 77)
        assert bare.take() == (0x80000008, 77, b"\0")
        bare.say(0x80000004, 4711, bytes(9))
        bare.say(0x0999, 78, b"a command of no version")
        bare.say(5, 79, b"cut short")
        assert bare.take()[:2] == (0x80000005, 79)
        bare.say(2, 80)
        assert bare.take() == (0x80000002, 80, b"")
        wait_for(lambda: gateway.trouble == "ended by the ISMG", "the end")


@pytest.mark.parametrize("seed", range(5))
def test_noise_ends_the_connection_and_a_new_one_is_made(bare: BareIsmg, seed: int) -> None:
    with running(cmpp_settings(bare.port)) as gateway:
        up_with(bare, gateway)
        with contextlib.suppress(OSError):
            bare.sock.sendall(random.Random(seed).randbytes(50_000))
        bare.sock.close()
        up_with(bare, gateway)
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(gateway.submit, outgoing())
            _, sequence, _ = bare.take()
            bare.say(0x80000004, sequence, bytes(9))
            assert isinstance(sending.result(), Accepted)


def test_stopping_takes_leave(bare: BareIsmg) -> None:
    with running(cmpp_settings(bare.port)) as gateway:
        up_with(bare, gateway)
        with ThreadPoolExecutor(1) as pool:
            stopping = pool.submit(gateway.stop)
            command, sequence, _ = bare.take()
            bare.say(0x80000002, sequence)
            stopping.result()

    assert command == 2


def up_with(bare: BareIsmg, gateway: CmppGateway) -> None:
    bare.connected()
    up(gateway)
