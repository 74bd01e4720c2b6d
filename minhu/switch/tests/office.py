"""A store on a real database, and a city in it, for tests of the switch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.core.files.storage import FileSystemStorage

from minhu.audit import privacy
from minhu.directory.models import Line
from minhu.intake.entries import Opened, Owed, Receipt, Stand, Step
from minhu.rules.words import CallState, Direction, PartyKind, PromiseKind, StepKind
from minhu.switch.messages import Messages
from minhu.switch.spool import Sealer, Spool
from minhu.switch.store import JournalStore

SEALER = Sealer(privacy.seal, privacy.unseal)
CITIZEN = "+8615400001111"
NODE = "node-1"


@dataclass
class Office:
    """Where things are. line: the only published one."""

    folder: Path
    line: Line

    def store(self, node: str = NODE, *, reserve_bytes: int = 64 * 1024) -> JournalStore:
        """A store of a process that begins now."""
        messages = Messages(self.folder / "inbox", FileSystemStorage(self.folder / "recordings"))
        spool = Spool(self.folder / f"{node}.spool", SEALER, reserve_bytes=reserve_bytes)
        return JournalStore(node, self.line.city_id, spool, messages, began_at=datetime.now(UTC))

    def opened(
        self, number: str = CITIZEN, *, code: str = "", node: str = NODE, ago: timedelta = timedelta()
    ) -> Opened:
        now = datetime.now(UTC) - ago
        due = Owed(PromiseKind.CALL_BACK, now + timedelta(hours=2), PartyKind.OFFICIAL, self.line.official_id)
        return Opened(
            uuid4(), Direction.INBOUND, now, node, self.line.city_id, self.line.pk, number, self.line.number,
            code=code or uuid4().hex[:8].upper(), owed=due,
        )  # fmt: skip

    def receipt(self, opened: Opened) -> Receipt:
        return Receipt(
            opened.call, opened.city_id, self.line.pk, opened.number, datetime.now(UTC), "missed",
            {"code": opened.code}, f"编号{opened.code}",
        )  # fmt: skip


def received(opened: Opened) -> Step:
    return Step(opened.call, 0, opened.at, StepKind.RECEIVED)


def ended(opened: Opened, state: CallState = CallState.DIVERTED) -> Stand:
    return Stand(opened.call, state, code=opened.code, owed=opened.owed, ended_at=datetime.now(UTC), sip_code=480)


def step(call: UUID, seq: int, kind: StepKind = StepKind.ENDED) -> Step:
    return Step(call, seq, datetime.now(UTC), kind)


def during(store: JournalStore, story: Callable[[], Awaitable[None]]) -> None:
    """Run a story while the store is open."""

    async def whole() -> None:
        await store.start()
        try:
            await story()
        finally:
            await store.stop()

    asyncio.run(whole())
