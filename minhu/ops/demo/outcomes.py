"""Tells what became of a call that a citizen of the demo placed, as the journal has it."""

from __future__ import annotations

import time
from datetime import datetime

from django.db import close_old_connections

from minhu.ops.demo.journal import Outcome, calls_from, outcome_of
from minhu.ops.demo.network import Placed
from minhu.ops.demo.people import PhoneBook, Published
from minhu.ops.demo.story import Story, Tag

JOURNALED_WITHIN_SECONDS = 3.0


class Outcomes:
    """Looks calls up once they are over."""

    def __init__(self, story: Story, book: PhoneBook) -> None:
        self._story = story
        self._book = book

    def of(self, number: str, line: Published, since: datetime, placed: Placed) -> Outcome | None:
        """Tell the outcome of a call, and return it; None when the switch never got it (and that is told too)."""
        close_old_connections()
        until = time.monotonic() + JOURNALED_WITHIN_SECONDS
        while (call := calls_from(number, line.line_id, since).filter(ended_at__isnull=False).first()) is None:
            if time.monotonic() > until:
                code = placed.ended.sip_code if placed.ended else 0
                self._story.tell(Tag.RESULT, f"{self._book.name(number)} 打给 {line.shown}：没有接通（SIP {code}）")
                return None
            time.sleep(0.2)
        outcome = outcome_of(call)
        tag = Tag.PROMISE if outcome.promise else Tag.RESULT
        words = f"{outcome.words}；{outcome.promise}" if outcome.promise else outcome.words
        self._story.tell(tag, f"{self._book.name(number)} → {line.shown}：{words}")
        return outcome
