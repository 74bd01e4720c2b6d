"""The transaction tables: every message lost once, every message repeated, in virtual time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import pytest

from minhu.carriers.sip.clock import VirtualClock
from minhu.carriers.sip.config import Transport
from minhu.carriers.sip.message import Peer, Request, Response, parse
from minhu.carriers.sip.transaction import (
    GIVE_UP_SECONDS,
    INVITE_CLIENT,
    INVITE_SERVER,
    OTHER_CLIENT,
    OTHER_SERVER,
    Do,
    Input,
    State,
    Table,
    Transaction,
    User,
)
from minhu.carriers.tests.sip_wire import Wire, answer_to, invite, on_the_wire, only_ring, request, ring_and_answer
from minhu.carriers.voice import Event, LegAnswered, LegEnded, LegId, LegIncoming

PEER = Peer(Transport.UDP, "192.0.2.1", 5060)
STREAM = Peer(Transport.TCP, "192.0.2.1", 5060)


@dataclass
class Below:
    """What a transaction sends, and when."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    sent: list[tuple[float, bytes]] = field(default_factory=list)
    gone: list[Transaction] = field(default_factory=list)

    def transmit(self, data: bytes, peer: Peer, sender: Transaction) -> None:
        self.sent.append((self.clock.now() - 1000.0, data))

    def ended(self, transaction: Transaction) -> None:
        self.gone.append(transaction)


def transaction(table: Table, peer: Peer = PEER) -> tuple[Transaction, Below, list[int]]:
    below, failures = Below(), list[int]()
    made = Transaction(table, ("key",), peer, below, User(lambda _: None, failures.append))
    return made, below, failures


def response(status: int) -> Response:
    sent = parse(invite().encode(), PEER)
    assert isinstance(sent, Request)
    answer = parse(answer_to(sent, status).encode(), PEER)
    assert isinstance(answer, Response)
    return answer


@pytest.mark.parametrize("table", [INVITE_CLIENT, OTHER_CLIENT, INVITE_SERVER, OTHER_SERVER])
def test_every_state_of_a_table_can_be_reached_and_left(table: Table) -> None:
    reached = {State.START}
    frontier = deque([State.START])
    while frontier:
        here = frontier.popleft()
        for (state, _), step in table.items():
            if state is here and step.next not in reached:
                reached.add(step.next)
                frontier.append(step.next)

    assert {state for state, _ in table} <= reached
    assert State.TERMINATED in reached
    assert all(state is not State.TERMINATED for state, _ in table)


@pytest.mark.parametrize("table", [INVITE_CLIENT, OTHER_CLIENT, INVITE_SERVER, OTHER_SERVER])
def test_a_state_that_waits_for_time_has_its_timer_started(table: Table) -> None:
    lingering = {state for state, what in table if what is Input.LINGER_DUE}
    starts = {Do.TIMER_D, Do.TIMER_I, Do.TIMER_J, Do.TIMER_K, Do.TIMER_L, Do.TIMER_M}

    for (state, _), step in table.items():
        if step.next in lingering and state is not step.next:
            assert starts & set(step.do), f"{state} enters {step.next} without a timer"


def test_an_unanswered_invite_is_repeated_ever_more_slowly_and_given_up() -> None:
    made, below, failures = transaction(INVITE_CLIENT)
    made.start(b"INVITE")
    below.clock.advance(GIVE_UP_SECONDS + 1)

    assert [at for at, _ in below.sent] == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert failures == [408]
    assert below.gone == [made]
    assert below.clock.waiting == 0


def test_another_request_is_repeated_at_most_every_four_seconds() -> None:
    made, below, failures = transaction(OTHER_CLIENT)
    made.start(b"BYE")
    below.clock.advance(GIVE_UP_SECONDS + 1)

    assert [at for at, _ in below.sent] == [0.0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert failures == [408]


@pytest.mark.parametrize("table", [INVITE_CLIENT, OTHER_CLIENT])
def test_a_stream_repeats_nothing(table: Table) -> None:
    made, below, failures = transaction(table, STREAM)
    made.start(b"request")
    below.clock.advance(GIVE_UP_SECONDS + 1)

    assert len(below.sent) == 1
    assert failures == [408]


def test_ringing_stops_the_repetition_and_waits_for_as_long_as_it_takes() -> None:
    made, below, failures = transaction(INVITE_CLIENT)
    made.start(b"INVITE")
    made.receive(response(180))
    below.clock.advance(600)

    assert len(below.sent) == 1
    assert failures == []


def test_each_copy_of_a_refusal_gets_its_ack() -> None:
    made, below, _ = transaction(INVITE_CLIENT)
    made.acknowledge = lambda _: b"ACK"
    made.start(b"INVITE")
    for _ in range(3):
        made.receive(response(486))
    below.clock.advance(GIVE_UP_SECONDS + 1)

    assert [data for _, data in below.sent] == [b"INVITE", b"ACK", b"ACK", b"ACK"]
    assert below.gone == [made]


def test_a_refusal_is_repeated_until_its_ack() -> None:
    made, below, failures = transaction(INVITE_SERVER)
    made.feed(Input.START)
    made.send(486, b"486")
    below.clock.advance(2.0)
    made.feed(Input.ACK)
    below.clock.advance(60.0)

    assert [at for at, _ in below.sent] == [0.0, 0.5, 1.5]
    assert failures == []
    assert below.gone == [made]


def test_a_refusal_without_ack_is_given_up() -> None:
    made, below, failures = transaction(INVITE_SERVER)
    made.feed(Input.START)
    made.send(486, b"486")
    below.clock.advance(GIVE_UP_SECONDS + 1)

    assert failures == [408]
    assert below.gone == [made]


def test_a_repeated_request_gets_the_same_answer_again() -> None:
    made, below, _ = transaction(OTHER_SERVER)
    made.feed(Input.START)
    made.feed(Input.REQUEST)
    made.send(200, b"200")
    made.feed(Input.REQUEST)
    made.feed(Input.REQUEST)

    assert [data for _, data in below.sent] == [b"200", b"200", b"200"]
    assert not made.send(500, b"500"), "a final answer is final"


# A whole call in which each message of either side is lost once, in turn.


class Caller:
    """The trunk's side of one call, which repeats what is not answered."""

    def __init__(self, wire: Wire, lost: int) -> None:
        self.wire = wire
        self.lost = lost
        self.said = 0

    def say(self, text: str) -> None:
        self.said += 1
        if self.said != self.lost:
            self.wire.receive(text)

    def heard(self, status: int, method: str) -> Response | None:
        for message in self.wire.since(0):
            if isinstance(message, Response) and (message.status, message.cseq_method) == (status, method):
                return message
        return None

    def until_heard(self, text: str, status: int, method: str) -> Response:
        interval = 0.5
        for _ in range(8):
            self.say(text)
            self.wire.advance(interval)
            found = self.heard(status, method)
            if found is not None:
                return found
            interval *= 2
        raise AssertionError(f"{status} never came")

    def call(self) -> None:
        ok = self.until_heard(invite(), 200, "INVITE")
        ack = request("ACK", branch="ack", to_tag=ok.to_tag)
        answered = sum(status == 200 for status in self.wire.statuses())
        self.say(ack)
        self.wire.advance(1.2)
        if sum(status == 200 for status in self.wire.statuses()) > answered:
            self.say(ack)  # the 200 came again, so the ACK was lost
        self.until_heard(request("BYE", branch="bye", cseq=2, to_tag=ok.to_tag), 200, "BYE")


@pytest.mark.parametrize("lost", range(4))
def test_a_call_survives_the_loss_of_any_message_of_the_caller(lost: int) -> None:
    wire = on_the_wire(lambda wire: Caller(wire, lost).call(), ring_and_answer)

    assert [type(event) for event in wire.events[:3]] == [LegIncoming, LegAnswered, LegEnded]
    assert len(wire.of(LegIncoming)) == len(wire.of(LegEnded)) == 1


@pytest.mark.parametrize("lost", range(4))
def test_a_call_survives_the_loss_of_any_message_of_ours(lost: int) -> None:
    def work(wire: Wire) -> None:
        count = iter(range(1, 1000))
        wire.lose = lambda data: next(count) == lost
        Caller(wire, 0).call()

    wire = on_the_wire(work, ring_and_answer)

    assert [type(event) for event in wire.events[:3]] == [LegIncoming, LegAnswered, LegEnded]
    assert len(wire.of(LegIncoming)) == len(wire.of(LegEnded)) == 1


def test_repeated_packets_make_no_second_call() -> None:
    def work(wire: Wire) -> None:
        for _ in range(5):
            wire.receive(invite())
            wire.advance(0.5)
        wire.receive(invite(branch="another-way"))

    wire = on_the_wire(work, only_ring)

    assert len(wire.of(LegIncoming)) == 1
    assert 482 in wire.statuses(), "the same call over a second way is a loop"


def test_a_caller_hears_nothing_until_we_say_that_we_have_the_call() -> None:
    def work(wire: Wire) -> None:
        assert wire.receive(invite()) == []
        assert wire.advance(0.4) == []
        assert wire.receive(invite()) == [], "the repeated INVITE is absorbed"
        assert wire.engine.trying(wire.incoming)
        assert wire.engine.trying(wire.incoming), "again, it does nothing"
        wire.engine.ring(wire.incoming)
        wire.engine.trying(wire.incoming)
        assert wire.statuses() == [100, 180]

    wire = on_the_wire(work, nothing)

    assert len(wire.of(LegIncoming)) == 1


def dialled(wire: Wire) -> Request:
    """Dial, and the INVITE that goes out."""
    wire.engine.dial(LegId("out"), "1001", caller_id="80001")
    sent = wire.since(0)[0]
    assert isinstance(sent, Request)
    return sent


def requests(wire: Wire) -> list[str]:
    return [message.method for message in wire.since(0) if isinstance(message, Request)]


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_call_we_place_survives_the_loss_of_any_message_of_ours(lost: int) -> None:
    """The INVITE, the ACK and the BYE, each lost once."""

    def work(wire: Wire) -> None:
        count = iter(range(1, 1000))
        wire.lose = lambda data: next(count) == lost
        wire.engine.dial(LegId("out"), "1001", caller_id="80001")
        wire.advance(1.0)
        sent = wire.since(0)[0]
        assert isinstance(sent, Request)
        answer = answer_to(sent, 200, body=wire_sdp())
        wire.receive(answer)
        wire.advance(0.5)
        wire.receive(answer)  # their 200 comes again
        wire.engine.hangup(LegId("out"))
        wire.advance(1.0)
        bye = next(message for message in wire.since(0) if isinstance(message, Request) and message.method == "BYE")
        wire.receive(answer_to(bye, 200))
        wire.advance(60.0)

    wire = on_the_wire(work)

    assert [type(event) for event in wire.events if event != wire.events[-1]] == [LegAnswered, LegEnded]
    assert {"INVITE", "ACK", "BYE"} <= set(requests(wire))


def wire_sdp() -> str:
    from minhu.carriers.tests.sip_wire import SDP

    return SDP


def test_an_answer_that_crosses_our_cancel_wins_and_is_hung_up() -> None:
    def work(wire: Wire) -> None:
        sent = dialled(wire)
        wire.receive(answer_to(sent, 180))
        wire.engine.hangup(LegId("out"))
        wire.advance(0.1)
        wire.receive(answer_to(sent, 200, body=wire_sdp()))

    wire = on_the_wire(work)

    assert requests(wire) == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert [(event.sip_code, event.leg) for event in wire.of(LegEnded)] == [(487, "out")]  # type: ignore[union-attr]


def test_a_cancel_waits_for_the_first_sign_of_life() -> None:
    def work(wire: Wire) -> None:
        sent = dialled(wire)
        wire.engine.hangup(LegId("out"))
        wire.advance(0.1)
        assert requests(wire) == ["INVITE"]
        wire.receive(answer_to(sent, 100))

    assert requests(on_the_wire(work)) == ["INVITE", "CANCEL"]


def test_a_cancel_that_comes_after_the_answer_changes_nothing() -> None:
    def work(wire: Wire) -> None:
        ok = wire.receive(invite())[-1]
        (answer,) = wire.receive(request("CANCEL"))
        assert answer.status == 200  # type: ignore[union-attr]
        wire.receive(request("ACK", branch="ack", to_tag=ok.to_tag))
        assert [type(event) for event in wire.events] == [LegIncoming, LegAnswered]

    on_the_wire(work, ring_and_answer)


def test_only_the_first_of_two_forked_answers_is_kept() -> None:
    def work(wire: Wire) -> None:
        sent = dialled(wire)
        wire.receive(answer_to(sent, 180, tag="one"))
        wire.receive(answer_to(sent, 180, tag="two"))
        wire.receive(answer_to(sent, 200, tag="two", body=wire_sdp()))
        wire.receive(answer_to(sent, 200, tag="one", body=wire_sdp()))
        byes = [m for m in wire.since(0) if isinstance(m, Request) and m.method == "BYE"]
        assert [bye.to_tag for bye in byes] == ["one"]

    wire = on_the_wire(work)

    assert len(wire.of(LegAnswered)) == 1


def test_our_2xx_that_is_never_acknowledged_ends_the_call() -> None:
    def work(wire: Wire) -> None:
        wire.receive(invite())
        wire.advance(GIVE_UP_SECONDS + 1)

    wire = on_the_wire(work, ring_and_answer)

    assert wire.statuses().count(200) > 5
    assert "BYE" in requests(wire)
    assert [event.sip_code for event in wire.of(LegEnded)] == [408]  # type: ignore[union-attr]


def test_a_hang_up_before_the_ack_waits_for_it() -> None:
    def work(wire: Wire) -> None:
        ok = wire.receive(invite())[-1]
        wire.engine.hangup(wire.incoming)
        wire.advance(0.1)
        assert "BYE" not in requests(wire)
        wire.receive(request("ACK", branch="ack", to_tag=ok.to_tag))
        assert "BYE" in requests(wire)

    on_the_wire(work, ring_and_answer)


def test_nothing_is_left_behind_when_all_timers_have_run_out() -> None:
    def work(wire: Wire) -> None:
        Caller(wire, 0).call()
        dialled_at = len(wire.sent)
        wire.engine.dial(LegId("out"), "1001", caller_id="80001")
        sent = wire.since(dialled_at)[0]
        assert isinstance(sent, Request)
        wire.receive(answer_to(sent, 486))
        wire.advance(40.0)
        assert wire.clock.waiting == 0

    on_the_wire(work, ring_and_answer)


def nothing(wire: Wire, event: Event) -> None: ...
