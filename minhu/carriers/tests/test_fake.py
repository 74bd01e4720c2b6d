"""The network in memory does what a scene says, when it says."""

from __future__ import annotations

import asyncio
import time

from minhu.carriers.fake import (
    Answers,
    Busy,
    Declines,
    FakeTextGateway,
    FakeVoiceEngine,
    Silent,
    VirtualClock,
    VirtualTimeLoop,
)
from minhu.carriers.tests.text_worlds import CITIZEN, OFFICE, Notebook
from minhu.carriers.text import Accepted, Fate, Outgoing, Rejected
from minhu.carriers.voice import (
    EndedBy,
    Event,
    LegAnswered,
    LegEnded,
    LegId,
    LegRinging,
    NodeUp,
    OpId,
    PlayDone,
)

OFFICIAL = LegId("official")


class Scene:
    """An engine on a clock moved by hand, and what it told at which second."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.engine = FakeVoiceEngine(timers=self.clock)
        self.told: list[tuple[float, Event]] = []
        asyncio.run(self.engine.start(lambda event: self.told.append((round(self.clock.time(), 1), event))))
        self.clock.advance()

    def times(self) -> list[tuple[float, type[Event]]]:
        return [(at, type(event)) for at, event in self.told[1:]]


def test_an_official_answers_after_four_seconds_and_talks_for_ten() -> None:
    scene = Scene()
    scene.engine.handset("601", Answers(after_seconds=4.0, talk_seconds=10.0))
    scene.engine.dial(OFFICIAL, "601", caller_id="8001")
    scene.clock.advance(3.9)
    assert scene.times() == [(0.2, LegRinging)]
    scene.clock.advance(60.0)

    assert scene.times() == [(0.2, LegRinging), (4.0, LegAnswered), (14.0, LegEnded)]
    assert scene.engine.telephone("601").shown == "8001"


def test_a_handset_may_behave_otherwise_at_the_next_call() -> None:
    scene = Scene()
    scene.engine.handset("601", Busy(), Declines(after_seconds=2.0), Silent())
    codes = []
    for number in range(4):
        leg = LegId(f"try {number}")
        scene.engine.dial(leg, "601", caller_id="8001", timeout_seconds=20.0)
        scene.clock.advance(30.0)
        ended = scene.engine.far_end(leg).ended
        assert ended is not None
        codes.append((ended.sip_code, ended.by))

    assert codes == [
        (486, EndedBy.CALLER), (603, EndedBy.CALLER), (408, EndedBy.NETWORK), (408, EndedBy.NETWORK),
    ]  # fmt: skip


def test_nothing_is_told_from_inside_a_command() -> None:
    scene = Scene()
    citizen = scene.engine.call("8001", caller="13900000001")
    scene.clock.advance()
    before = len(scene.told)
    scene.engine.trying(citizen.leg)
    scene.engine.answer(citizen.leg)
    scene.engine.hangup(citizen.leg)

    assert len(scene.told) == before
    scene.clock.advance()
    assert scene.times()[-2:] == [(0.0, LegAnswered), (0.0, LegEnded)]


def test_a_citizen_hears_the_prompts_one_after_another() -> None:
    scene = Scene()
    citizen = scene.engine.call("8001", caller="13900000001")
    scene.engine.answer(citizen.leg)
    scene.engine.play(citizen.leg, ["welcome.wav", "in-a-meeting.wav"], OpId("prompt"))
    scene.clock.advance(1.0)
    assert citizen.heard == ["welcome.wav"]
    scene.clock.advance(9.0)

    assert citizen.heard == ["welcome.wav", "in-a-meeting.wav"]
    assert (4.0, PlayDone) in scene.times()


def test_one_fault_of_the_listener_hides_no_later_event() -> None:
    clock, told = VirtualClock(), []

    def listener(event: Event) -> None:
        told.append(event)
        if isinstance(event, NodeUp):
            raise ValueError("a fault")

    engine = FakeVoiceEngine(timers=clock)
    asyncio.run(engine.start(listener))
    citizen = engine.call("8001", caller="")
    try:
        clock.advance()
    except ValueError:
        clock.advance()

    assert getattr(told[-1], "leg", None) == citizen.leg


def test_an_hour_of_waiting_takes_no_time_and_work_in_threads_is_waited_for() -> None:
    order: list[str] = []

    def slow_store() -> None:
        sum(range(1_000_000))  # slow enough for a loop that does not wait
        order.append("stored")

    async def scene() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(3600, order.append, "an hour later")
        await loop.run_in_executor(None, slow_store)
        at = loop.time()
        await asyncio.sleep(3600)
        return at

    begun = time.monotonic()
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        stored_at = runner.run(scene())

    assert order == ["stored", "an hour later"]
    assert stored_at < 1
    assert time.monotonic() - begun < 30


def test_timers_of_one_instant_go_off_in_the_order_they_were_set() -> None:
    order: list[int] = []

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        for number in range(50):
            loop.call_later(5, order.append, number)
        await asyncio.sleep(6)

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(scene())

    assert order == list(range(50))


def test_a_scene_decides_what_the_gateway_answers() -> None:
    gateway, notebook = FakeTextGateway(), Notebook()
    gateway.start(notebook)
    text = Outgoing("text-1", OFFICE, CITIZEN, "会后回电")
    gateway.refuses("ESME_RINVDSTADR", retryable=False)

    assert gateway.submit(text) == Rejected("ESME_RINVDSTADR", retryable=False)
    accepted = gateway.submit(text)
    assert isinstance(accepted, Accepted)
    assert gateway.query("text-1") is Fate.PENDING
    gateway.reports_all()
    assert gateway.query("text-1") is Fate.DELIVERED
    assert [receipt.gateway_id for receipt in notebook.receipts] == list(accepted.ids)


def test_a_text_brought_again_by_the_gateway_has_the_same_key() -> None:
    gateway, notebook = FakeTextGateway(), Notebook()
    gateway.start(notebook)
    text = gateway.citizen_texts("路灯不亮", sender=CITIZEN, recipient=OFFICE)
    gateway.repeats(text)

    assert [one.key for one in notebook.texts] == [text.key, text.key]
