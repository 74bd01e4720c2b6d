"""Characters, octets and receipts of SMPP, without a connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.carriers.alphabet import GSM, UCS2, TooLong, decode, segments
from minhu.carriers.links import BrokenStream
from minhu.carriers.smpp import BadSmppSetting, SmppSettings, pdus
from minhu.carriers.smpp.pdus import Delivery, Pdu, read_delivery, take_pdus
from minhu.carriers.smpp.receipts import IdForms, ReceiptIds, read_report
from minhu.carriers.text import Fate, Part

GSM_LETTERS = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABZÄÖÑÜ§¿abzäöñüà^{}\\[~]|€\n\r\f"


def content(octets: bytes) -> bytes:
    return octets[1 + octets[0] :]


@pytest.mark.parametrize(
    ("length", "count"), [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3)], ids=lambda value: str(value)
)
def test_chinese_fills_seventy_characters_alone_and_sixty_seven_a_segment(length: int, count: int) -> None:
    assert len(segments("诉" * length, reference=1)) == count


@pytest.mark.parametrize(("length", "count"), [(160, 1), (161, 2), (306, 2), (307, 3)])
def test_latin_fills_a_hundred_and_sixty_alone_and_a_hundred_and_fifty_three_a_segment(length: int, count: int) -> None:
    cut = segments("a" * length, reference=1)

    assert len(cut) == count
    assert {segment.data_coding for segment in cut} == {GSM}


@pytest.mark.parametrize(("letter", "wide", "room"), [("诉", True, 66), ("诉", False, 67), ("a", True, 152)])
def test_a_wide_reference_costs_room(letter: str, wide: bool, room: int) -> None:
    first = segments(letter * 300, reference=0x1234, wide_reference=wide)[0]

    assert len(decode(content(first.octets), first.data_coding)) == room
    assert len(first.octets) <= (140 if letter == "诉" else 160)


def test_more_than_255_segments_are_refused() -> None:
    with pytest.raises(TooLong):
        segments("诉" * (67 * 255 + 1), reference=1)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=300))
def test_every_text_is_read_as_it_was_written_and_no_character_is_cut(body: str) -> None:
    cut = segments(body, reference=300)
    read = [decode(content(one.octets) if one.udhi else one.octets, one.data_coding) for one in cut]

    assert "".join(read) == body


@given(st.text(st.sampled_from(GSM_LETTERS), max_size=400))
def test_the_gsm_alphabet_goes_both_ways(body: str) -> None:
    cut = segments(body, reference=1)

    assert {one.data_coding for one in cut} == {GSM}
    assert "".join(decode(content(one.octets) if one.udhi else one.octets, GSM) for one in cut) == body


def test_signs_outside_the_gsm_alphabet_are_not_mistaken_for_others() -> None:
    assert segments("`", reference=1)[0].data_coding == UCS2
    assert segments("ç", reference=1)[0].data_coding == UCS2


@given(octets=st.binary(max_size=200), data_coding=st.integers(0, 255))
def test_any_bytes_can_be_read_and_stored(octets: bytes, data_coding: int) -> None:
    text = decode(octets, data_coding)

    assert "\0" not in text
    text.encode()  # a lone surrogate would raise


@pytest.mark.parametrize(
    ("octets", "data_coding", "text"),
    [
        (b"\x00\x11[\x1b\x65", 0, "@_Ä€"),
        ("café".encode("latin-1"), 3, "café"),
        (b"abc\xff", 1, "abc\ufffd"),
        ("路灯".encode("utf-16-be"), 8, "路灯"),
        ("路灯".encode("utf-16-be") + b"\x00", 8, "路灯\ufffd"),
        ("路灯".encode("gb18030"), 15, "路灯"),
        ("路灯".encode("utf-16-be"), 0x18, "路灯"),
        (b"@", 0xF0, "¡"),
    ],
)
def test_a_citizen_s_words_are_read_in_the_alphabet_they_came_in(octets: bytes, data_coding: int, text: str) -> None:
    assert decode(octets, data_coding) == text


@given(st.binary(max_size=300))
def test_no_deliver_sm_however_broken_stops_the_reader(body: bytes) -> None:
    read = read_delivery(body)

    assert read.part is None or 1 <= read.part.number <= read.part.total
    report = read_report(read)
    if report is not None:
        IdForms(ReceiptIds.HEX).as_answered(report)


@given(st.lists(st.binary(max_size=30), max_size=6), st.data())
def test_pdus_are_found_wherever_the_network_cuts_them(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pdus.HEADER.pack(16 + len(body), 5, 0, number) + body for number, body in enumerate(bodies))
    buffer = bytearray()
    found: list[Pdu] = []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        buffer += stream[:cut]
        stream = stream[cut:]
        found.extend(take_pdus(buffer))

    assert [(one.sequence, one.body) for one in found] == list(enumerate(bodies))
    assert not buffer


@pytest.mark.parametrize("length", [0, 15, 0x47455420])
def test_a_stream_that_is_no_smpp_is_given_up(length: int) -> None:
    with pytest.raises(BrokenStream):
        list(take_pdus(bytearray(length.to_bytes(4, "big") + bytes(12))))


def delivery(octets: bytes = b"", *, header: bytes = b"", tlvs: dict[int, bytes] | None = None) -> Delivery:
    return Delivery("139", "106", 0x04, 0, octets, header, tlvs or {})


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (b"\x05\x00\x03\x07\x03\x02", Part(7, 2, 3)),
        (b"\x06\x08\x04\x12\x34\x03\x01", Part(0x1234, 1, 3)),
        (b"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x07\x02\x01", Part(7, 1, 2)),
        (b"\x05\x00\x03\x07\x03\x04", None),
        (b"\x05\x00\x03\x07\x03\x00", None),
        (b"\x05\x00\x03\x07\x01\x01", None),
        (b"\x05\x00", None),
    ],
)
def test_a_header_tells_which_segment_it_is(header: bytes, part: Part | None) -> None:
    assert delivery(header=header).part == part


RECEIPT = b"id:1A2B00 sub:001 dlvrd:001 submit date:2603021200 done date:2603021201 stat:%s err:%s text:id:9 stat:X"


@pytest.mark.parametrize(
    ("word", "fate", "code"),
    [
        (b"DELIVRD", Fate.DELIVERED, ""),
        (b"UNDELIV", Fate.FAILED, "011"),
        (b"EXPIRED", Fate.FAILED, "011"),
        (b"ENROUTE", Fate.PENDING, "011"),
        (b"MK:0001", Fate.FAILED, "011"),
    ],
)
def test_a_receipt_in_words_is_read(word: bytes, fate: Fate, code: str) -> None:
    report = read_report(delivery(RECEIPT % (word, b"011")))

    assert report is not None
    assert (report.message_id, report.fate, report.code) == ("1A2B00", fate, code)


def test_a_receipt_s_parameters_count_more_than_its_words() -> None:
    tlvs = {pdus.RECEIPTED_MESSAGE_ID: b"abc-1\0", pdus.MESSAGE_STATE: b"\x02"}
    report = read_report(delivery(RECEIPT % (b"UNDELIV", b"000"), tlvs=tlvs))

    assert report is not None
    assert (report.message_id, report.fate) == ("abc-1", Fate.DELIVERED)


def test_a_receipt_that_names_no_text_is_none() -> None:
    assert read_report(delivery(b"thank you")) is None


@pytest.mark.parametrize(("answered", "shown"), [("1A2B00", "1714944"), ("0001a2b00", "1A2B00"), ("1714944", "1a2b00")])
def test_an_id_written_otherwise_is_recognised(answered: str, shown: str) -> None:
    forms = IdForms()
    forms.remember(answered)
    report = read_report(delivery(b"id:" + shown.encode() + b" stat:DELIVRD"))

    assert report is not None
    assert forms.as_answered(report) == answered


def test_after_a_restart_the_setting_says_how_ids_are_written() -> None:
    report = read_report(delivery(b"id:1714944 stat:DELIVRD"))

    assert report is not None
    assert IdForms(ReceiptIds.DECIMAL).as_answered(report) == "1A2B00"
    assert IdForms(ReceiptIds.SAME).as_answered(report) == "1714944"


@pytest.mark.parametrize("wrong", [{"password": "more than eight"}, {"system_id": ""}, {"system_id": "x" * 16}])
def test_credentials_that_the_protocol_would_cut_short_stop_the_start(wrong: dict[str, str]) -> None:
    given_ = {"system_id": "minhu", "password": "secret"} | wrong
    with pytest.raises(BadSmppSetting, match=next(iter(wrong))):
        SmppSettings("127.0.0.1", 2775, **given_)  # type: ignore[arg-type]
