from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minhu.insight.engine.tests.invented import city
from minhu.insight.engine.wording import MOST_TERMS, UNIT, Frequencies, headline, likeness, read


@given(st.text(max_size=200), st.text(max_size=400))
def test_a_text_is_like_itself_and_its_length_is_one(title: str, detail: str) -> None:
    terms = read(*headline(title, detail), Frequencies())

    assert len(terms) <= MOST_TERMS
    assert likeness(terms, terms) <= 1 + 50 / UNIT


def test_what_everybody_writes_weighs_less_than_what_few_write() -> None:
    known = Frequencies()
    for one in city():
        read(*headline(f"请问{one.title}", ""), known)

    terms = read(*headline("请问晴川雅苑", ""), known)

    assert terms["请问"] < terms["雅苑" if "雅苑" in terms else "晴川雅苑"]


def test_counts_are_kept_in_bounded_memory_and_the_frequent_stay() -> None:
    known = Frequencies(most=100)
    for at in range(1_000):
        known.see(["always", f"once {at}"])

    assert len(known.counts) <= 101
    assert known.counts["always"] > 1
    assert known.texts < 1_000
