"""The embedded engine with real telephones: an app of a few lines in the middle, SIPp at both ends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from minhu.carriers.sip.config import SipConfig, Transport, Trunk
from minhu.carriers.sip.engine import SipEngine
from minhu.carriers.sip.media import Media
from minhu.carriers.tests.sip_fuzz import fuzzed
from minhu.carriers.voice import (
    BridgeId,
    Digit,
    EndedBy,
    Event,
    LegAnswered,
    LegEnded,
    LegId,
    LegIncoming,
    LegRinging,
)
from tests.telephony.sipp import LOOPBACK, Phone, Phones, free_port

E = TypeVar("E", bound=Event)


@dataclass
class App:
    """Records what happens, and answers events as the test says."""

    engine: SipEngine
    react: Callable[[App, Event], None]
    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.react(self, event)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def at(self) -> tuple[str, int]:
        return LOOPBACK, self.engine.ports[Transport.UDP]

    async def until(self, kind: type[E], count: int = 1) -> list[E]:
        async with asyncio.timeout(10.0):
            while len(self.of(kind)) < count:  # noqa: ASYNC110 - what is waited for happens in other processes
                await asyncio.sleep(0.01)
        return self.of(kind)


def with_engine(
    react: Callable[[App, Event], None],
    work: Callable[[App], Awaitable[None]],
    *phones: Phone,
    lost_after_seconds: float = 30.0,
) -> App:
    """Run ``work`` beside a running engine, whose trunks are the given phones (trunk "0" the first, …)."""

    async def run() -> App:
        trunks = tuple(Trunk(str(place), LOOPBACK, phone.port) for place, phone in enumerate(phones))
        first = free_port(pair=True)
        config = SipConfig("node", trunks or (Trunk("0", LOOPBACK),), listen_udp=(LOOPBACK, 0))
        media = Media(address=LOOPBACK, ports=range(first, first + 200), lost_after_seconds=lost_after_seconds)
        engine = SipEngine(config, media)
        app = App(engine, react)
        await engine.start(app)
        try:
            await work(app)
        finally:
            await engine.stop()
        return app

    return asyncio.run(run())


def answer_at_once(app: App, event: Event) -> None:
    if isinstance(event, LegIncoming):
        app.engine.ring(event.leg)
        app.engine.answer(event.leg)


def ring_only(app: App, event: Event) -> None:
    if isinstance(event, LegIncoming):
        app.engine.ring(event.leg)


def nothing(app: App, event: Event) -> None: ...


def test_a_caller_is_answered_and_hangs_up(phones: Phones) -> None:
    async def work(app: App) -> None:
        caller = phones.call("call", to=app.at, number="80001", caller="13912345678")
        assert (await caller.finished()).ok

    app = with_engine(answer_at_once, work)

    (incoming,) = app.of(LegIncoming)
    assert (incoming.request_uri, incoming.from_, incoming.trunk) == ("80001", "13912345678", "0")
    assert app.of(LegAnswered) == [LegAnswered(incoming.leg)]
    assert app.of(LegEnded) == [LegEnded(incoming.leg, 200, "hung up", EndedBy.CALLER)]


@pytest.mark.parametrize(
    "scenario",
    ["hold", "session_timer", "session_timer_too_small", "call_without_offer"],
)
def test_a_caller_does_what_callers_do(phones: Phones, scenario: str) -> None:
    async def work(app: App) -> None:
        outcome = await phones.call(scenario, to=app.at).finished()
        assert outcome.ok, outcome.errors
        await app.until(LegEnded)

    app = with_engine(answer_at_once, work)

    assert len(app.of(LegIncoming)) == len(app.of(LegEnded)) == 1


def test_a_caller_who_gives_up_while_it_rings_is_told_so(phones: Phones) -> None:
    async def work(app: App) -> None:
        assert (await phones.call("cancel", to=app.at).finished()).ok

    app = with_engine(ring_only, work)

    (ended,) = app.of(LegEnded)
    assert (ended.sip_code, ended.by) == (487, EndedBy.CALLER)


def test_a_declined_caller_hears_the_code(phones: Phones) -> None:
    def decline(app: App, event: Event) -> None:
        if isinstance(event, LegIncoming):
            app.engine.hangup(event.leg, 603)

    async def work(app: App) -> None:
        assert (await phones.call("refused", to=app.at, code=603).finished()).ok

    app = with_engine(decline, work)

    assert [(ended.sip_code, ended.by) for ended in app.of(LegEnded)] == [(603, EndedBy.US)]


def test_a_pressed_key_is_heard(phones: Phones) -> None:
    async def work(app: App) -> None:
        assert (await phones.call("digits", to=app.at, digit="7").finished()).ok

    app = with_engine(answer_at_once, work)

    assert [digit.digit for digit in app.of(Digit)] == ["7"]


def test_we_hang_up_on_a_caller(phones: Phones) -> None:
    def answer_then_hang_up(app: App, event: Event) -> None:
        answer_at_once(app, event)
        if isinstance(event, LegAnswered):
            app.engine.hangup(event.leg)

    async def work(app: App) -> None:
        assert (await phones.call("call_until_bye", to=app.at).finished()).ok

    app = with_engine(answer_then_hang_up, work)

    assert [ended.by for ended in app.of(LegEnded)] == [EndedBy.US]


def test_two_handsets_ring_and_the_first_to_answer_gets_the_call(phones: Phones) -> None:
    quick, slow = phones.serve("answer", ring_ms=200, calls=1), phones.serve("no_answer", calls=1)

    def first_wins(app: App, event: Event) -> None:
        match event:
            case LegIncoming(leg=leg):
                app.engine.ring(leg)
                app.engine.dial(LegId("quick"), "1001", caller_id="80001", trunk="0")
                app.engine.dial(LegId("slow"), "1002", caller_id="80001", trunk="1")
            case LegAnswered(leg="quick"):
                app.engine.hangup(LegId("slow"))
                caller = app.of(LegIncoming)[0].leg
                app.engine.answer(caller)
                app.engine.bridge(BridgeId("b"), (caller, LegId("quick")))
            case LegEnded(leg=leg) if leg not in ("quick", "slow"):
                app.engine.hangup(LegId("quick"))

    async def work(app: App) -> None:
        assert (await phones.call("call", to=app.at).finished()).ok
        assert (await quick.finished()).ok
        assert (await slow.finished()).ok

    app = with_engine(first_wins, work, quick, slow)

    assert {event.leg for event in app.of(LegRinging)} == {"quick", "slow"}
    assert {(ended.leg, ended.sip_code) for ended in app.of(LegEnded)} >= {("quick", 200), ("slow", 487)}


@pytest.mark.parametrize(("number", "code"), [("1002", 486), ("1003", 603), ("1009", 404)])
def test_a_handset_that_refuses_is_told_by_its_code(phones: Phones, number: str, code: int) -> None:
    handsets = phones.serve("handsets", calls=1, ring_ms=50)

    async def work(app: App) -> None:
        assert app.engine.dial(LegId("official"), number, caller_id="80001")
        await app.until(LegEnded)
        assert (await handsets.finished()).ok

    app = with_engine(nothing, work, handsets)

    assert [(ended.sip_code, ended.by) for ended in app.of(LegEnded)] == [(code, EndedBy.CALLER)]


def test_a_handset_that_nobody_picks_up_is_cancelled_in_time(phones: Phones) -> None:
    handsets = phones.serve("handsets", calls=1)

    async def work(app: App) -> None:
        app.engine.dial(LegId("official"), "1004", caller_id="80001", timeout_seconds=0.4)
        await app.until(LegEnded)
        assert (await handsets.finished()).ok

    app = with_engine(nothing, work, handsets)

    assert [(ended.sip_code, ended.by) for ended in app.of(LegEnded)] == [(408, EndedBy.NETWORK)]


def test_a_handset_that_answers_and_hangs_up_ends_its_leg(phones: Phones) -> None:
    handset = phones.serve("answer_and_hang_up", calls=1)

    async def work(app: App) -> None:
        app.engine.dial(LegId("official"), "1001", caller_id="80001")
        await app.until(LegEnded)
        assert (await handset.finished()).ok, handset.wait().errors

    app = with_engine(nothing, work, handset)

    assert [type(event) for event in app.events if getattr(event, "leg", "") == "official"] == [
        LegRinging,
        LegAnswered,
        LegEnded,
    ]


def test_thirty_callers_at_once_are_all_answered(phones: Phones) -> None:
    async def work(app: App) -> None:
        outcome = await phones.call("call", to=app.at, calls=30, rate=300).finished()
        assert outcome.successful == 30

    app = with_engine(answer_at_once, work)

    assert len(app.of(LegIncoming)) == len(app.of(LegEnded)) == 30


def test_a_caller_whose_sound_is_lost_is_hung_up(phones: Phones) -> None:
    async def work(app: App) -> None:
        assert (await phones.call("call_until_bye", to=app.at).finished()).ok

    app = with_engine(answer_at_once, work, lost_after_seconds=0.3)

    assert [(ended.cause, ended.by) for ended in app.of(LegEnded)] == [("media lost", EndedBy.NETWORK)]


def test_a_real_call_survives_ten_thousand_fuzzed_packets_from_the_trunks_address(phones: Phones) -> None:
    citizens = ("13900000000", "13900000001")

    def answer_citizens(app: App, event: Event) -> None:
        if isinstance(event, LegIncoming) and event.from_ not in citizens:
            app.engine.hangup(event.leg, 486)
        else:
            answer_at_once(app, event)

    async def work(app: App) -> None:
        caller = phones.call("call", to=app.at, caller=citizens[0], talk_ms=6000)
        await app.until(LegAnswered)
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trunk:
            trunk.bind((LOOPBACK, 0))
            trunk.setblocking(False)
            for data in fuzzed(7, 10_000):
                await loop.sock_sendto(trunk, data[:60_000], app.at)
        assert (await caller.finished()).ok
        outcome = await phones.call("call", to=app.at, caller=citizens[1], talk_ms=0).finished()
        assert outcome.ok, f"the next caller is served as well: {outcome.errors}"

    app = with_engine(answer_citizens, work)

    ours = [event.leg for event in app.of(LegIncoming) if event.from_ == citizens[0]]
    assert [ended.sip_code for ended in app.of(LegEnded) if ended.leg in ours] == [200]
