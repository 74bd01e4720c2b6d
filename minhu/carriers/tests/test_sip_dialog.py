"""What happens within a call: hold, glare, refreshes, reliable ringing, keys, and requests we do not know."""

from __future__ import annotations

import pytest

from minhu.carriers.sip.config import Limits, SipConfig, Trunk
from minhu.carriers.sip.message import Request, Response
from minhu.carriers.tests.sip_wire import (
    SDP,
    TRUNK,
    Wire,
    answer_to,
    do_nothing,
    invite,
    on_the_wire,
    only_ring,
    request,
    ring_and_answer,
)
from minhu.carriers.voice import Digit, EndedBy, LegAnswered, LegEnded, LegId, LegRinging


def begin(wire: Wire, **parts: object) -> str:
    """A call is answered and acknowledged; our tag."""
    ok = wire.receive(invite(**parts))[-1]
    wire.receive(request("ACK", branch="ack", to_tag=ok.to_tag, call=str(parts.get("call", "call"))))
    return ok.to_tag


def place(wire: Wire, **answer: str) -> Request:
    """We call, and are answered; our INVITE."""
    wire.engine.dial(LegId("out"), "1001", caller_id="80001")
    sent = wire.since(0)[0]
    assert isinstance(sent, Request)
    wire.receive(answer_to(sent, 200, body=SDP, **answer))
    return sent


def last_request(wire: Wire, method: str) -> Request:
    return [m for m in wire.since(0) if isinstance(m, Request) and m.method == method][-1]


def codes(wire: Wire) -> list[tuple[int, EndedBy]]:
    return [(event.sip_code, event.by) for event in wire.events if isinstance(event, LegEnded)]


@pytest.mark.parametrize(
    ("theirs", "ours"), [("sendonly", "recvonly"), ("inactive", "inactive"), ("sendrecv", "sendrecv")]
)
def test_hold_is_answered_with_its_mirror_image(theirs: str, ours: str) -> None:
    def work(wire: Wire) -> None:
        tag = begin(wire)
        again = invite(branch="hold", cseq=2, to_tag=tag, body=f"{SDP}a={theirs}\r\n")
        (ok,) = wire.receive(again)
        assert isinstance(ok, Response)
        assert (ok.status, f"a={ours}" in ok.body.decode() or ours == "sendrecv") == (200, True)

    on_the_wire(work)


def test_a_reinvite_that_offers_nothing_we_speak_leaves_the_call_as_it_was() -> None:
    def work(wire: Wire) -> None:
        tag = begin(wire)
        video = SDP.replace("m=audio 6000 RTP/AVP 8 101", "m=video 6000 RTP/AVP 31")
        wire.receive(invite(branch="video", cseq=2, to_tag=tag, body=video))
        (bye,) = wire.receive(request("BYE", branch="bye", cseq=3, to_tag=tag))
        assert bye.status == 200  # type: ignore[union-attr]

    assert 488 in on_the_wire(work).statuses()


def test_a_call_that_offers_nothing_we_speak_is_refused_and_told() -> None:
    video = SDP.replace("m=audio 6000 RTP/AVP 8 101", "m=video 6000 RTP/AVP 31")

    wire = on_the_wire(lambda wire: void(wire.receive(invite(body=video))))

    assert codes(wire) == [(488, EndedBy.NETWORK)]
    assert wire.statuses() == [488]


def void(_: object) -> None: ...


def test_a_second_reinvite_before_the_ack_of_the_first_must_wait() -> None:
    def work(wire: Wire) -> None:
        tag = begin(wire)
        wire.receive(invite(branch="one", cseq=2, to_tag=tag))
        (answer,) = wire.receive(invite(branch="two", cseq=3, to_tag=tag))
        assert answer.status == 491  # type: ignore[union-attr]

    on_the_wire(work)


def test_a_request_older_than_the_last_one_is_refused() -> None:
    def work(wire: Wire) -> None:
        tag = begin(wire, cseq=10)
        (answer,) = wire.receive(request("INFO", branch="old", cseq=9, to_tag=tag))
        assert answer.status == 500  # type: ignore[union-attr]

    on_the_wire(work)


def test_the_caller_moves_and_our_bye_follows() -> None:
    def work(wire: Wire) -> None:
        tag = begin(wire)
        moved = invite(branch="move", cseq=2, to_tag=tag).replace(
            "sip:13800000001@127.0.0.1:5081>", "sip:new@127.0.0.1:5099>"
        )
        wire.receive(moved)
        wire.receive(request("ACK", branch="ack2", cseq=2, to_tag=tag))
        wire.engine.hangup(wire.incoming)
        assert last_request(wire, "BYE").uri == "sip:new@127.0.0.1:5099"
        assert wire.sent[-1][1].port == 5099

    on_the_wire(work)


def test_requests_follow_the_route_that_the_call_recorded() -> None:
    def work(wire: Wire) -> None:
        route = "Record-Route: <sip:127.0.0.1:5071;lr>, <sip:127.0.0.1:5072;lr>\r\n"
        begin(wire, headers=route)
        wire.engine.hangup(wire.incoming)
        bye = last_request(wire, "BYE")
        assert bye.all("route") == ["<sip:127.0.0.1:5071;lr>", "<sip:127.0.0.1:5072;lr>"]
        assert wire.sent[-1][1].port == 5071

    on_the_wire(work)


@pytest.mark.parametrize(
    ("method", "code"), [("OPTIONS", 200), ("REFER", 501), ("SUBSCRIBE", 501), ("REGISTER", 501), ("MESSAGE", 501)]
)
def test_a_request_outside_a_call_is_answered_as_it_deserves(method: str, code: int) -> None:
    wire = on_the_wire(lambda wire: void(wire.receive(request(method))))

    assert wire.statuses() == [code]
    assert wire.of(LegEnded) == []


def test_a_request_for_a_call_that_is_gone_is_told_so() -> None:
    def work(wire: Wire) -> None:
        (answer,) = wire.receive(request("BYE", to_tag="gone"))
        assert answer.status == 481  # type: ignore[union-attr]

    on_the_wire(work)


@pytest.mark.parametrize(
    ("kind", "body", "digit"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf", "#", "#"),
        ("application/dtmf-relay", "Signal= 11\r\n", "#"),
    ],
)
def test_a_key_sent_by_info_is_heard(kind: str, body: str, digit: str) -> None:
    def work(wire: Wire) -> None:
        tag = begin(wire)
        wire.receive(request("INFO", branch="info", cseq=2, to_tag=tag, body=body, kind=kind))

    wire = on_the_wire(work)

    assert [event.digit for event in wire.events if isinstance(event, Digit)] == [digit]


def test_an_offerless_caller_gets_our_offer_and_answers_it_in_the_ack() -> None:
    def work(wire: Wire) -> None:
        ok = wire.receive(invite(body=""))[-1]
        assert b"m=audio" in ok.body
        wire.receive(request("ACK", branch="ack", to_tag=ok.to_tag, body=SDP))

    assert len(on_the_wire(work).of(LegAnswered)) == 1


def test_an_offerless_caller_who_answers_nothing_is_hung_up() -> None:
    wire = on_the_wire(lambda wire: void(begin(wire, body="")))

    assert codes(wire) == [(488, EndedBy.NETWORK)]
    assert last_request(wire, "BYE")


# PRACK


def test_a_caller_who_requires_it_gets_reliable_ringing() -> None:
    def work(wire: Wire) -> None:
        (ringing,) = wire.receive(invite(headers="Require: 100rel\r\n"))
        assert isinstance(ringing, Response)
        assert (ringing.status, ringing.first("rseq")) == (180, "1")
        assert len(wire.advance(1.6)) == 2, "repeated until the PRACK"
        prack = request("PRACK", branch="pr", cseq=2, to_tag=ringing.to_tag, headers="RAck: 1 1 INVITE\r\n")
        assert wire.receive(prack)[0].status == 200  # type: ignore[union-attr]
        assert wire.advance(5.0) == []

    on_the_wire(work, only_ring)


def test_reliable_ringing_that_is_never_confirmed_ends_the_call() -> None:
    def work(wire: Wire) -> None:
        wire.receive(invite(headers="Require: 100rel\r\n"))
        wire.advance(70.0)

    assert codes(on_the_wire(work, only_ring)) == [(504, EndedBy.NETWORK)]


def test_we_confirm_reliable_ringing_once() -> None:
    def work(wire: Wire) -> None:
        wire.engine.dial(LegId("out"), "1001", caller_id="80001")
        sent = wire.since(0)[0]
        assert isinstance(sent, Request)
        progress = answer_to(sent, 183, headers="Require: 100rel\r\nRSeq: 77\r\n", body=SDP)
        wire.receive(progress)
        wire.receive(progress)
        assert last_request(wire, "PRACK").first("rack") == f"77 {sent.cseq} INVITE"
        assert sum(isinstance(m, Request) and m.method == "PRACK" for m in wire.since(0)) == 1
        wire.receive(answer_to(sent, 200))  # without a session description: the 183 had it

    wire = on_the_wire(work, do_nothing)

    assert [type(event) for event in wire.events[:2]] == [LegRinging, LegAnswered]


# Session timers


def test_a_caller_who_promised_to_refresh_and_does_not_is_hung_up() -> None:
    def work(wire: Wire) -> None:
        begin(wire, headers="Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n")
        wire.advance(50.0)
        assert codes(wire) == []
        wire.advance(20.0)

    wire = on_the_wire(work)

    assert codes(wire) == [(408, EndedBy.NETWORK)]
    assert last_request(wire, "BYE")


def test_a_caller_who_refreshes_is_kept() -> None:
    def work(wire: Wire) -> None:
        timer = "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\n"
        tag = begin(wire, headers=timer)
        for turn in range(5):
            wire.advance(45.0)
            update = request("UPDATE", branch=f"u{turn}", cseq=2 + turn, to_tag=tag, headers=timer)
            (ok,) = wire.receive(update)
            assert ok.first("session-expires") == "90;refresher=uac"
        assert codes(wire) == []

    on_the_wire(work)


@pytest.mark.parametrize(("allow", "method"), [("Allow: UPDATE\r\n", "UPDATE"), ("Allow: BYE\r\n", "INVITE")])
def test_we_refresh_when_it_is_our_turn(allow: str, method: str) -> None:
    def work(wire: Wire) -> None:
        begin(wire, headers=f"{allow}Supported: timer\r\nSession-Expires: 100;refresher=uas\r\n")
        wire.advance(50.1)
        refresh = last_request(wire, method)
        wire.receive(
            answer_to(
                refresh, 200, headers="Session-Expires: 100;refresher=uac\r\n", body=SDP if method == "INVITE" else ""
            )
        )
        wire.advance(49.0)
        assert codes(wire) == []
        wire.advance(2.0)
        assert last_request(wire, method).cseq == refresh.cseq + 1

    on_the_wire(work)


def test_an_official_whose_telephone_died_is_noticed_by_our_refresh() -> None:
    def work(wire: Wire) -> None:
        place(wire, headers="Session-Expires: 1800;refresher=uac\r\nAllow: UPDATE\r\n")
        wire.advance(900.0 + 33.0)

    assert codes(on_the_wire(work)) == [(408, EndedBy.NETWORK)]


def test_glare_is_settled_by_waiting_a_little() -> None:
    def work(wire: Wire) -> None:
        begin(wire, headers="Supported: timer\r\nSession-Expires: 100;refresher=uas\r\n")
        wire.advance(50.1)
        refresh = last_request(wire, "INVITE")
        tag = wire.since(0)[0].to_tag
        (pending,) = wire.receive(invite(branch="glare", cseq=2, to_tag=tag))
        assert pending.status == 491, "ours is under way"  # type: ignore[union-attr]
        wire.receive(answer_to(refresh, 491))
        wire.advance(4.1)
        assert last_request(wire, "INVITE").cseq == refresh.cseq + 1

    on_the_wire(work)


def test_an_interval_too_small_for_them_is_raised() -> None:
    def work(wire: Wire) -> None:
        wire.engine.dial(LegId("out"), "1001", caller_id="80001")
        first = last_request(wire, "INVITE")
        wire.receive(answer_to(first, 422, headers="Min-SE: 3600\r\n"))
        second = last_request(wire, "INVITE")
        assert (second.cseq, second.first("session-expires")) == (first.cseq + 1, "3600")

    on_the_wire(work)


# Placing calls


def test_a_call_shows_the_published_number() -> None:
    def work(wire: Wire) -> None:
        wire.engine.dial(LegId("out"), "13900000001", caller_id="80001", headers={"X-Case": "K7Q2\r\nEvil: 1"})
        sent = last_request(wire, "INVITE")
        assert sent.uri == "sip:13900000001@127.0.0.1:5081"
        assert sent.first("from").startswith("<sip:80001@")
        assert sent.first("p-asserted-identity").startswith("<sip:80001@")
        assert "evil" not in sent.headers

    on_the_wire(work)


@pytest.mark.parametrize("number", ["", "1 2", "1@evil", "1>;tag=x", "1\r\nX: y"])
def test_a_number_that_is_none_is_not_dialled(number: str) -> None:
    wire = on_the_wire(lambda wire: void(wire.engine.dial(LegId("out"), number, caller_id="80001")))

    assert [event.leg for event in wire.events if isinstance(event, LegEnded)] == ["out"]
    assert wire.sent == []


def test_a_leg_in_use_is_not_dialled_twice() -> None:
    def work(wire: Wire) -> None:
        assert wire.engine.dial(LegId("out"), "1001", caller_id="80001")
        assert not wire.engine.dial(LegId("out"), "1001", caller_id="80001")
        assert not wire.engine.hangup(LegId("unknown"))
        assert not wire.engine.answer(LegId("out"))

    on_the_wire(work)


def test_nobody_there_is_a_network_failure() -> None:
    def work(wire: Wire) -> None:
        wire.engine.dial(LegId("out"), "1001", caller_id="80001")
        wire.advance(33.0)

    assert codes(on_the_wire(work)) == [(408, EndedBy.NETWORK)]


def test_more_callers_than_we_can_serve_are_asked_to_come_later() -> None:
    config = SipConfig("node", (Trunk("trunk", TRUNK.host, TRUNK.port),), limits=Limits(max_calls=2))

    def work(wire: Wire) -> None:
        for number in range(3):
            wire.receive(invite(call=f"c{number}", branch=f"b{number}"))

    wire = on_the_wire(work, only_ring, config)

    assert wire.statuses()[:3] == [180, 180, 503]


def test_a_switch_that_fails_on_one_call_loses_only_that_one(caplog: pytest.LogCaptureFixture) -> None:
    def stumble(wire: Wire, event: object) -> None:
        if getattr(event, "from_", "") == "13800000001" and not wire.of(LegEnded):
            raise RuntimeError("a fault in the switch")
        ring_and_answer(wire, event)  # type: ignore[arg-type]

    def work(wire: Wire) -> None:
        wire.receive(invite(call="bad", branch="bad"))
        begin(wire, call="good")

    wire = on_the_wire(work, stumble)

    assert wire.statuses()[:3] == [500, 180, 200]
    assert len(wire.of(LegAnswered)) == 1
    assert "a fault in the switch" in caplog.text
