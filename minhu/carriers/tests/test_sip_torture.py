"""What a broken or hostile switch may send: the torture messages of RFC 4475, and worse."""

from __future__ import annotations

import pytest

from minhu.carriers.sip.message import Malformed, Request, Response, parse
from minhu.carriers.tests.sip_wire import TRUNK, Wire, invite, on_the_wire, request, ring_and_answer, torture
from minhu.carriers.voice import LegEnded, LegIncoming

MESSAGES = torture()


def test_all_messages_of_the_rfc_are_here() -> None:
    assert len(MESSAGES) == 49


@pytest.mark.parametrize("name", [name for name, (verdict, _) in MESSAGES.items() if verdict == "valid"])
def test_an_odd_but_valid_message_is_understood(name: str) -> None:
    message = parse(MESSAGES[name][1], TRUNK)

    assert isinstance(message, Request | Response)
    assert message.call_id.startswith(name.rstrip("0123456789")[:4]) or name == "mpart01"


@pytest.mark.parametrize("name", [name for name, (verdict, _) in MESSAGES.items() if verdict == "refused"])
def test_an_invalid_message_is_refused(name: str) -> None:
    try:
        message = parse(MESSAGES[name][1], TRUNK)
    except Malformed:
        return
    assert isinstance(message, Request)
    assert not message.version_ok


def test_the_worst_whitespace_is_read_as_meant() -> None:
    message = parse(MESSAGES["wsinv"][1], TRUNK)

    assert (message.from_tag, message.to_tag, message.cseq) == ("98asjd8", "1918181833n", 9)
    assert message.via.host == "192.0.2.2"
    assert len(message.all("via")) == 3


def test_a_call_goes_on_while_the_trunk_sends_torture() -> None:
    def work(wire: Wire) -> None:
        wire.receive(invite())
        for name, (_, data) in MESSAGES.items():
            wire.receive(data)
            assert name
        tag = wire.since(0)[0].to_tag
        wire.receive(request("ACK", branch="b2", to_tag=tag))
        (bye,) = wire.receive(request("BYE", branch="b3", cseq=2, to_tag=tag))
        assert bye.status == 200  # type: ignore[union-attr]

    wire = on_the_wire(work, ring_and_answer)

    ours = wire.incoming
    assert [event.sip_code for event in wire.of(LegEnded) if event.leg == ours] == [200]  # type: ignore[union-attr]
    assert len(wire.of(LegIncoming)) == len(wire.of(LegEnded))


@pytest.mark.parametrize(
    ("name", "code"),
    [("badvers", 505), ("unkscm", 416), ("bext01", 420), ("invut", 415), ("intmeth", 501), ("mismatch01", 400)],
)
def test_what_cannot_be_served_is_answered_with_the_right_code(name: str, code: int) -> None:
    def work(wire: Wire) -> None:
        wire.receive(MESSAGES[name][1])

    assert code in on_the_wire(work).statuses()


@pytest.mark.parametrize("port", ["99999", "0", "-1", "65536", "123456789012345"])
def test_an_impossible_port_in_via_is_answered_to_where_it_came_from(port: str) -> None:
    def work(wire: Wire) -> None:
        wire.receive(invite().replace("127.0.0.1:5081;branch", f"127.0.0.1:{port};branch"))
        wire.receive(invite(call="next", branch="next"))

    wire = on_the_wire(work)

    assert len(wire.of(LegIncoming)) == 1, "only the sound call comes in"
    assert all(peer == TRUNK for _, peer in wire.sent)
