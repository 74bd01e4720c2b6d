"""The switch's one door to the database. Its loop side never blocks; the work is done by the clerk's thread.

    up      entries go to the database, many in one transaction
    away    entries go to the spool on local disk; twice a second the clerk tries to replay it, in order
    full    neither takes them: they wait in memory, and whoever asked is told (NotKept)

A new call and a promise are written at once; what is only noted waits for company, so that a call's row is changed once
or twice and not at every turn of the call. A promise takes with it what was noted before.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.db import DatabaseError

from minhu.intake import codes
from minhu.intake.entries import NOTHING_KNOWN, Context, Entry, Opened, Voice
from minhu.switch import orders, recovery
from minhu.switch.clerk import AWAY, Batch, Clerk, patiently
from minhu.switch.messages import Messages, wav_seconds
from minhu.switch.ports import NotKept, Order
from minhu.switch.spool import Spool, SpoolFull

log = structlog.get_logger(__name__)

LAZY_SECONDS = 0.15
"""How long a note may wait. After a crash the call looks less far on than it was, and is followed up all the same."""
PATIENCE_SECONDS = 1.2
"""A commit that takes longer counts as a database that is away: the caller does not wait for it."""
PROBE_SECONDS = 0.5
REPLAY_CHUNK = 200
CODES_KEPT = 400
"""Tracking codes are fetched ahead, so that a call need not wait for one."""


@dataclass(slots=True, eq=False)
class _Posted:
    """A batch on its way, who waits for it, and when it was posted (seconds of the loop's clock)."""

    batch: Batch
    at: float
    waiters: list[asyncio.Future[dict[UUID, Context]]] = field(default_factory=list)

    def done(self) -> None:
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(self.batch.contexts)

    def refused(self) -> None:
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_exception(NotKept())
        self.waiters = []


class JournalStore:
    """The store of one switch node."""

    def __init__(self, node: str, home_city: int, spool: Spool, messages: Messages, *, began_at: datetime) -> None:
        self.counts: Counter[str] = Counter()
        self._node = node
        self._began_at = began_at
        self._spool = spool
        self._messages = messages
        self._clerk = Clerk(home_city, self._tell_from_clerk)
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._sealing = ThreadPoolExecutor(1, thread_name_prefix="sealing")
        self._pending: list[Entry] = []
        self._alarm: asyncio.TimerHandle | None = None
        self._posted: deque[_Posted] = deque()
        self._backlog: list[_Posted] = []
        self._spooling = False
        self._away = True
        self._catching_up = False
        self._all_closed = False
        self._offered: set[UUID] = set()
        self._replayed = 0
        self._up = asyncio.Event()
        self._codes: deque[str] = deque()
        self._fetching = False
        self._watch: asyncio.Task[None] | None = None
        self._bringing: asyncio.Task[None] | None = None

    # ---- life

    @property
    def is_up(self) -> bool:
        """Whether entries go to the database now."""
        return not self._away

    def busy(self) -> bool:
        """Whether a thread is at work for us."""
        return bool(self._posted) or self._spooling or self._catching_up

    async def start(self, *, wait_seconds: float = 5.0) -> None:
        """Bring in what a dead process left: its spool, its calls. Goes on without when the database is away."""
        self._loop = asyncio.get_running_loop()
        self._clerk.away.set()
        self._clerk.start()
        self._watch = self._loop.create_task(self._keep_watch())
        self._catch_up()
        try:
            await asyncio.wait_for(self._up.wait(), wait_seconds)
        except TimeoutError:
            log.warning("started_without_database")
        self._bringing = self._loop.create_task(self._bring_in_messages(list(self._messages.left_behind())))

    async def stop(self) -> None:
        """Everything noted is kept when this returns."""
        try:
            await self.keep()
        except NotKept:
            log.critical("entries_lost", entries=sum(len(one.batch.entries) for one in self._backlog))
        for task in (self._watch, self._bringing):
            if task is not None:
                task.cancel()
        await self._loop.run_in_executor(self._disk, self._clerk.stop)
        self._disk.shutdown()
        self._sealing.shutdown()
        self._spool.close()

    # ---- the port

    async def receive(self, opened: Opened, first: Entry) -> Context:
        """Keep a new call, durably, and tell what is known of the caller. Raises: NotKept."""
        if not self._all_closed:
            self._offered.add(opened.call)
        contexts = await self._post_now([opened, first])
        return contexts.get(opened.call, NOTHING_KNOWN)

    def note(self, *entries: Entry) -> None:
        """Keep these soon, in order."""
        self._pending.extend(entries)
        if self._alarm is None:
            self._alarm = self._loop.call_later(LAZY_SECONDS, self._post_noted)

    async def keep(self, *entries: Entry) -> None:
        """Keep these now, durably, after everything noted before. Raises: NotKept."""
        self._pending.extend(entries)
        await self._post_now(self._noted())

    def code(self) -> str:
        """A tracking code that nobody has; "" when none is at hand."""
        if len(self._codes) < CODES_KEPT // 2 and not self._fetching and not self._away:
            self._fetching = True
            self._clerk.put(self._fetch_codes)
        return self._codes.popleft() if self._codes else ""

    def message_path(self, call: UUID) -> str | None:
        """Where to record a message; None when the disk has no room for one."""
        return self._messages.path_for(call)

    async def keep_recording(self, call: UUID, path: str, seconds: float, at: datetime) -> bool:
        """Seal a recording and store it. False when it cannot be kept; the file then stays where it is."""
        try:
            sealed = await self._loop.run_in_executor(self._sealing, self._messages.seal, call, path, at)
        except OSError as fault:
            self.counts["recordings_not_kept"] += 1
            log.error("recording_not_kept", call=str(call), fault=fault.strerror)  # noqa: TRY400 - a full disk
            return False
        await self.keep(Voice(call, sealed.name, seconds, sealed.sha256, at))
        await self._loop.run_in_executor(self._sealing, self._messages.forget, path)
        return True

    async def claim_orders(self) -> Sequence[Order]:
        """Calls to place; none while the database is away."""
        return () if self._away else await self._on_clerk(lambda: orders.claim(self._node), ())

    # ---- posting

    def _noted(self) -> list[Entry]:
        """What waits for company, which it has now."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        noted, self._pending = self._pending, []
        return noted

    def _post_noted(self) -> None:
        self._post(self._noted(), [])

    def _post_now(self, entries: list[Entry]) -> asyncio.Future[dict[UUID, Context]]:
        waiter: asyncio.Future[dict[UUID, Context]] = self._loop.create_future()
        self._post(entries, [waiter])
        return waiter

    def _post(self, entries: list[Entry], waiters: list[asyncio.Future[dict[UUID, Context]]]) -> None:
        posted = _Posted(Batch(entries), self._loop.time(), waiters)
        if self._away:
            self._backlog.append(posted)
            self._to_spool()
        else:
            self._posted.append(posted)
            self._clerk.put(posted.batch)

    def _tell_from_clerk(self, group: Sequence[Batch]) -> None:
        self._loop.call_soon_threadsafe(self._through, group)

    def _through(self, group: Sequence[Batch]) -> None:
        """Batches came back from the clerk, in the order they were posted."""
        for batch in group:
            if not self._posted or self._posted[0].batch is not batch:
                continue  # given up as too slow; it is in the spool
            posted = self._posted.popleft()
            if batch.kept:
                self.counts["batches"] += 1
                posted.done()
            elif isinstance(batch.fault, AWAY):
                self._posted.appendleft(posted)
                self._go_away()
            else:
                self.counts["refused"] += 1
                posted.refused()

    def _go_away(self) -> None:
        """What is on its way to the database goes to the spool instead, in order; the clerk refuses it meanwhile."""
        if not self._away:
            self._away = True
            self._up.clear()
            self.counts["outages"] += 1
        self._clerk.away.set()
        self._backlog.extend(self._posted)
        self._posted.clear()
        self._to_spool()

    # ---- away

    def _to_spool(self) -> None:
        """Put the backlog on local disk; what comes meanwhile goes in the next round."""
        if self._spooling or not self._backlog:
            return
        self._spooling = True
        round_ = list(self._backlog)
        entries = [entry for posted in round_ for entry in posted.batch.entries]
        done = self._loop.run_in_executor(self._disk, self._spool.append, entries)
        done.add_done_callback(lambda future: self._spooled(round_, future))

    def _spooled(self, round_: Sequence[_Posted], future: asyncio.Future[None]) -> None:
        self._spooling = False
        fault = future.exception()
        if isinstance(fault, SpoolFull):
            log.critical("spool_full", fault=str(fault))
            self.counts["spool_full"] += 1
            for posted in self._backlog:
                posted.refused()
            return
        if fault is not None:
            raise fault
        del self._backlog[: len(round_)]
        for posted in round_:
            self.counts["spooled"] += len(posted.batch.entries)
            posted.done()
        self._to_spool()

    async def _keep_watch(self) -> None:
        """Notice a commit that hangs; try to come back when away."""
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            if self._posted and self._loop.time() - self._posted[0].at > PATIENCE_SECONDS:
                log.warning("database_slow")
                self._go_away()
            if self._away:
                self._to_spool()
                self._catch_up()
            elif not self._all_closed:
                self._clerk.put(self._close_the_rest)

    def _catch_up(self) -> None:
        if not self._catching_up:
            self._catching_up = True
            self._clerk.put(self._catch_up_on_clerk)

    def _catch_up_on_clerk(self) -> None:
        """On the clerk's thread: replay the spool, then close the calls of a dead process."""
        offset, up = self._replayed, False
        try:
            while True:
                entries, end = self._spool.read(offset, REPLAY_CHUNK)
                self._replay(entries)
                offset = end
                if not entries:
                    break
            if not self._all_closed:
                self._close_interrupted()
            up = True
        except DatabaseError as fault:
            log.info("database_still_away", fault=str(fault))
        except Exception:
            log.exception("catching_up_failed")
        self._loop.call_soon_threadsafe(self._caught_up, offset, up)

    def _close_interrupted(self) -> None:
        """On the clerk's thread: the calls of a dead process, but for those that were offered to this one again."""
        found = recovery.close_interrupted(self._clerk.write, self._node, before=self._began_at, going_on=self._offered)
        self.counts["interrupted"] += found.closed
        self._all_closed = not found.waiting

    def _close_the_rest(self) -> None:
        """On the clerk's thread: those that were not offered again in time."""
        try:
            self._close_interrupted()
        except DatabaseError as fault:
            log.info("not_closed_yet", fault=type(fault).__name__)

    def _replay(self, entries: Sequence[Entry]) -> None:
        try:
            self._clerk.write(entries)
        except AWAY:
            raise
        except DatabaseError:
            for entry in entries:
                try:
                    self._clerk.write([entry])
                except AWAY:
                    raise
                except DatabaseError:
                    log.exception("entry_refused", kind=type(entry).__name__)

    def _caught_up(self, offset: int, up: bool) -> None:
        self._catching_up = False
        self._replayed = offset
        if not up or self._spooling:
            return
        if offset < self._spool.end:
            self._catch_up()
            return
        if offset:
            self._spool.clear()
            self._replayed = 0
        if self._backlog:
            self._to_spool()
            return
        self._away = False
        self._clerk.away.clear()
        self._up.set()
        log.info("database_back", replayed_bytes=offset)

    # ---- errands

    def _fetch_codes(self) -> None:
        """On the clerk's thread."""
        fetched: list[str] = []
        try:
            fetched = patiently(lambda: codes.allot(CODES_KEPT))
        except DatabaseError as fault:
            log.warning("codes_not_fetched", fault=type(fault).__name__)
        self._loop.call_soon_threadsafe(self._got_codes, fetched)

    def _got_codes(self, fetched: Sequence[str]) -> None:
        self._codes.extend(fetched)
        self._fetching = False

    async def _bring_in_messages(self, left: Sequence[tuple[UUID, Path]]) -> None:
        """Messages that a dead process had taken down and not stored."""
        for call, path in left:
            await self._up.wait()
            seconds = wav_seconds(path)
            if await self.keep_recording(call, str(path), seconds, self._began_at):
                self.counts["messages_brought_in"] += 1

    async def _on_clerk(self, errand: Callable[[], Sequence[Order]], otherwise: Sequence[Order]) -> Sequence[Order]:
        future: asyncio.Future[Sequence[Order]] = self._loop.create_future()

        def run() -> None:
            try:
                found = patiently(errand)
            except DatabaseError as fault:
                log.warning("orders_not_read", fault=type(fault).__name__)
                found = otherwise
            self._loop.call_soon_threadsafe(lambda: None if future.done() else future.set_result(found))

        self._clerk.put(run)
        return await future
