"""One attempt of a caller is one call in the journal, also when the network offers it again after we died (ADR 10).

alive when we died    the call goes on: same row, same promise, one text at most, and it is served as if new
over by then          a new call, which joins the matter of the first one; the text about that one is enough
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from minhu.carriers.voice import LegIncoming
from minhu.intake.entries import Before, Context, Opened, Step
from minhu.rules.words import StepKind
from minhu.switch.ports import Store

_ATTEMPTS = UUID("6d1c2a0e-5f2b-4c39-9a57-0c8f3f7f1b6e")
"""Namespace of the ids that are made of attempts. Never to be changed: a call would not be known again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A call that is in the journal. next_seq: its first free line. went_on: it was there, and alive when we died.

    was_told: the caller got a text about this attempt already.
    """

    opened: Opened
    context: Context
    next_seq: int = 1
    went_on: bool = False
    was_told: bool = False


def attempt_id(incoming: LegIncoming) -> UUID | None:
    """The id of the call: the same whenever its attempt is offered. None where the network names no attempts."""
    return uuid.uuid5(_ATTEMPTS, f"{incoming.trunk}\n{incoming.attempt}") if incoming.attempt else None


async def receive(store: Store, opened: Opened, trunk: str, anew: Callable[[], UUID], *, since: datetime) -> Kept:
    """Keep a call that comes, or comes again. since: when this process began. Raises: NotKept."""
    detail = {"trunk": trunk}
    context = await store.receive(opened, Step(opened.call, 0, opened.at, StepKind.RECEIVED, detail=detail))
    before = context.before
    if before is None:
        return Kept(opened, context)
    if _goes_on(before, opened, since):
        interrupted = Step(opened.call, before.next_seq, opened.at, StepKind.INTERRUPTED)
        again = Step(opened.call, before.next_seq + 1, opened.at, StepKind.RECEIVED, detail=detail)
        store.note(interrupted, again)
        return Kept(replace(opened, code=before.code), context, before.next_seq + 2, went_on=True)
    other = replace(opened, call=anew())
    context = await store.receive(other, Step(other.call, 0, other.at, StepKind.RECEIVED, detail=detail))
    return Kept(other, context, was_told=before.over and not before.answered)


def _goes_on(before: Before, opened: Opened, since: datetime) -> bool:
    """Whether it was alive when a process of this node died. One that is alive in another process is not ours."""
    return not before.over and not before.answered and before.node == opened.node and before.at < since
