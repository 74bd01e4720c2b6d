"""What the links of all gateways have in common, on a pair of sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from minhu.carriers.errors import CarrierError
from minhu.carriers.links import AnswerOverdue, LinkLost, Session, hand_over
from minhu.carriers.text import Accepted, Rejected, Submitted, Unknown

QUESTION = b"question"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(10)
        yield ours, theirs


def session_on(sock: socket.socket, *, window: int = 1, response_seconds: float = 10.0) -> Session[str]:
    return Session(sock, window=window, response_seconds=response_seconds, last_sequence=3)


def test_numbers_begin_again_after_the_last(ends: tuple[socket.socket, socket.socket]) -> None:
    session = session_on(ends[0])

    assert [session.next_sequence() for _ in range(7)] == [1, 2, 3, 1, 2, 3, 1]


def test_an_answer_reaches_whoever_asked_and_one_to_nothing_reaches_nobody(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    session = session_on(ends[0], window=2)
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(session.ask, QUESTION, key) for key in ("a", "b"))
        assert len(exactly(ends[1], 2 * len(QUESTION))) == 2 * len(QUESTION)
        for key in ("b", "c", "a"):
            session.answered(key, f"answer to {key}")

    assert (first.result(), second.result()) == ("answer to a", "answer to b")
    assert not session.awaits_answers()


def test_an_answer_that_does_not_come_leaves_its_fate_unknown(ends: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(AnswerOverdue):
        session_on(ends[0], response_seconds=0.01).ask(QUESTION, 1)


def test_a_link_that_breaks_after_the_question_leaves_its_fate_unknown(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    session = session_on(ends[0])
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(session.ask, QUESTION, 1)
        exactly(ends[1], len(QUESTION))
        session.close()
        with pytest.raises(LinkLost):
            asking.result()


def test_on_a_closed_link_nothing_is_handed_over(ends: tuple[socket.socket, socket.socket]) -> None:
    session = session_on(ends[0])
    session.close()
    with pytest.raises(CarrierError, match="link is down"):
        session.ask(QUESTION, 1)


THROTTLED, WRONG = Rejected("later", retryable=True), Rejected("wrong", retryable=False)
DOWN = CarrierError("down", permanent=False)


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([Accepted(("a",)), Accepted(("b",))], Accepted(("a", "b"))),
        ([THROTTLED], THROTTLED),
        ([WRONG], WRONG),
        ([Unknown("broke")], Unknown("broke")),
        ([Accepted(("a",)), WRONG], Unknown("segment 2 of 2 refused: wrong")),
        ([Accepted(("a",)), Unknown("broke")], Unknown("broke")),
        ([Accepted(("a",)), DOWN], Unknown("down")),
        ([Accepted(("a",)), THROTTLED, THROTTLED, Accepted(("b",))], Accepted(("a", "b"))),
    ],
)
def test_a_text_in_two_segments_meets_one_fate(answers: list[Submitted | CarrierError], outcome: Submitted) -> None:
    assert handed_over(answers) == outcome


def test_a_text_of_which_nothing_went_may_be_tried_again() -> None:
    with pytest.raises(CarrierError):
        handed_over([DOWN])


def handed_over(answers: list[Submitted | CarrierError]) -> Submitted:
    coming = iter(answers)
    stopped = threading.Event()
    stopped.set()  # no pause between tries

    def submit(_: str) -> Submitted:
        answer = next(coming)
        if isinstance(answer, CarrierError):
            raise answer
        return answer

    outcome = hand_over(["first", "second"], submit, patience_seconds=10.0, stopped=stopped)
    assert next(coming, None) is None
    return outcome


def exactly(sock: socket.socket, count: int) -> bytes:
    octets = b""
    while len(octets) < count:
        octets += sock.recv(count - len(octets))
    return octets
