"""What is kept in Chinese is read in the reader's language."""

from __future__ import annotations

from minhu.rules.sentences import as_it_is, kept, read, sentence

ENGLISH = {
    "{day}要 {minutes:.0f} 分钟：{why}。": "{minutes:.0f} minutes on {day}: {why}.",
    "星期一": "Monday",
    "开会": "a meeting",
    "、": ", ",
}


def english(words: str) -> str:
    return ENGLISH.get(words, words)


def test_a_sentence_outlives_its_row_in_every_language() -> None:
    said = sentence(
        "{day}要 {minutes:.0f} 分钟：{why}。",
        day=sentence("星期一"),
        minutes=4.8,
        why=(sentence("开会"), as_it_is("“{春运}”\n第一天")),
    )

    [again] = read(kept([said]))

    assert again == said
    assert str(again) == "星期一要 5 分钟：开会、“{春运}”\n第一天。"
    assert again.told(english) == "5 minutes on Monday: a meeting, “{春运}”\n第一天."


def test_what_an_earlier_release_kept_is_read_as_it_is() -> None:
    assert [str(one) for one in read("没有接入日历。\n\n{有括号}的一句。")] == ["没有接入日历。", "{有括号}的一句。"]
