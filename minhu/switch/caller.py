"""Speaking with the person at the far end of one leg: answering, prompts, keys, a message."""

from __future__ import annotations

from uuid import UUID

from minhu.carriers.voice import (
    Digit,
    LegAnswered,
    LegEnded,
    LegId,
    OpId,
    PlayDone,
    RecordDone,
    RecordLimits,
    VoiceEngine,
)
from minhu.switch import speech
from minhu.switch.inbox import Inbox, News
from minhu.switch.ports import Surroundings

CONFIRM_SECONDS = 5.0
"""How long a caller's telephone may take to confirm that we answered (ACK)."""
PROMPT_LIMIT_SECONDS = 120.0
RECORD_GRACE_SECONDS = 10.0


class CallerGone(Exception):
    """The far end hung up or cancelled. ended: how."""

    def __init__(self, ended: LegEnded) -> None:
        super().__init__(ended.cause)
        self.ended = ended


class Caller:
    """One person on the phone, and the inbox in which everything about the call arrives."""

    __slots__ = ("_answered", "_around", "_call", "_confirmed", "_engine", "_ops", "_sounding", "inbox", "leg")

    def __init__(self, engine: VoiceEngine, around: Surroundings, inbox: Inbox, leg: LegId, call: UUID) -> None:
        self._engine = engine
        self._around = around
        self._call = call
        self.inbox = inbox
        self.leg = leg
        self._ops = 0
        self._answered = False
        self._confirmed = False
        self._sounding: OpId | None = None

    @property
    def answered(self) -> bool:
        """Whether we have picked up."""
        return self._answered

    async def next(self, until: float | None) -> News | None:
        """What happens next in this call; None at ``until`` of the loop's clock. Raises: CallerGone."""
        news = await self.inbox.next(until)
        if isinstance(news, LegEnded) and news.leg == self.leg:
            raise CallerGone(news)
        if isinstance(news, LegAnswered) and news.leg == self.leg:
            self._answered = self._confirmed = True
        return news

    async def answer(self) -> None:
        """Pick up, and wait until the far end has confirmed it. Raises: CallerGone."""
        if not self._answered:
            self._answered = self._engine.answer(self.leg)
        deadline = self._around.time() + CONFIRM_SECONDS
        while not self._confirmed:
            if await self.next(deadline) is None:
                self._confirmed = True  # the media may flow all the same; a dead leg is ended by the engine

    # ---- sounds

    def sound(self, prompts: tuple[str, ...], *, loop: bool = False) -> OpId:
        """Begin to play prompts; ``PlayDone`` follows. Whatever sounded before stops."""
        self.hush()
        op = self._new_op()
        paths = [self._around.prompt(name) for name in prompts]
        if self._engine.play(self.leg, paths, op, loop=loop):
            self._sounding = op
        else:
            self.inbox.put(PlayDone(self.leg, op, completed=False))
        return op

    def hush(self) -> None:
        """Stop what sounds."""
        if self._sounding is not None:
            self._engine.stop_op(self._sounding)
            self._sounding = None

    def let_hear_ringing(self) -> None:
        """Ringback: by the network, or played when the call was answered already."""
        if self._answered:
            self.sound(speech.RINGBACK, loop=True)
        else:
            self._engine.ring(self.leg)

    async def say(self, prompts: tuple[str, ...]) -> None:
        """Speak to the end. Raises: CallerGone."""
        await self.answer()
        op = self.sound(prompts)
        deadline = self._around.time() + PROMPT_LIMIT_SECONDS
        while True:
            match await self.next(deadline):
                case None:
                    return
                case PlayDone(op=done) if done == op:
                    return
                case _:
                    pass

    async def ask_key(self, prompts: tuple[str, ...], wanted: str, seconds: float) -> str:
        """Speak; the last key pressed until ``seconds`` after the prompts, "" for none. Raises: CallerGone."""
        await self.answer()
        op = self.sound(prompts)
        pressed = ""
        deadline = self._around.time() + PROMPT_LIMIT_SECONDS
        while True:
            match await self.next(deadline):
                case None:
                    return pressed
                case PlayDone(op=done) if done == op:
                    deadline = self._around.time() + seconds
                case Digit(digit=pressed):
                    if pressed == wanted:
                        self.hush()
                        return pressed
                case _:
                    pass

    async def record(self, path: str, *, max_seconds: int, silence_seconds: int) -> RecordDone | None:
        """Take a message; None when nothing could be recorded. A hang-up ends it and is told by the next wait."""
        await self.answer()
        self.hush()
        op = self._new_op()
        if not self._engine.record(self.leg, path, RecordLimits(float(max_seconds), float(silence_seconds)), op):
            return None
        deadline = self._around.time() + max_seconds + RECORD_GRACE_SECONDS
        while True:
            match await self.next(deadline):
                case None:
                    self._engine.stop_op(op)
                    return None
                case RecordDone(op=done_op) as done if done_op == op:
                    return done
                case _:
                    pass

    def _new_op(self) -> OpId:
        self._ops += 1
        return OpId(f"{self._call}/{self._ops}")
