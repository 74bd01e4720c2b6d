"""A small town for scenes: telephones in memory, a directory on paper, a journal in memory, its own clock."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from minhu.carriers.fake import FakeVoiceEngine, VirtualTimeLoop
from minhu.intake.entries import Context, Entry, Opened, OrderDone, Receipt, Stand, Step, Voice
from minhu.rules.plans import LineNow, Party, PresenceNow
from minhu.rules.words import LineMode, PartyKind, StepKind
from minhu.switch.engine import Switchboard
from minhu.switch.ports import NotKept, Order, Surroundings

MONDAY_10 = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""A working Monday, ten in the morning in Shanghai."""

LINE = "+865581230001"
WANG = Party(PartyKind.OFFICIAL, 7, "王明", "+8615400000007")
STAFF = tuple(Party(PartyKind.STAFF, place, f"{place}号座席", f"+8655812399{place:02d}") for place in (21, 22))
DUTY = Party(PartyKind.DUTY, 31, "值班室", "+865581239931")
CITIZEN = "+8615400001111"
LANDLINE = "+865581234567"
WANGS_LINE = LineNow(1, LINE, LineMode.FRONT, WANG, "市长", PresenceNow(), STAFF, duty=DUTY)


@dataclass
class PaperDirectory:
    """Lines by number, changed by hand."""

    lines: dict[str, LineNow] = field(default_factory=dict)

    def line_now(self, number: str, at: datetime) -> LineNow | None:
        return self.lines.get(number)

    def line_by_id(self, line_id: int, at: datetime) -> LineNow | None:
        return next((line for line in self.lines.values() if line.line_id == line_id), None)

    def city_of(self, line_id: int) -> int | None:
        return 1


class Ledger:
    """A journal in memory that keeps the database's laws. known: what it tells of each caller's number."""

    def __init__(self) -> None:
        self.opened: dict[UUID, Opened] = {}
        self.stands: dict[UUID, Stand] = {}
        self.steps: dict[UUID, list[Step]] = {}
        self.receipts: dict[UUID, Receipt] = {}
        self.voices: list[Voice] = []
        self.results: dict[UUID, str] = {}
        self.known: dict[str, Context] = {}
        self.full = False
        self.no_room = False
        self._folder = tempfile.TemporaryDirectory(prefix="minhu-town-")
        self.keep_seconds = 0.0

    async def receive(self, opened: Opened, first: Entry) -> Context:
        await self.keep(opened, first)
        return self.known.get(opened.number, Context())

    def note(self, *entries: Entry) -> None:
        for entry in entries:
            self._write(entry)

    async def keep(self, *entries: Entry) -> None:
        await asyncio.sleep(self.keep_seconds)
        self.note(*entries)  # a full store keeps them in memory, and says that it is not safe
        if self.full:
            raise NotKept

    async def keep_recording(self, call: UUID, path: str, seconds: float, at: datetime) -> bool:
        await self.keep(Voice(call, path, seconds, "", at))
        return True

    def code(self) -> str:
        return ""

    def message_path(self, call: UUID) -> str | None:
        return None if self.no_room else str(Path(self._folder.name) / f"{call.hex}.wav")

    async def claim_orders(self) -> Sequence[Order]:
        return ()

    def _write(self, entry: Entry) -> None:
        match entry:
            case Opened():
                assert self.opened.setdefault(entry.call, entry) is entry
                self.stands[entry.call] = Stand(entry.call, state=None, owed=entry.owed)  # type: ignore[arg-type]
            case Stand():
                assert self.stands[entry.call].ended_at is None, "a call that ended is not changed"
                inbound = self.opened[entry.call].order is None and self.opened[entry.call].line_id is not None
                assert not (inbound and entry.ended_at) or entry.owed or entry.answered_by_kind
                self.stands[entry.call] = entry
            case Step():
                steps = self.steps.setdefault(entry.call, [])
                assert entry.seq == len(steps)
                steps.append(entry)
            case Receipt():
                self.receipts.setdefault(entry.call, entry)
            case Voice():
                self.voices.append(entry)
            case OrderDone():
                self.results[entry.order] = entry.result

    def close(self) -> None:
        self._folder.cleanup()

    # ---- what a test asks

    @property
    def one(self) -> Stand:
        """The only call."""
        (stand,) = self.stands.values()
        return stand

    def kinds(self, call: UUID) -> list[StepKind]:
        return [step.kind for step in self.steps[call]]


class Town:
    """Everything, started."""

    def __init__(self, line: LineNow = WANGS_LINE, *, at: datetime = MONDAY_10, seed: int = 0) -> None:
        self.engine = FakeVoiceEngine(prompt_seconds=2.0)
        self.ledger = Ledger()
        self.directory = PaperDirectory({line.number: line})
        self._began_at = at
        chance = random.Random(seed)
        self.board = Switchboard(
            self.engine,
            self.ledger,
            Surroundings(lambda: self.directory, now=self.now, entropy=chance.randbytes),
        )

    def now(self) -> datetime:
        return self._began_at + timedelta(seconds=asyncio.get_running_loop().time())

    def set_line(self, **changes: object) -> None:
        """Change Wang's line in the directory."""
        self.directory.lines[LINE] = replace(self.directory.lines[LINE], **changes)  # type: ignore[arg-type]

    async def quiet(self) -> None:
        """Until no call is alive."""
        await asyncio.sleep(0.01)
        async with asyncio.timeout(3600):
            await self.board.finish()


def play(scene: Callable[[Town], Awaitable[None]], town: Callable[[], Town] = Town) -> None:
    """Run a scene in virtual time."""

    async def whole() -> None:
        here = town()
        await here.engine.start(here.board.sink)
        try:
            await scene(here)
        finally:
            await here.engine.stop()
            await here.board.finish()
            here.ledger.close()
        assert here.board.counts["failed"] == 0

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(whole())
