"""A telephone network in memory: callers who ring us, handsets that answer, are busy, ignore or decline.

Everything happens through timers (an asyncio loop, or a clock that a test moves), so a scene of many minutes takes
none. Events never reach the sink from inside a command: they follow, in order, as from a real engine.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import assert_never

from minhu.carriers.fake.clock import Cancellable, Timers
from minhu.carriers.fake.handsets import RINGS_AFTER_SECONDS, Answers, Busy, Declines, FarEnd, Ignores, Script, Silent
from minhu.carriers.fake.media import Operation, Prompt, Recording, prompt_seconds
from minhu.carriers.voice import (
    BridgeId,
    Capabilities,
    Digit,
    Diversion,
    EndedBy,
    Event,
    LegAnswered,
    LegEnded,
    LegId,
    LegIncoming,
    LegRinging,
    LegState,
    NodeDown,
    NodeUp,
    OpId,
    PlayDone,
    RecordDone,
    RecordLimits,
    Sink,
)


@dataclass(slots=True, eq=False)
class _Leg:
    far: FarEnd
    answered: bool = False
    bridge: BridgeId | None = None
    timers: list[Cancellable] = field(default_factory=list)
    operations: dict[OpId, Operation] = field(default_factory=dict)


class FakeVoiceEngine:
    """VoiceEngine without a network.

    timers: the clock; None means the running asyncio loop. script: how a number behaves that nobody scripted.
    prompt_seconds: length of a prompt whose file does not exist.
    """

    def __init__(
        self,
        node: str = "fake",
        *,
        timers: Timers | None = None,
        script: Script | None = None,
        prompt_seconds: float = 2.0,
    ) -> None:
        self.far_ends: list[FarEnd] = []
        self._node = node
        self._timers = timers
        self._script = script or Ignores()
        self._prompt_seconds = prompt_seconds
        self._scripts: dict[str, deque[Script]] = {}
        self._legs: dict[LegId, _Leg] = {}
        self._used_legs: set[LegId] = set()
        self._used_ops: set[OpId] = set()
        self._bridges: dict[BridgeId, tuple[LegId, LegId]] = {}
        self._events: deque[Event] = deque()
        self._sink: Sink | None = None
        self._running = False
        self._accepting = False
        self._emptied: asyncio.Event | None = None
        self._numbers = count(1)

    @property
    def node(self) -> str:
        return self._node

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    # ---- what a scene does at the far end

    def handset(self, number: str, *scripts: Script) -> None:
        """Say how ``number`` behaves when we dial it: one script a call, the last one stays."""
        self._scripts[number] = deque(scripts)

    def call(
        self,
        to: str,
        *,
        caller: str,
        diversions: Sequence[Diversion] = (),
        history: Sequence[Diversion] = (),
        headers: Mapping[str, str] | None = None,
    ) -> FarEnd:
        """A citizen rings ``to``; an empty ``caller`` withholds the number. Returns the citizen's telephone."""
        leg = LegId(f"{self._node}-in-{next(self._numbers)}")
        far = self._new_leg(leg, number=caller, shown=to, incoming=True)
        if not self._accepting:
            del self._legs[leg]
            far.ended = LegEnded(leg, 503, "not accepting calls", EndedBy.US)
            return far
        self._tell(
            LegIncoming(
                leg,
                node=self._node,
                trunk="fake",
                request_uri=to,
                to=to,
                from_=caller or "anonymous",
                asserted=caller,
                anonymous=not caller,
                diversions=tuple(diversions),
                history=tuple(history),
                headers=headers or {},
            )
        )
        return far

    def far_end(self, leg: LegId) -> FarEnd:
        """The telephone at the other end of ``leg``, also when the call is over. Raises KeyError."""
        for far in reversed(self.far_ends):
            if far.leg == leg:
                return far
        raise KeyError(leg)

    def telephone(self, number: str) -> FarEnd:
        """The latest call to or from ``number``. Raises KeyError when there was none."""
        for far in reversed(self.far_ends):
            if far.number == number:
                return far
        raise KeyError(number)

    def far_end_leaves(self, leg: LegId, sip_code: int, cause: str, by: EndedBy) -> None:
        if leg in self._legs:
            self._end(leg, sip_code, cause, by)

    def far_end_answers(self, leg: LegId) -> None:
        state = self._legs.get(leg)
        if state is not None and not state.answered and not state.far.incoming:
            self._confirm(leg)

    def far_end_presses(self, leg: LegId, digits: str) -> None:
        for digit in digits:
            state = self._legs.get(leg)
            if state is None or not state.answered:
                return
            self._tell(Digit(leg, digit))
            for operation in list(state.operations.values()):
                if isinstance(operation, Recording) and digit in operation.limits.stop_digits:
                    self._finish(operation, completed=True)

    # ---- VoiceEngine

    async def start(self, sink: Sink) -> None:
        self._sink = sink
        if self._timers is None:
            self._timers = asyncio.get_running_loop()
        self._running = self._accepting = True
        self._tell(NodeUp(self._node))

    async def stop(self, *, drain_seconds: float = 0.0) -> None:
        if not self._running:
            return
        self._running = self._accepting = False
        if self._legs and drain_seconds > 0:
            self._emptied = asyncio.Event()
            give_up = self._after(drain_seconds, self._emptied.set)
            await self._emptied.wait()
            give_up.cancel()
        for leg in list(self._legs):
            self._end(leg, 503, "stopping", EndedBy.US)
        self._tell(NodeDown(self._node, "stopped"))
        self._deliver()

    def accept_calls(self, accepting: bool) -> None:
        self._accepting = accepting

    def trying(self, leg: LegId) -> bool:
        state = self._caller(leg)
        if state is not None:
            state.far.was_told_trying = True
        return state is not None

    def ring(self, leg: LegId) -> bool:
        state = self._caller(leg)
        if state is not None and not state.answered:
            state.far.rang = True
        return state is not None

    def answer(self, leg: LegId) -> bool:
        state = self._caller(leg)
        if state is not None and not state.answered:
            self._confirm(leg)
        return state is not None

    def hangup(self, leg: LegId, sip_code: int = 200) -> bool:
        state = self._legs.get(leg)
        if state is None:
            return False
        if state.answered:
            sip_code = 200
        elif not state.far.incoming:
            sip_code = 487
        elif sip_code < 400:
            sip_code = 480
        self._end(leg, sip_code, "hung up by us", EndedBy.US)
        return True

    def dial(
        self,
        leg: LegId,
        to: str,
        *,
        caller_id: str,
        trunk: str = "",
        timeout_seconds: float = 60.0,
        headers: Mapping[str, str] | None = None,
    ) -> bool:
        if leg in self._used_legs:
            return False
        far = self._new_leg(leg, number=to, shown=caller_id, incoming=False)
        self._later(leg, timeout_seconds, lambda: self._unanswered(leg))
        match self._next_script(to):
            case Answers(after_seconds, talk_seconds):
                self._later(leg, min(RINGS_AFTER_SECONDS, after_seconds), lambda: self._ringing(far))
                self._later(leg, after_seconds, far.picks_up)
                if talk_seconds is not None:
                    self._later(leg, after_seconds + talk_seconds, far.hangs_up)
            case Busy(after_seconds):
                self._later(leg, after_seconds, lambda: self._end(leg, 486, "busy", EndedBy.CALLER))
            case Declines(after_seconds, sip_code):
                self._later(leg, min(RINGS_AFTER_SECONDS, after_seconds), lambda: self._ringing(far))
                self._later(leg, after_seconds, lambda: self._end(leg, sip_code, "declined", EndedBy.CALLER))
            case Ignores():
                self._later(leg, RINGS_AFTER_SECONDS, lambda: self._ringing(far))
            case Silent():
                pass
            case unknown:
                assert_never(unknown)
        return True

    def play(self, leg: LegId, prompts: Sequence[str], op: OpId, *, loop: bool = False) -> bool:
        state = self._legs.get(leg)
        if state is None or not state.answered:
            return False
        if op in self._used_ops:
            return True
        self._used_ops.add(op)
        for earlier in [one for one in state.operations.values() if isinstance(one, Prompt)]:
            self._finish(earlier, completed=False)
        prompt = Prompt(leg, op)
        state.operations[op] = prompt
        at = 0.0
        for name, seconds in zip(prompts, prompt_seconds(prompts, self._prompt_seconds), strict=True):
            prompt.timers.append(self._clock.call_later(at, state.far.heard.append, name))
            at += seconds
        if not loop:
            prompt.timers.append(self._after(at, lambda: self._finish(prompt, completed=True)))
        return True

    def record(self, leg: LegId, path: str, limits: RecordLimits, op: OpId) -> bool:
        state = self._legs.get(leg)
        if state is None or not state.answered:
            return False
        if op in self._used_ops:
            return True
        self._used_ops.add(op)
        recording = Recording(leg, op, Path(path), limits, self._clock.time(), state.far.says_seconds)
        state.operations[op] = recording
        ends = self._after(recording.lasts_seconds(), lambda: self._finish(recording, completed=True))
        recording.timers.append(ends)
        return True

    def stop_op(self, op: OpId) -> bool:
        for state in self._legs.values():
            if op in state.operations:
                self._finish(state.operations[op], completed=False)
                return True
        return False

    def bridge(self, bridge: BridgeId, legs: tuple[LegId, LegId]) -> bool:
        states = [self._legs[leg] for leg in legs if leg in self._legs]
        if len(states) < 2 or not all(state.answered for state in states):
            return False
        if self._bridges.get(bridge) == legs:
            return True
        for state in states:
            if state.bridge is not None:
                self.unbridge(state.bridge)
        self._bridges[bridge] = legs
        for state, other in zip(states, reversed(legs), strict=True):
            state.bridge, state.far.hears = bridge, other
        return True

    def unbridge(self, bridge: BridgeId) -> bool:
        legs = self._bridges.pop(bridge, None)
        for leg in legs or ():
            if leg in self._legs:
                self._legs[leg].bridge = self._legs[leg].far.hears = None
        return legs is not None

    def snapshot(self) -> tuple[LegState, ...]:
        return tuple(LegState(leg, state.answered, state.bridge) for leg, state in self._legs.items())

    # ---- inside

    @property
    def _clock(self) -> Timers:
        if self._timers is None:
            raise RuntimeError("start() comes first")
        return self._timers

    def _caller(self, leg: LegId) -> _Leg | None:
        """The leg of somebody who rang us; None when it is gone, or is one that we dialled."""
        state = self._legs.get(leg)
        return state if state is not None and state.far.incoming else None

    def _after(self, seconds: float, do: Callable[[], object]) -> Cancellable:
        return self._clock.call_later(seconds, do)

    def _later(self, leg: LegId, seconds: float, do: Callable[[], object]) -> None:
        self._legs[leg].timers.append(self._after(seconds, do))

    def _new_leg(self, leg: LegId, *, number: str, shown: str, incoming: bool) -> FarEnd:
        far = FarEnd(leg, number, shown, incoming, self)
        self.far_ends.append(far)
        self._used_legs.add(leg)
        self._legs[leg] = _Leg(far)
        return far

    def _next_script(self, number: str) -> Script:
        scripts = self._scripts.get(number)
        if not scripts:
            return self._script
        return scripts[0] if len(scripts) == 1 else scripts.popleft()

    def _ringing(self, far: FarEnd) -> None:
        if not far.answered:
            far.rang = True
            self._tell(LegRinging(far.leg))

    def _unanswered(self, leg: LegId) -> None:
        if not self._legs[leg].answered:
            self._end(leg, 408, "not answered in time", EndedBy.NETWORK)

    def _confirm(self, leg: LegId) -> None:
        state = self._legs[leg]
        state.answered = state.far.answered = True
        self._tell(LegAnswered(leg))

    def _finish(self, operation: Operation, *, completed: bool) -> None:
        self._legs[operation.leg].operations.pop(operation.op)
        for timer in operation.timers:
            timer.cancel()
        match operation:
            case Prompt(leg, op):
                self._tell(PlayDone(leg, op, completed))
            case Recording(leg, op, path):
                self._tell(RecordDone(leg, op, str(path), operation.finish(self._clock.time())))
            case unknown:
                assert_never(unknown)

    def _end(self, leg: LegId, sip_code: int, cause: str, by: EndedBy) -> None:
        state = self._legs[leg]
        for operation in list(state.operations.values()):
            self._finish(operation, completed=False)
        if state.bridge is not None:
            self.unbridge(state.bridge)
        for timer in state.timers:
            timer.cancel()
        del self._legs[leg]
        state.far.ended = LegEnded(leg, sip_code, cause, by)
        self._tell(state.far.ended)
        if not self._legs and self._emptied is not None:
            self._emptied.set()

    def _tell(self, event: Event) -> None:
        self._events.append(event)
        if len(self._events) == 1:
            self._after(0.0, self._deliver)

    def _deliver(self) -> None:
        if self._sink is None:
            return
        try:
            while self._events:
                self._sink(self._events.popleft())
        finally:
            if self._events:  # the sink raised: the rest is told all the same
                self._after(0.0, self._deliver)
