"""The life of the demo city: citizens ring and text by the daily profile, phones react, the office works.

Rates and pauses scale with ``speed``; how long a phone rings is the rulebook's business and does not.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import structlog
from django.utils import timezone

from minhu.ops.demo import speech
from minhu.ops.demo.clock import remember_time
from minhu.ops.demo.network import Did, Manners, Placed, Rung, TelephoneNetwork
from minhu.ops.demo.office import OfficeWork, Pace, on_thread
from minhu.ops.demo.options import DEFAULT_SPEED
from minhu.ops.demo.outcomes import Outcomes
from minhu.ops.demo.people import ACCESS_NUMBER, Crowd, Owner, PhoneBook, Published, Resident, kept, whom_to_ring
from minhu.ops.demo.profile import (
    Answers,
    Busy,
    Declines,
    Ignores,
    Reaction,
    calls_per_minute,
    citizen_reacts,
    official_reacts,
    patience_seconds,
    seat_reacts,
    seconds_to_next,
)
from minhu.ops.demo.story import Story, Tag
from minhu.ops.demo.texting import TextingCentre
from minhu.rules.clock import local
from minhu.rules.numbers import mask

log = structlog.get_logger(__name__)

TEXTS_PER_CALL = 0.3
CALLBACK_STAY_SECONDS = 120.0
MISSED_AFTER_SECONDS = 15.0
WISHES = "wishes"
WISH_LASTS_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class World:
    """All that the city is made of. folder: of the demo; network and centre are set once they are made."""

    folder: Path
    book: PhoneBook
    crowd: Crowd
    city_id: int
    story: Story
    random: Random
    speed: float


class City:
    """Keeps the city alive until cancelled."""

    def __init__(self, world: World, network_of: Callable[[Manners], TelephoneNetwork], texting_port: int) -> None:
        self._world = world
        self._story = world.story
        self._random = world.random
        self._haste = max(1.0, world.speed / DEFAULT_SPEED)
        self.network = network_of(Manners(self.reaction_of, self.speech_of, self.on_phone))
        self.centre = TextingCentre("127.0.0.1", texting_port, self.on_text)
        self._outcomes = Outcomes(world.story, world.book)
        self._office = OfficeWork(world.city_id, world.crowd, world.story, world.random, self._pace())
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Live."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._callers())
            tasks.create_task(self._texters())
            tasks.create_task(self._works(self._office.call_back, 12))
            tasks.create_task(self._works(self._office.write_up, 9))
            tasks.create_task(self._works(self._office.clear_up, 20))
            tasks.create_task(self._works(self._office.answer, 14))
            tasks.create_task(self._works(lambda: remember_time(self._world.folder), 5))

    # ---- how phones behave

    def reaction_of(self, number: str, caller: str) -> Reaction:
        """What a phone does that the switch rings. Whoever asked for a call back stays on the line."""
        if (wish := self._wish(number)) is not None:
            return wish
        random, owner = self._random, self._world.book.owner(number)
        called_back = self._world.book.line(caller) is not None
        if owner is Owner.CITIZEN:
            reaction = citizen_reacts(random)
        elif called_back:
            return Answers(random.uniform(1, 3), CALLBACK_STAY_SECONDS)
        elif owner is Owner.OFFICIAL:
            reaction = official_reacts(random)
        else:
            reaction = seat_reacts(random)
        return self._hastened(reaction)

    def speech_of(self, number: str) -> Sequence[str]:
        """What its owner says."""
        return speech.citizens() if self._world.book.owner(number) is Owner.CITIZEN else speech.officials()

    def on_phone(self, rung: Rung) -> None:
        """A phone that was rung did something."""
        book = self._world.book
        name, line = book.name(rung.number), book.line(rung.caller)
        if book.owner(rung.number) is Owner.CITIZEN:
            shown = line.shown if line else "公布号码"
            words = {
                Did.ANSWERED: f"{name} 接到 {shown} 的回电，双方通话",
                Did.BUSY: f"给 {name} 回电：占线",
                Did.DECLINED: f"给 {name} 回电：被按掉",
                Did.MISSED: f"给 {name} 回电：没有接",
            }
            if rung.did in words:
                self._story.tell(Tag.CALLBACK, words[rung.did])
        elif line is None and rung.did in _TAGS and self._is_news(rung):
            caller = mask(rung.caller) or "未显示号码"
            self._story.tell(_TAGS[rung.did], f"{name} {_DID[rung.did]} {caller} 的来电")

    def _is_news(self, rung: Rung) -> bool:
        """Of several seats rung at once only the one that answers is; so is not a phone where somebody was faster."""
        if self._world.book.owner(rung.number) is Owner.SEAT:
            return rung.did is Did.ANSWERED
        return rung.did is not Did.MISSED or rung.seconds > MISSED_AFTER_SECONDS

    # ---- citizens

    async def _callers(self) -> None:
        while True:
            await asyncio.sleep(self._pause(1.0))
            who = self._world.crowd.somebody(self._random)
            if self.network.is_in_use(who.number) and who.number:
                continue
            self._keep(self._calls(who, whom_to_ring(who.matter, self._world.book.lines, self._random)))

    async def _texters(self) -> None:
        while True:
            await asyncio.sleep(self._pause(TEXTS_PER_CALL))
            who = self._world.crowd.with_mobile(self._random)
            line = whom_to_ring(who.matter, self._world.book.lines, self._random)
            vague = self._random.random() < 0.15
            await self._writes(who.number, line, "有事反映" if vague else who.matter.sms)

    async def _calls(self, who: Resident, line: Published) -> None:
        book, since = self._world.book, timezone.now()
        name = book.name(who.number)
        how = "（号码由运营商转来）" if line.backstop else ""
        self._story.tell(Tag.CALL, f"{name} 打给 {line.shown}{how}")
        placed = await self.network.call(
            who.number,
            ACCESS_NUMBER if line.backstop else line.number,
            patience_seconds=patience_seconds(self._random),
            message_seconds=self._random.uniform(24, 45),
            diverted_from=line.number if line.backstop else "",
        )
        if placed.ended is not None and not placed.rang and not placed.answered:
            log.warning("demo_call_refused", sip=placed.ended.sip_code, cause=placed.ended.cause)
        answered = await self._tells(who.number, line, since, placed)
        if not answered and who.mobile and self._random.random() < 0.35:
            await asyncio.sleep(self._random.uniform(5, 20) / self._haste)
            await self._writes(who.number, line, who.matter.sms)

    async def _tells(self, number: str, line: Published, since: datetime, placed: Placed) -> bool:
        outcome = await asyncio.to_thread(self._outcomes.of, number, line, since, placed)
        return outcome is not None and outcome.answered

    async def _writes(self, citizen: str, line: Published, words: str) -> None:
        self._story.tell(Tag.TEXT_IN, f"{mask(citizen)} → {line.shown}：{words}")
        await self.centre.write(citizen, line.number, words)

    async def on_text(self, citizen: str, line: str, words: str) -> None:
        """A text has reached a citizen's phone; some answer it."""
        citizen, line = kept(citizen), kept(line)
        self._story.tell(Tag.TEXT_OUT, f"→ {mask(citizen)}：{words}")
        sender = self._world.book.line(line)
        if sender is None or self._world.crowd.matter_of(citizen) is None:
            return  # to a visitor of the demo, who answers for himself
        if "请评价" in words and self._random.random() < 0.7:
            score = self._random.choices("123", (72, 18, 10))[0]
            self._keep(self._answers(citizen, sender, score, Tag.RATING))
        elif "请补充" in words and self._random.random() < 0.5:
            matter = self._world.crowd.matter_of(citizen)
            self._keep(self._answers(citizen, sender, matter.sms if matter else "", Tag.TEXT_IN))

    async def _answers(self, citizen: str, line: Published, words: str, tag: Tag) -> None:
        await asyncio.sleep(self._random.uniform(4, 15) / self._haste)
        if tag is Tag.RATING:
            meaning = {"1": "满意", "2": "已解决但不满意", "3": "未解决"}[words]
            self._story.tell(tag, f"{mask(citizen)} 回短信评价：{words}（{meaning}）")
        else:
            self._story.tell(tag, f"{mask(citizen)} → {line.shown}：{words}")
        await self.centre.write(citizen, line.number, words)

    # ---- pace

    def _pause(self, times: float) -> float:
        rate = calls_per_minute(local(timezone.now()).hour, len(self._world.book.lines))
        return seconds_to_next(rate * self._world.speed * times, self._random)

    def _pace(self) -> Pace:
        def after(seconds: float) -> timedelta:
            return timedelta(seconds=seconds / self._haste)

        return Pace(callback_after=after(40), wrap_up_after=after(12), reply_after=after(60))

    def _hastened(self, reaction: Reaction) -> Reaction:
        """At high speed people talk shorter, though never too short to count as a conversation."""
        match reaction:
            case Answers(after_seconds=after, talks_seconds=talks):
                return Answers(after / self._haste, max(6.0, talks / self._haste))
            case Declines(after_seconds=after):
                return Declines(after / self._haste)
            case other:
                return other

    async def _works(self, work: Callable[[], None], every_seconds: float) -> None:
        while True:
            await asyncio.sleep(every_seconds / self._haste * self._random.uniform(0.6, 1.4))
            try:
                await asyncio.to_thread(on_thread(work))
            except Exception:
                log.exception("demo_work_failed")

    def _keep(self, story: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(story)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            log.error("demo_story_failed", exc_info=fault)

    def _wish(self, number: str) -> Reaction | None:
        """What ``minhu demo call`` asked of this phone, once."""
        return take_wish(self._world.folder, number)


_TAGS = {Did.ANSWERED: Tag.ANSWERED, Did.BUSY: Tag.BUSY, Did.DECLINED: Tag.DECLINED, Did.MISSED: Tag.MISSED}
_DID = {Did.ANSWERED: "接了", Did.BUSY: "正在通话，没有接到", Did.DECLINED: "按掉了", Did.MISSED: "没有接"}


def make_wish(folder: Path, number: str, *, official: str, answer_after: float | None) -> None:
    """Ask that a phone reacts in a certain way the next time it rings, within a minute."""
    wishes = folder / WISHES
    wishes.mkdir(mode=0o700, exist_ok=True)
    (wishes / f"{number}.json").write_text(json.dumps({"official": official, "answer_after": answer_after}))


def take_wish(folder: Path, number: str) -> Reaction | None:
    """The wish for a phone, which is used up by this."""
    path = folder / WISHES / f"{number}.json"
    try:
        fresh = path.stat().st_mtime > datetime.now().timestamp() - WISH_LASTS_SECONDS  # noqa: DTZ005 - as files say
        told = json.loads(path.read_text())
        path.unlink()
    except (OSError, ValueError):
        return None
    if not fresh:
        return None
    if told["answer_after"] is not None:
        return Answers(float(told["answer_after"]), 10.0)
    wishes: dict[str, Reaction] = {"busy": Busy(), "declines": Declines(3.0), "ignores": Ignores()}
    return wishes.get(told["official"])
