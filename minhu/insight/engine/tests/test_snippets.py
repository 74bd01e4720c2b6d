"""What was found is shown in its words, in an order that can be told beforehand."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from minhu.insight.engine.ranking import score
from minhu.insight.engine.snippets import BEFORE, LONGEST, snippet, whole

TEXT = st.text(st.sampled_from("停電水<>&路\n "), max_size=300)


def joined(text: str, *words: str) -> str:
    return "".join(f"[{one.text}]" if one.marked else one.text for one in snippet(text, words))


def test_a_short_text_is_shown_whole() -> None:
    assert joined("桃溪路停電了", "停电", "桃溪") == "[桃溪]路[停電]了"


def test_of_a_long_text_the_part_with_the_most_words() -> None:
    shown = joined(f"停电{'一' * 200}停水和停电{'二' * 200}", "停电", "停水")
    assert "[停水]和[停电]" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) <= LONGEST + len("[][]……")


def test_the_beginning_where_no_word_stands_any_more() -> None:
    assert joined("改过的事由" + "三" * 200, "停电").startswith("改过的事由")


@given(TEXT, st.lists(st.sampled_from(["停电", "水", "路 停"]), max_size=3))
def test_pieces_are_the_text_itself(text: str, words: list[str]) -> None:
    assert "".join(one.text for one in whole(text, words)) == text
    shown = "".join(one.text for one in snippet(text, words))
    assert shown.strip("…") in " ".join(text.split())
    assert BEFORE < LONGEST


def test_titles_and_fresh_ones_come_first() -> None:
    day = timedelta(days=1)
    assert score(day, 2, 2) > score(day, 1, 2) > score(day, 0, 2)
    assert score(day, 0, 1) > score(100 * day, 0, 1)
    assert score(0 * day, 0, 1) > score(90 * day, 1, 1)
    assert score(0 * day, 0, 1) < score(30 * day, 1, 1)
    assert score(-day, 0, 1) == 1.0
