from __future__ import annotations

import csv
from pathlib import Path

import pytest

from minhu.insight.engine.reply import LONGEST_WORDS, MOST_WORDS, signs_of
from minhu.rules.words import ReplySign

ROWS = list(csv.DictReader((Path(__file__).parent / "replies.csv").read_text().splitlines()))
FINE = [row for row in ROWS if row["label"] == "fine"]
PERFUNCTORY = [row for row in ROWS if row["label"] == "perfunctory"]


def _kinds(reply: str, asked: str = "", *earlier: str) -> set[ReplySign]:
    return {one.kind for one in signs_of(reply, asked=asked, earlier=earlier)}


def _words(reply: str, kind: ReplySign, asked: str = "", *earlier: str) -> tuple[str, ...]:
    return next(one.words for one in signs_of(reply, asked=asked, earlier=earlier) if one.kind is kind)


def test_there_are_replies_enough_to_tell() -> None:
    assert min(len(FINE), len(PERFUNCTORY)) >= 20


def test_few_replies_that_say_what_was_done_have_a_sign() -> None:
    wrongly = [row["id"] for row in FINE if signs_of(row["reply"], asked=row["asked"])]

    assert len(wrongly) <= 1, wrongly


def test_few_perfunctory_replies_have_none() -> None:
    missed = [row["id"] for row in PERFUNCTORY if not signs_of(row["reply"], asked=row["asked"])]

    assert len(missed) <= 1, missed


def test_empty_phrases_are_named() -> None:
    reply = "我们高度重视，将尽快处理，请您耐心等待。"

    assert _words(reply, ReplySign.EMPTY) == ("高度重视", "尽快处理", "请您耐心等待")


def test_courtesy_beside_facts_is_no_fault() -> None:
    done = "3 月 5 日更换了桂花路 18 号的灯头，当晚试亮正常。"

    assert _kinds(f"尊敬的市民您好！您反映的问题已收悉。{done}感谢您的理解与支持！") == set()


def test_a_reply_sent_before_with_another_number_is_the_same() -> None:
    before = "您反映的垃圾清运问题，保洁公司 3 月 5 日增派车辆，现已清运 2 车，后续每天清运一次。"
    again = before.replace("3 月 5 日", "6 月 8 日").replace("2 车", "4 车")

    assert _words(again, ReplySign.TEMPLATE, "", "另一件事的答复。", before)[0] == "垃圾清运问题,保洁公司"
    assert ReplySign.TEMPLATE not in _kinds(again, "", "另一件事的答复。")


def test_short_replies_about_the_same_kind_of_thing_may_be_alike() -> None:
    assert _kinds("桂花路 18 号的路灯 3 月 5 日已修好。", "", "松桂路 2 号的路灯 3 月 6 日已修好。") == set()


def test_a_reply_about_something_else_names_what_it_leaves_out() -> None:
    asked = "河堤上的路面裂了大缝，下雨天骑车容易摔"
    reply = "今年 8 月已为全县 20 所学校更换课桌 3000 张。"

    assert set(_words(reply, ReplySign.OFF_POINT, asked)) >= {"河堤", "路面"}
    assert ReplySign.OFF_POINT not in _kinds("河堤的裂缝 8 月 3 日已灌浆。", asked)


def test_a_date_that_only_signs_is_no_fact() -> None:
    assert ReplySign.NO_FACT in _kinds("情况已经了解清楚，问题已经得到解决。2026年8月30日")
    assert ReplySign.NO_FACT not in _kinds("情况已经了解清楚，8月30日问题已经得到解决。")


def test_to_say_whom_to_ask_for_more_passes_nothing_on() -> None:
    answer = "办护照带身份证原件到二楼 3 号窗口，7 个工作日内可取。"

    assert ReplySign.PASSED_ON not in _kinds(answer + "如有疑问，请拨打 0731-5550123 咨询。")
    assert _words("请您向市公安局咨询。", ReplySign.PASSED_ON) == ("请您向市公安局咨询",)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " ",
        "👍",
        "。。。",
        "ok",
        "高" * 100_000,
        "\0\ud800",
        "請您耐心等待，我們高度重視。",
        "a" * 100_000,
        "<b>" * 50,
    ],
)
def test_whatever_is_typed_can_be_read(reply: str) -> None:
    found = signs_of(reply, asked=reply, earlier=[reply])

    assert found
    assert all(len(one.words) <= MOST_WORDS and max(map(len, one.words)) <= LONGEST_WORDS for one in found)


def test_traditional_characters_are_read_as_simplified() -> None:
    assert ReplySign.EMPTY in _kinds("我們高度重視，請您耐心等待。")
