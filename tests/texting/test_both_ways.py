"""What citizens and staff see of real texts: through a real SMSC, the real jobs process, and both databases."""

from __future__ import annotations

import random

import pytest

from minhu.cases.models import Case, Promise
from minhu.directory.models import Line
from minhu.intake.models import RawText, Text
from minhu.rules.codes import read_code
from minhu.rules.words import Direction, TextState
from tests.peers.smsc_handle import Smsc, parts_of, sar_parts_of, text
from tests.texting.process import SENDER, Jobs, eventually
from tests.texting.town import Town, said_by

pytestmark = pytest.mark.django_db(transaction=True)

CITIZEN = "13900000021"
MATTER = "新华路与建设路交叉口的路灯已经三天不亮了，晚上很危险"
LONG = "".join(f"第{n}条：这一段说的是新华路的路灯、井盖和垃圾清运，请一并派人看看。" for n in range(1, 9))
MESSAGE_PAYLOAD = 0x0424
BINARY = 4


def to(line: Line) -> str:
    """A line's number as gateways write it."""
    return line.number.removeprefix("+")


def segments(words: str) -> list[str]:
    return [words[at : at + 67] for at in range(0, len(words), 67)]


def test_a_citizens_text_becomes_a_matter_and_he_gets_one_text_with_its_code(smsc: Smsc, town: Town) -> None:
    smsc.manners(receipts="after")
    smsc.inject(text(CITIZEN, to(town.line), MATTER))

    case = eventually(lambda: Case.objects.select_related("citizen").first())
    assert case is not None
    assert (case.body, case.line, case.citizen.masked) == (MATTER, town.line, "139****0021")
    assert Promise.objects.get(case=case).kept_at is None
    told = eventually(lambda: Text.objects.filter(direction=Direction.OUTBOUND, state=TextState.DELIVERED).first())
    assert told is not None

    (heard,) = said_by(smsc)
    assert read_code(heard) == case.code
    assert heard == told.body
    assert smsc.submitted()[0].recipient == "86" + CITIZEN
    assert smsc.submitted()[0].sender == to(town.line)


@pytest.mark.parametrize("cut", [parts_of, sar_parts_of], ids=["headers", "sar"])
def test_a_long_text_whose_parts_come_in_any_order_is_one_text(smsc: Smsc, town: Town, cut: object) -> None:
    one, other = LONG, LONG.replace("新华路", "解放路")
    parts = [
        *cut("+86" + CITIZEN, to(town.line), segments(one), reference=7),  # type: ignore[operator]
        *cut("13900000022", to(town.line), segments(other), reference=7),  # type: ignore[operator]
    ]
    random.Random(7).shuffle(parts)
    smsc.inject(*parts)

    eventually(lambda: len(town.arrived()) == 2)
    assert set(town.arrived()) == {one, other}
    assert not Text.objects.filter(gap=True).exists()


def test_a_long_text_of_ours_reaches_the_phone_whole_and_is_delivered_when_all_parts_are(
    smsc: Smsc, town: Town
) -> None:
    smsc.manners(receipts="late")
    town.queue(LONG)

    smsc.until("submitted", len(segments(LONG)))
    eventually(lambda: town.states()[LONG] == TextState.SENT)
    assert said_by(smsc) == [LONG]

    smsc.send_receipts()
    eventually(lambda: town.states()[LONG] == TextState.DELIVERED)


@pytest.mark.parametrize("form", ["tlv", "text", "decimal"])
def test_a_receipt_that_overtakes_the_answer_counts(smsc: Smsc, jobs: Jobs, town: Town, form: str) -> None:
    smsc.manners(receipts="early", receipt_form=form)
    if form == "decimal":
        jobs.stop()
        jobs.more = {"SMPP_RECEIPT_IDS": "decimal"}
        jobs.start()

    town.queue("会后给您回电")

    eventually(lambda: town.states() == {"会后给您回电": TextState.DELIVERED})
    assert said_by(smsc) == ["会后给您回电"]


def test_what_the_gateway_brings_twice_is_one_text(smsc: Smsc, town: Town) -> None:
    twice = text(CITIZEN, to(town.line), MATTER)
    smsc.inject(twice, twice)
    smsc.until("acked", 2)
    smsc.inject(twice, text("13900000022", to(town.line), "另一位群众反映的另一件事情"))
    smsc.until("acked", 4)

    eventually(lambda: len(town.arrived()) == 2)
    eventually(lambda: Case.objects.count() == 2)
    assert RawText.objects.count() == 2


def test_no_text_is_too_strange_to_be_kept_and_answered(smsc: Smsc, town: Town, jobs: Jobs) -> None:
    ten_thousand = "这是一条很长的短信，" * 1_000
    payload = (MESSAGE_PAYLOAD, ten_thousand.encode("utf-16-be"))
    strange = [
        text("13900000031", to(town.line), b"", tlvs=[payload]),
        *parts_of("13900000032", to(town.line), segments(ten_thousand)),
        text("13900000033", to(town.line), ""),
        text("13900000034", to(town.line), bytes(range(256))[:140], data_coding=BINARY),
        text("13900000035", to(town.line), b"\0" * 40, data_coding=BINARY),
        text("13900000036", to(town.line), "路\0灯\0不亮，三天没有人来修"),
        text("13900000037", to(town.line), b"\xd8\x3d", data_coding=8),
        text("13900000038", to(town.line), b"\x05\x00\x03\x09", data_coding=8, esm_class=0x40),
        text("", to(town.line), "没有号码的人写来的一条短信"),
        text("Bank-\xff", "", "不知道写给谁的一条短信，也留着"),
    ]
    smsc.inject(*strange)
    smsc.until("acked", len(strange))

    eventually(lambda: len(town.arrived()) == 10)
    eventually(lambda: not Text.objects.filter(direction=Direction.INBOUND, taken_in_at=None).exists())
    assert town.arrived().count(ten_thousand) == 2
    assert "路\ufffd灯\ufffd不亮，三天没有人来修" in town.arrived()
    assert all("\0" not in body for body in town.arrived())
    assert jobs.alive
    assert "round_failed" not in jobs.log


def test_a_citizens_reply_to_the_short_code_joins_his_matter(smsc: Smsc, town: Town) -> None:
    smsc.inject(text(CITIZEN, to(town.line), MATTER))
    smsc.until("submitted", 1)

    smsc.inject(text(CITIZEN, SENDER, "补充：在建设路北侧第二根灯杆"))

    case = eventually(lambda: Case.objects.filter(body__contains="第二根灯杆").first())
    assert case is not None
    assert MATTER in case.body
    assert Case.objects.count() == 1
