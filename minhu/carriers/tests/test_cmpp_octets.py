"""CMPP's octets without a connection: published examples, an independent writer and reader, Wireshark, and noise."""

from __future__ import annotations

import json
import struct
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.carriers.cmpp import CmppSettings, CmppVersion, pdus, reports
from minhu.carriers.cmpp.dialect import CmppReader
from minhu.carriers.cmpp.pdus import Pdu, Submit, take_pdus
from minhu.carriers.errors import WrongSetting
from minhu.carriers.links import BrokenStream
from minhu.carriers.text import Fate, Inbound, Part, Receipt
from tests.peers.ismg import Ismg
from tests.peers.smsc import Journal, Text

ACCOUNT, SECRET = "900001", "888888"
STAMP = 1021080510
VERSIONS = list(CmppVersion)
DIGITS = st.text("0123456789", min_size=1, max_size=21)
MSG_LEVEL, VALID_TIME = slice(23, 24), {CmppVersion.V2: slice(73, 90), CmppVersion.V3: slice(85, 102)}
"""Where a SUBMIT has what we leave to the ISMG."""


def settings(version: CmppVersion = CmppVersion.V2, **changes: Any) -> CmppSettings:
    return CmppSettings("ismg.example", 7890, ACCOUNT, SECRET, "900001", version=version, **changes)


def published() -> dict[str, bytes]:
    lines = (Path(__file__).parent / "data/cmpp.txt").read_text().splitlines()
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        if line.startswith("#"):
            continue
        if set(line) <= set("0123456789abcdef "):
            found[name] += line
        else:
            name = line
            found[name] = ""
    return {name: bytes.fromhex(octets) for name, octets in found.items()}


PUBLISHED = published()


def body(name: str) -> bytes:
    octets = PUBLISHED[name]
    assert len(octets) == int.from_bytes(octets[:4], "big")
    return octets[12:]


# ---- published examples


def test_the_published_connect_is_made() -> None:
    assert pdus.connect(0x17, settings(), STAMP, version=0x21) == PUBLISHED["connect"]


@pytest.mark.parametrize(("version", "octet"), [(CmppVersion.V2, 0x21), (CmppVersion.V3, 0x30)])
def test_the_published_answer_to_connect_is_read_and_proves_the_secret(version: CmppVersion, octet: int) -> None:
    answer = body(f"connect answer {version}")
    proof = pdus.proof_of(ACCOUNT, SECRET, STAMP)

    assert (pdus.read_connect_answer(version, answer).status, answer[-1]) == (0, octet)
    assert pdus.ismg_knows_secret(answer, version, proof, SECRET)
    assert not pdus.ismg_knows_secret(answer, version, proof, "888889")


@pytest.mark.parametrize("version", VERSIONS)
def test_the_published_submit_is_made(version: CmppVersion) -> None:
    chosen = settings(version, service_id="test", fee_terminal="13500002696", fee_type="02", fee_code="10")
    text = Submit("900001", "13500002696", "测试gocmpp submit".encode("utf-16-be"), 8)
    expected = bytearray(PUBLISHED[f"submit {version}"])
    expected[MSG_LEVEL], expected[VALID_TIME[version]] = bytes(1), bytes(17)

    assert pdus.submit(0x17, text, chosen) == bytes(expected)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_published_answer_to_submit_is_read(version: CmppVersion) -> None:
    assert pdus.read_submit_answer(version, body(f"submit answer {version}")) == (0xB2B9DA8000010000, 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_published_text_is_read_and_answered(version: CmppVersion) -> None:
    (pdu,) = take_pdus(bytearray(PUBLISHED[f"deliver {version}"]))
    read = pdus.read_delivery(version, pdu.body)

    assert (read.recipient, read.sender, read.octets) == ("900001", "13412340000", b"This is a test MO.")
    assert (read.report, read.part) == (None, None)
    assert pdus.deliver_answer(version, pdu.sequence, read.msg_id, 0) == PUBLISHED[f"deliver answer {version}"]


def test_the_published_report_is_read() -> None:
    content = PUBLISHED["report 2.0"]
    head = body("deliver 2.0")[:63]
    delivery = pdus.read_delivery(CmppVersion.V2, head + bytes((1, len(content))) + content)

    assert delivery.report == pdus.Report(0xB4C5530000010000, "DELIVRD")


def test_a_msg_id_is_written_as_carriers_write_it() -> None:
    fields = ((4, 11), (5, 25), (5, 9), (6, 30), (6, 59), (22, 125_001), (16, 42))
    msg_id = 0
    for bits, value in fields:
        msg_id = msg_id << bits | value

    assert pdus.msg_id_text(msg_id) == "1125093059" + "0125001" + "00042"


# ---- against the tables of the specification, written by somebody else


@pytest.fixture(scope="module", params=VERSIONS)
def ismg(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ismg:
    journal = Journal(tmp_path_factory.mktemp("ismg") / "journal")
    return Ismg(journal, request.param.value, ACCOUNT, SECRET)


def version_of(ismg: Ismg) -> CmppVersion:
    return CmppVersion("3.0" if len(ismg.deliver(Text(1, "1", "1", ""))) > 90 else "2.0")


@hypothesis.settings(deadline=None)
@given(src_id=DIGITS, recipient=DIGITS, octets=st.binary(max_size=159), fmt=st.integers(0, 255), udhi=st.booleans())
def test_a_submit_says_what_we_said(
    ismg: Ismg, src_id: str, recipient: str, octets: bytes, fmt: int, udhi: bool
) -> None:
    text = Submit(src_id, recipient, octets, fmt, udhi, number=2, total=3)
    read = ismg.read_submit(pdus.submit(1, text, settings(version_of(ismg), service_id="HELP"))[12:])

    assert (read["src_id"], read["recipients"], read["octets"]) == (src_id, [recipient], octets.hex())
    assert (read["msg_fmt"], read["tp_udhi"]) == (fmt, udhi)
    assert (read["pk_number"], read["pk_total"], read["registered_delivery"]) == (2, 3, 1)
    assert (read["service_id"], read["msg_src"], read["fee_user_type"]) == ("HELP", ACCOUNT, 2)


@hypothesis.settings(deadline=None)
@given(sender=DIGITS, recipient=DIGITS, octets=st.binary(max_size=140), fmt=st.integers(0, 255))
def test_a_text_is_read_as_it_was_delivered(ismg: Ismg, sender: str, recipient: str, octets: bytes, fmt: int) -> None:
    read = pdus.read_delivery(version_of(ismg), ismg.deliver(Text(7, sender, recipient, octets.hex(), fmt)))

    assert (read.sender, read.recipient, read.octets, read.msg_fmt) == (sender, recipient, octets, fmt)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (b"\x05\x00\x03\x07\x03\x02", Part(7, 2, 3)),
        (b"\x06\x08\x04\x12\x34\x03\x02", Part(0x1234, 2, 3)),
        (b"\x08\x24\x01\x01\x00\x03\x07\x03\x02", Part(7, 2, 3)),
        (b"\x05\x00\x03\x07\x01\x01", None),
        (b"\x05\x00\x03\x07\x03\x04", None),
    ],
)
def test_a_segment_is_told_by_its_header(ismg: Ismg, header: bytes, part: Part | None) -> None:
    text = Text(1, "139", "106", (header + "路灯".encode("utf-16-be")).hex(), esm_class=0x40)
    read = pdus.read_delivery(version_of(ismg), ismg.deliver(text))

    assert (read.part, read.octets.decode("utf-16-be")) == (part, "路灯")


@pytest.mark.parametrize(
    ("stat", "fate"),
    [
        ("DELIVRD", Fate.DELIVERED),
        ("ACCEPTD", Fate.PENDING),
        ("UNKNOWN", Fate.PENDING),
        ("", Fate.PENDING),
        ("EXPIRED", Fate.FAILED),
        ("DELETED", Fate.FAILED),
        ("UNDELIV", Fate.FAILED),
        ("REJECTD", Fate.FAILED),
        ("MK:0001", Fate.FAILED),
        ("DB:0141", Fate.FAILED),
    ],
)
def test_each_status_has_a_meaning(stat: str, fate: Fate) -> None:
    assert reports.fate(stat) is fate


# ---- Wireshark, which knows 3.0


def test_wireshark_reads_every_pdu_of_ours_as_we_meant_it(tmp_path: Path, tshark: str) -> None:
    three = settings(CmppVersion.V3, service_id="HELP", fee_terminal="10639001")
    version = three.version
    seen = dissected(
        tshark,
        tmp_path,
        pdus.connect(1, three, STAMP),
        pdus.submit(2, Submit("90000112", "13500002696", b"\5\0\3\7\2\1" + b"\x8d\xef", 8, True, 1, 2), three),
        pdus.deliver_answer(version, 3, 0xB4C5530000010000, 9),
        pdus.active_test(4),
        pdus.active_test_answer(5),
        pdus.terminate(6),
        pdus.terminate_answer(7),
        pdus.query(8, "20261125", "HELP"),
        pdus.cancel(9, 12),
    )

    kinds = [int(one["cmpp.Command_Id"], 16) for one in seen]
    assert kinds == [1, 4, 0x80000005, 8, 0x80000008, 2, 0x80000002, 6, 7]
    assert [one["cmpp.Sequence_Id"] for one in seen] == [str(number) for number in range(1, 10)]
    connect, submit, answer, *_ = seen
    assert fields(connect, "connect.Source_Addr", "connect.Timestamp", "Version") == [
        ACCOUNT,
        "10/21 08:05:10",
        "03.00",
    ]
    assert fields(submit, "submit.Pk_total", "submit.Pk_number", "submit.Registered_Delivery", "Servicd_Id") == [
        "2",
        "1",
        "1",
        "HELP",
    ]
    assert fields(submit, "submit.Fee_UserType", "submit.Fee_terminal_Id", "submit.FeeType", "submit.FeeCode") == [
        "2",
        "10639001",
        "01",
        "0",
    ]
    assert fields(submit, "TP_udhi", "Msg_Fmt", "submit.Msg_src", "submit.Src_Id", "submit.DestUsr_tl") == [
        "1",
        "8",
        ACCOUNT,
        "90000112",
        "1",
    ]
    assert fields(submit, "Dest_terminal_Id", "submit.Dest_terminal_type", "Msg_Length", "LinkID") == [
        "13500002696",
        "0",
        "8",
        "",
    ]
    assert fields(answer, "Msg_Id", "deliver_resp.Result") == ["0xb4c5530000010000", "9"]
    assert fields(answer["cmpp.Msg_Id_tree"], "Msg_Id.timestamp") == ["11/09 17:21:12"]


def fields(seen: dict[str, Any], *names: str) -> list[str]:
    return [seen[f"cmpp.{name}"] for name in names]


def dissected(tshark: str, folder: Path, *octets: bytes) -> list[dict[str, Any]]:
    """What tshark reads in PDUs, one a packet of one TCP connection."""
    capture = folder / "cmpp.pcap"
    written = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    at = 1
    for number, pdu in enumerate(octets):
        tcp = struct.pack("!HHIIBBHHH", 40000, 7890, at, 1, 0x50, 0x18, 65535, 0, 0)
        home = bytes((127, 0, 0, 1))
        packet = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(pdu), number, 0, 64, 6, 0, home, home) + tcp + pdu
        written += struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet
        at += len(pdu)
    capture.write_bytes(written)
    command = [tshark, "-r", str(capture), "-d", "tcp.port==7890,cmpp", "-T", "json", "-J", "cmpp"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return [packet["_source"]["layers"]["cmpp"] for packet in json.loads(done.stdout)]


# ---- noise


@pytest.mark.parametrize("version", VERSIONS)
@given(octets=st.binary(max_size=300))
def test_no_octets_however_broken_stop_the_reader(version: CmppVersion, octets: bytes) -> None:
    reader = CmppReader("cmpp", settings(version), lambda: datetime(2026, 11, 25, tzinfo=UTC))
    read = reader.read(Pdu(5, 1, octets))

    if isinstance(read, Inbound):
        assert "\0" not in read.body
        read.body.encode()
    else:
        assert [type(one) for one in read] == [Receipt]
    pdus.read_connect_answer(version, octets)
    pdus.read_submit_answer(version, octets)
    pdus.read_figures(octets)
    pdus.read_cancel_answer(version, octets)


@given(st.lists(st.binary(max_size=30), max_size=6), st.data())
def test_pdus_are_found_wherever_the_network_cuts_them(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pdus.HEADER.pack(12 + len(body), 5, number) + body for number, body in enumerate(bodies))
    buffer = bytearray()
    found: list[Pdu] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        buffer += stream[:cut]
        stream = stream[cut:]
        found.extend(take_pdus(buffer))

    assert [(one.sequence, one.body) for one in found] == list(enumerate(bodies))
    assert not buffer


@pytest.mark.parametrize("start", [b"HTTP/1.1 400 ", bytes(12), b"\xff" * 12])
def test_noise_is_told_from_pdus(start: bytes) -> None:
    with pytest.raises(BrokenStream):
        list(take_pdus(bytearray(start)))


# ---- keys and settings


def read_text(at: datetime, **changes: Any) -> Inbound:
    month = changes.pop("month", at.month)
    head = {"msg_id": (month << 60 | 0xABC).to_bytes(8, "big"), "content": b"hello", "sender": b"139"} | changes
    octets = head["msg_id"] + b"106".ljust(21, b"\0") + bytes(13) + head["sender"].ljust(21, b"\0") + b"\0"
    octets += bytes((len(head["content"]),)) + head["content"] + bytes(8)
    read = CmppReader("cmpp", settings(), lambda: at).read(Pdu(5, 1, octets))
    assert isinstance(read, Inbound)
    return read


def test_a_text_that_comes_again_after_new_year_is_known_again() -> None:
    before = read_text(datetime(2026, 12, 31, 15, 59, tzinfo=UTC), month=12)
    after = read_text(datetime(2026, 12, 31, 16, 1, tzinfo=UTC), month=12)  # the new year has begun in China

    assert before.key == after.key
    assert before.key.startswith("202612")


def test_the_same_msg_id_a_year_later_is_another_text() -> None:
    assert read_text(datetime(2026, 5, 1, tzinfo=UTC)).key != read_text(datetime(2027, 5, 1, tzinfo=UTC)).key


def test_an_ismg_that_numbers_every_text_zero_loses_none() -> None:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    texts = [(b"hello", b"139"), (b"hello", b"138"), (b"hallo", b"139")]
    keys = {read_text(at, msg_id=bytes(8), content=content, sender=sender).key for content, sender in texts}

    assert len(keys) == 3


@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"source_addr": "90001"}, "source_addr is six ASCII characters"),
        ({"service_id": "x" * 11}, "service_id is at most 10 ASCII characters"),
        ({"fee_code": "一分"}, "fee_code is at most 6 ASCII characters"),
        ({"secret": "密码"}, "secret is ASCII"),
        ({"code": ""}, "code is missing"),
        ({"code": "+106"}, "code is at most 21 digits"),
        ({"fee_user_type": 4}, "fee_user_type is 0, 1, 2 or 3"),
        ({"window": 0}, "window is at least 1"),
        ({"recipient_prefix": "+86"}, 'recipient_prefix is "" or "86"'),
        ({"extensions": {"+8655812345601": "0" * 20}}, "extensions are digits, with the code at most 21"),
        ({"extensions": {"a": "01", "b": "01"}}, "extensions give the same digits to two lines"),
        ({"tls_authority": "/nowhere.pem"}, "tls_authority is not a file"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_anything_is_connected(changes: dict[str, Any], cure: str) -> None:
    chosen: dict[str, Any] = {"source_addr": ACCOUNT, "secret": SECRET, "code": "10639001"} | changes
    with pytest.raises(WrongSetting, match=cure):
        CmppSettings("ismg.example", 7890, **chosen)
