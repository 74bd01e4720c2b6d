"""Ten thousand pieces of nonsense from the trunk itself, while a citizen is talking."""

from __future__ import annotations

import logging
import random

import pytest

from minhu.carriers.tests.sip_fuzz import fuzzed, mutate
from minhu.carriers.tests.sip_wire import SDP, TRUNK, Wire, invite, on_the_wire, request, ring_and_answer
from minhu.carriers.voice import LegAnswered, LegEnded, LegIncoming

SEEDS = (2022, 2023, 2024, 2025)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_live_call_survives_fuzzed_messages(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    def work(wire: Wire) -> None:
        ok = wire.receive(invite())[-1]
        wire.receive(request("ACK", branch="ack", to_tag=ok.to_tag))
        ours = wire.incoming
        for number, data in enumerate(fuzzed(seed, 2500)):
            wire.engine.receive(data, TRUNK)
            if number % 250 == 249:
                wire.advance(40.0)
        assert [event for event in wire.events if isinstance(event, LegEnded) and event.leg == ours] == []
        (answer,) = wire.receive(request("BYE", branch="bye", cseq=2, to_tag=ok.to_tag))
        assert answer.status == 200  # type: ignore[union-attr]
        assert wire.receive(invite(call="next", branch="next"))[-1].status == 200  # type: ignore[union-attr]

    with caplog.at_level(logging.ERROR):
        wire = on_the_wire(work, ring_and_answer)

    assert len(wire.of(LegIncoming)) == len(wire.of(LegEnded)) > 100, "some are sound enough to ring"
    assert [record.getMessage() for record in caplog.records] == [], "no message may even cause a caught fault"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_call_survives_fuzzed_session_descriptions_of_its_own(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    """Re-INVITEs within the call itself, then a sound one."""
    rng = random.Random(seed)

    def work(wire: Wire) -> None:
        ok = wire.receive(invite())[-1]
        wire.receive(request("ACK", branch="ack", to_tag=ok.to_tag))
        for number in range(2, 400):
            body = mutate(rng, SDP.encode()).decode("utf-8", "replace")
            again = invite(branch=f"again{number}", cseq=number, to_tag=ok.to_tag, body=body)
            answers = wire.receive(again)
            if answers[-1].status == 200:  # type: ignore[union-attr]
                ack = request("ACK", branch=f"ack{number}", cseq=number, to_tag=ok.to_tag, body="" if body else SDP)
                wire.receive(ack)
        (last, *_) = wire.receive(invite(branch="sound", cseq=1000, to_tag=ok.to_tag))
        assert last.status == 200  # type: ignore[union-attr]

    with caplog.at_level(logging.ERROR):
        wire = on_the_wire(work, ring_and_answer)

    assert len(wire.of(LegAnswered)) == 1
    assert [record.getMessage() for record in caplog.records] == []
