from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from minhu.rules.reassembly import GAP, WAIT_FOR_REST, Held, reassemble


@dataclass(frozen=True)
class Part:
    reference: int
    number: int
    total: int


@dataclass(frozen=True)
class Arrival:
    gateway: str
    sender: str
    recipient: str
    body: str
    received_at: datetime
    part: Part | None


NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SOON, LATER = timedelta(seconds=3), WAIT_FOR_REST


def held(row: int, body: str, part: Part | None = None, *, after: timedelta = timedelta(), sender: str = "139") -> Held:
    return Held(row, Arrival("smpp", sender, "10639", body, NOON + after, part))


def test_a_text_that_came_whole_is_handed_on_at_once() -> None:
    done = reassemble([held(1, "路灯不亮")], at=NOON)

    assert [whole.body for whole in done.wholes] == ["路灯不亮"]
    assert done.waiting == ()


def test_segments_that_come_backwards_make_the_text_the_citizen_wrote() -> None:
    done = reassemble(
        [
            held(1, "丙", Part(7, 3, 3)),
            held(2, "乙", Part(7, 2, 3), after=SOON),
            held(3, "甲", Part(7, 1, 3), after=SOON),
        ],
        at=NOON + SOON,
    )

    (whole,) = done.wholes
    assert (whole.body, whole.rows, whole.missing) == ("甲乙丙", (1, 2, 3), ())
    assert whole.received_at == NOON


def test_an_incomplete_text_waits_for_its_rest() -> None:
    done = reassemble([held(1, "甲", Part(7, 1, 2))], at=NOON + SOON)

    assert done.wholes == ()
    assert done.waiting == (1,)
    assert done.look_again_at == NOON + WAIT_FOR_REST


def test_a_text_whose_rest_never_comes_is_shown_with_a_mark() -> None:
    done = reassemble([held(1, "甲", Part(7, 1, 3)), held(2, "丙", Part(7, 3, 3))], at=NOON + LATER)

    (whole,) = done.wholes
    assert whole.body == "甲" + GAP.format(number=2) + "丙"
    assert whole.missing == (2,)


def test_a_segment_brought_twice_is_read_once() -> None:
    done = reassemble(
        [
            held(1, "甲", Part(7, 1, 2)),
            held(2, "甲", Part(7, 1, 2), after=SOON),
            held(3, "乙", Part(7, 2, 2), after=SOON),
        ],
        at=NOON + SOON,
    )

    (whole,) = done.wholes
    assert (whole.body, whole.rows) == ("甲乙", (1, 2, 3))


def test_two_citizens_with_the_same_reference_are_never_mixed() -> None:
    done = reassemble(
        [
            held(1, "张一", Part(7, 1, 2), sender="139"),
            held(2, "李一", Part(7, 1, 2), sender="138"),
            held(3, "李二", Part(7, 2, 2), sender="138"),
            held(4, "张二", Part(7, 2, 2), sender="139"),
        ],
        at=NOON,
    )

    assert {whole.sender: whole.body for whole in done.wholes} == {"139": "张一张二", "138": "李一李二"}


def test_a_reference_used_again_the_next_day_begins_a_new_text() -> None:
    day = timedelta(days=1)
    done = reassemble([held(1, "昨", Part(7, 1, 2)), held(2, "今", Part(7, 2, 2), after=day)], at=NOON + day)

    assert [whole.missing for whole in done.wholes] == [(2,)]
    assert done.waiting == (2,)


def test_a_reference_used_again_within_minutes_does_not_overwrite_the_first_text() -> None:
    done = reassemble(
        [
            held(1, "甲一", Part(7, 1, 2)),
            held(2, "乙一", Part(7, 1, 2), after=SOON),
            held(3, "甲二", Part(7, 2, 2), after=2 * SOON),
            held(4, "乙二", Part(7, 2, 2), after=3 * SOON),
        ],
        at=NOON + LATER,
    )

    assert [whole.body for whole in done.wholes] == ["甲一甲二", "乙一乙二"]


@given(
    bodies=st.lists(st.text(min_size=1, max_size=5), min_size=2, max_size=9),
    data=st.data(),
)
def test_no_order_and_no_repeat_loses_or_doubles_a_word(bodies: list[str], data: st.DataObject) -> None:
    total = len(bodies)
    numbers = data.draw(st.permutations(range(total)))
    repeats = data.draw(st.lists(st.sampled_from(range(total)), max_size=4))
    arrivals = [
        held(row, bodies[number], Part(1, number + 1, total), after=row * SOON)
        for row, number in enumerate([*numbers, *repeats])
    ]

    done = reassemble(arrivals, at=NOON + LATER)

    assert [whole.body for whole in done.wholes] == ["".join(bodies)]
    assert sorted(done.wholes[0].rows) == list(range(len(arrivals)))


@given(
    st.lists(
        st.tuples(
            st.integers(1, 4), st.integers(1, 4), st.integers(0, 2), st.integers(0, 7200), st.sampled_from("甲乙丙")
        ),
        max_size=12,
    )
)
def test_every_row_is_either_in_one_text_or_waiting(rows: list[tuple[int, int, int, int, str]]) -> None:
    arrivals = [
        held(
            row, body, Part(reference, min(number, total), total) if total > 1 else None, after=timedelta(seconds=after)
        )
        for row, (number, total, reference, after, body) in enumerate(rows)
    ]

    done = reassemble(arrivals, at=NOON + timedelta(hours=1))

    told = [row for whole in done.wholes for row in whole.rows] + list(done.waiting)
    assert sorted(told) == list(range(len(rows)))
