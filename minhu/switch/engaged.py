"""Who is on the phone with us now, who waits for whom, and how long officials have talked today. In memory only."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace
from datetime import date

from minhu.rules.plans import LineNow, PresenceNow
from minhu.rules.words import Presence, PresenceSource
from minhu.switch.inbox import Inbox, LineFree


class Engaged:
    """Telephones that are rung or talked on, by number."""

    def __init__(self) -> None:
        self._rung: Counter[str] = Counter()
        self._talking: Counter[str] = Counter()
        self._waiting: dict[str, deque[Inbox]] = {}
        self._day = date.min
        self._talked_seconds: Counter[int] = Counter()

    def begin_ringing(self, number: str) -> None:
        self._rung[number] += 1

    def end_ringing(self, number: str) -> None:
        self._rung[number] -= 1
        self._when_free(number)

    def begin_talking(self, number: str) -> None:
        self._talking[number] += 1

    def end_talking(self, number: str) -> None:
        self._talking[number] -= 1
        self._when_free(number)

    def is_engaged(self, number: str) -> bool:
        """Whether the telephone is rung or talked on."""
        return self._rung[number] > 0 or self._talking[number] > 0

    def wait_for(self, number: str, inbox: Inbox) -> int:
        """Join the queue for a telephone; the place in it, from 1. The first gets ``LineFree`` when it is free."""
        queue = self._waiting.setdefault(number, deque())
        queue.append(inbox)
        return len(queue)

    def give_up(self, number: str, inbox: Inbox) -> None:
        """Leave the queue, and let the next have his turn; nothing happens when already out of it."""
        queue = self._waiting.get(number)
        if queue is None or inbox not in queue:
            return
        queue.remove(inbox)
        if not queue:
            del self._waiting[number]
        self._when_free(number)

    def _when_free(self, number: str) -> None:
        for counter in (self._rung, self._talking):
            if counter[number] <= 0:
                del counter[number]
        queue = self._waiting.get(number)
        if queue and not self.is_engaged(number):
            queue[0].put(LineFree(number))

    # ---- what routing is told

    def add_talk(self, official_id: int, seconds: float, day: date) -> None:
        """Count towards the official's budget of the day."""
        self._begin_day(day)
        self._talked_seconds[official_id] += int(seconds)

    def as_it_is_now(self, line: LineNow, day: date) -> LineNow:
        """The line as the directory describes it, with what only the switchboard knows."""
        self._begin_day(day)
        if self.is_engaged(line.official.number) and line.presence.state is Presence.AVAILABLE:
            line = replace(line, presence=PresenceNow(Presence.ON_CALL, None, PresenceSource.SWITCHBOARD))
        if any(self._talking[party.number] for party in line.staff):
            line = replace(line, staff=tuple(party for party in line.staff if not self._talking[party.number]))
        if line.budget_left_minutes is not None:
            used = self._talked_seconds[line.official.id] // 60
            line = replace(line, budget_left_minutes=max(0, line.budget_left_minutes - used))
        return line

    def _begin_day(self, day: date) -> None:
        if day != self._day:
            self._day = day
            self._talked_seconds.clear()
