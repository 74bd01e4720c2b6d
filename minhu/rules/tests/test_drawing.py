"""Draws: reproducible, complete over a cycle, true to the weights, and steered by nobody."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.calendar import china
from minhu.rules.cycles import cycle_of, days_left
from minhu.rules.draw_table import Candidate, Table, TableUnreadable, read, written
from minhu.rules.drawing import ROOM_MINUTES, SPANS, Band, commitment, draw, places, weight

DAY = date(2026, 3, 2)
SEED = "5e" * 32
FIRST_THREE = [
    "+865581230027 early 08:34",
    "+865581230020 early 09:04",
    "+865581230033 early 09:08",
]
"""Of the town of 40, worked out once: whoever changes the method breaks every draw that was published."""
RANKS = ("city", "department", "county", "township")


def seed(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def table(weights: dict[str, int], *, quota: int = 1, left: int = 60, seen: bool = True, rank: str = "city") -> Table:
    return Table(DAY, quota, left, tuple(Candidate(line, rank, heavy, seen) for line, heavy in weights.items()))


def town(size: int, quota: int = 8) -> Table:
    lines = [Candidate(f"+86558123{n:04d}", RANKS[n % 4], 10 + n % 7 * 15, n % 3 == 0) for n in range(size)]
    return Table(DAY, quota, 60, tuple(lines))


def test_whoever_has_the_seed_and_the_table_computes_the_same_lines_and_times() -> None:
    published = written(town(40))

    assert draw(SEED, published) == draw(SEED, written(read(published)))
    assert [f"{one.line} {one.band} {one.from_time:%H:%M}" for one in draw(SEED, published)[:3]] == FIRST_THREE


def test_the_commitment_is_what_anybody_gets_from_sha256sum() -> None:
    assert commitment(DAY, "abc") == hashlib.sha256(b"2026-03-02 abc").hexdigest()


def test_no_line_is_drawn_twice_a_day_and_the_quota_is_kept() -> None:
    for number in range(50):
        drawn = draw(seed(number), written(town(40)))
        assert len({one.line for one in drawn}) == len(drawn) == 8


def test_every_rank_gets_its_share_and_every_band_its_turn() -> None:
    given_ = town(40)
    rank = {one.line: one.rank for one in given_.candidates}
    for number in range(50):
        drawn = draw(seed(number), written(given_))
        for name in RANKS:
            bands = [one.band for one in drawn if rank[one.line] == name]
            assert len(bands) == 2
            assert len(set(bands)) == 2


def test_a_line_is_checked_while_it_is_open_and_there_is_room_left_in_the_band() -> None:
    lines = tuple(replace(one, bands=("late",)) for one in town(12).candidates)
    for number in range(50):
        for one in draw(seed(number), written(replace(town(12), candidates=lines))):
            minute = one.from_time.hour * 60 + one.from_time.minute
            begin, end = (at.hour * 60 + at.minute for at in SPANS[Band.LATE])
            assert one.band is Band.LATE
            assert begin <= minute <= end - ROOM_MINUTES


@given(
    size=st.integers(1, 60),
    days=st.integers(1, 20),
    quota=st.integers(0, 9),
    heavy=st.lists(st.integers(1, 300), min_size=60, max_size=60),
    luck=st.integers(0, 10**6),
)
def test_every_line_is_drawn_within_a_cycle_whatever_the_weights_and_the_luck(
    size: int, days: int, quota: int, heavy: list[int], luck: int
) -> None:
    seen: set[str] = set()
    for day in range(days):
        lines = [Candidate(f"L{n}", RANKS[n % 4], heavy[(n + day) % 60], f"L{n}" in seen) for n in range(size)]
        today = Table(DAY + timedelta(days=day), quota, days - day, tuple(lines))
        seen |= {one.line for one in draw(seed(luck + day), written(today))}

    assert len(seen) == size


@given(size=st.integers(1, 200), days=st.integers(1, 60), quota=st.integers(0, 20))
def test_a_cycle_never_needs_more_a_day_than_its_lines_spread_evenly(size: int, days: int, quota: int) -> None:
    count, must = places(table({f"L{n}": 1 for n in range(size)}, quota=quota, left=days, seen=False))

    assert must <= count == min(max(quota, -(-size // days)), size)


def chi_square(seen: dict[str, int], expected: dict[str, float]) -> float:
    return sum((seen.get(line, 0) - count) ** 2 / count for line, count in expected.items())


AT_ONE_IN_A_THOUSAND = {4: 18.467, 3: 16.266}
"""Of the chi-square distribution, by degrees of freedom. Source: any table of it."""


def test_with_one_place_a_line_is_drawn_as_often_as_its_weight_says() -> None:
    weights = {"A": 10, "B": 20, "C": 40, "D": 60, "E": 70}
    draws, published = 6000, written(table(weights))
    counts = dict.fromkeys(weights, 0)
    for number in range(draws):
        (one,) = draw(seed(number), published)
        counts[one.line] += 1

    expected = {line: draws * heavy / sum(weights.values()) for line, heavy in weights.items()}
    assert chi_square(counts, expected) < AT_ONE_IN_A_THOUSAND[4]


def test_with_two_places_a_pair_is_drawn_as_often_as_one_after_the_other_would_be() -> None:
    """The sets of lines, not the single ones, are independent over the draws, so it is they that are counted."""
    weights = {"A": 10, "B": 30, "C": 60, "D": 100}
    total, draws, published = sum(weights.values()), 6000, written(table(weights, quota=2))
    counts: dict[str, int] = {}
    for number in range(draws):
        pair = "".join(sorted(one.line for one in draw(seed(number), published)))
        counts[pair] = counts.get(pair, 0) + 1

    def chance(first: str, second: str) -> float:
        return weights[first] / total * weights[second] / (total - weights[first])

    expected = {
        one + other: draws * (chance(one, other) + chance(other, one))
        for one, other in itertools.combinations(weights, 2)
    }
    assert chi_square(counts, expected) < 20.515  # five degrees of freedom, one in a thousand


def test_places_that_do_not_come_out_even_go_to_each_rank_as_often_as_its_size_says() -> None:
    lines = tuple(Candidate(f"L{n}", "city" if n < 1 else "county", 10, seen=True) for n in range(10))
    published, draws = written(Table(DAY, 1, 60, lines)), 4000
    to_city = sum(draw(seed(number), published)[0].line == "L0" for number in range(draws))

    expected = {"city": draws / 10, "county": draws * 9 / 10}
    assert chi_square({"city": to_city, "county": draws - to_city}, expected) < 10.828  # one degree of freedom


def test_whoever_makes_the_seed_cannot_tell_what_it_draws_before_the_table_is_known() -> None:
    """Any change of one weight, unknown when the seed was made, makes another draw of the same seed."""
    one = written(town(40))
    others = {draw(SEED, written(replace(town(40), quota=8, days_left=left))) for left in range(30, 60)}

    assert len(others) == 30
    assert draw(SEED, one) not in others


def test_one_line_more_to_complain_about_moves_nobody_in_a_way_that_can_be_foreseen() -> None:
    """Of many seeds, which he does not know, the favourite line is drawn as often with one set of inputs as another."""
    plain = {f"L{n}": 40 for n in range(8)}
    changed = plain | {"L7": 41}
    drawn = [
        sum(draw(seed(number), written(table(weights)))[0].line == "L0" for number in range(3000))
        for weights in (plain, changed)
    ]

    assert abs(drawn[0] - drawn[1]) < 4 * (2 * 3000 / 8) ** 0.5


def test_weights_rise_with_time_complaints_and_a_fall_in_answering_and_end_somewhere() -> None:
    fresh = weight(days_since=0, complaints=0, decayed=False)

    assert fresh == 10
    assert weight(days_since=30, complaints=0, decayed=False) == 40
    assert weight(days_since=None, complaints=0, decayed=False) == weight(days_since=400, complaints=0, decayed=False)
    assert weight(days_since=0, complaints=2, decayed=False) == 70
    assert weight(days_since=0, complaints=99, decayed=True) == 10 + 150 + 60


@pytest.mark.parametrize("text", ["", "date,quota,days_left\n", "a\nb\nc\n", written(town(3)).replace(",8,", ",x,")])
def test_a_table_that_is_none_is_refused_with_words(text: str) -> None:
    with pytest.raises(TableUnreadable):
        read(text)


def test_a_quarter_ends_before_the_next_and_its_working_days_are_counted() -> None:
    assert (cycle_of(DAY).name, cycle_of(DAY).last_on) == ("2026Q1", date(2026, 3, 31))
    assert cycle_of(date(2026, 12, 31)).last_on == date(2026, 12, 31)
    assert cycle_of(date(2026, 10, 1)).first_on == date(2026, 10, 1)
    assert days_left(date(2026, 3, 30), china()) == 2
    assert days_left(date(2026, 3, 2), china()) == 22
