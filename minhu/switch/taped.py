"""What one side of a conversation says, recorded while it goes on: for a check, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from minhu.carriers.voice import LegId, OpId, RecordDone, RecordLimits
from minhu.switch.inbox import Inbox

if TYPE_CHECKING:
    from minhu.switch.engine import Switchboard

LIMITS = RecordLimits(max_seconds=120.0, silence_seconds=0.0, beep=False, stop_digits="")
"""As long as a message may be: the disk is looked at for room for that much. A check is short."""
GRACE_SECONDS = 5.0
"""How long the file may take to be complete once the leg is gone."""


class Taped:
    """One recording of one leg. seconds: how much was kept; None while nothing was."""

    def __init__(self, board: Switchboard, call: UUID, leg: LegId) -> None:
        self._board, self._call, self._leg = board, call, leg
        self._op = OpId(f"{call}/taped")
        self._runs = False
        self.seconds: float | None = None

    def begin(self) -> None:
        """From now on; where the disk has no room the conversation goes on without."""
        path = self._board.store.message_path(self._call)
        self._runs = path is not None and self._board.engine.record(self._leg, path, LIMITS, self._op)

    async def take(self, news: object) -> None:
        """Keep the file when this says that it is complete."""
        if isinstance(news, RecordDone) and news.op == self._op:
            self._runs = False
            seconds = round(news.seconds, 1)
            if await self._board.store.keep_recording(self._call, news.path, seconds, self._board.around.now()):
                self.seconds = seconds

    async def finish(self, inbox: Inbox) -> None:
        """The leg was hung up: wait for the file."""
        deadline = self._board.around.time() + GRACE_SECONDS
        while self._runs and (news := await inbox.next(deadline)) is not None:
            await self.take(news)
