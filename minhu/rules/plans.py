"""What a call plan is made of. A plan is data: the switch carries it out step by step and decides nothing itself.

    Plan.steps      Ring | Say | OfferKey | Hold | Record, in order; the first Ring that is answered ends the plan
    Plan.promise    what the caller holds when nobody answered in person: due time and owner
    Plan.text       what the caller is texted then, when the number is a mobile one

``rules.routing.plan`` makes plans; ``switch.engine`` carries them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from minhu.rules.hours import ALWAYS, Hours
from minhu.rules.words import LineMode, PartyKind, Presence, PresenceSource, PromiseKind


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who may be rung. id: official id or duty desk id by ``kind``; number: E.164 or extension to dial."""

    kind: PartyKind
    id: int
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class PresenceNow:
    """What an official is doing, and until when (None: open-ended)."""

    state: Presence = Presence.AVAILABLE
    until: datetime | None = None
    source: PresenceSource = PresenceSource.DEFAULT


@dataclass(frozen=True, slots=True)
class LineNow:
    """All that routing needs to know of one published line at the moment of a call.

    staff: those on duty and free now (rung at once); empty when nobody is on duty. delegates: who takes the line by
    arrangement now, rung in place of the official. hours: the line's opening hours, its answer windows.
    budget_left_minutes: what remains of the official's daily call budget; None for no limit.
    """

    line_id: int
    number: str
    mode: LineMode
    official: Party
    title: str
    presence: PresenceNow
    staff: tuple[Party, ...] = ()
    delegates: tuple[Party, ...] = ()
    duty: Party | None = None
    hours: Hours = ALWAYS
    budget_left_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class CallerNow:
    """All that routing knows of the caller. number: E.164, or "" when withheld or unreadable.

    callback_due_at: a callback already promised on this line; callback_by: who owes it. code: the tracking code of the
    open matter that this call joins. muted: a supervisor muted the number until a stated end.
    """

    number: str = ""
    mobile: bool = False
    callback_due_at: datetime | None = None
    callback_by: Party | None = None
    code: str = ""
    urgent_case: bool = False
    muted: bool = False
    calls_last_hour: int = 0


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring these at once, for so long; the first who answers gets the call, the rest are cancelled."""

    parties: tuple[Party, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class Say:
    """Speak these prompts (names in carriers/prompts), in order; with ``due``, then the due time of the promise."""

    prompts: tuple[str, ...]
    due: bool = False


@dataclass(frozen=True, slots=True)
class OfferKey:
    """Speak the prompts; if ``digit`` is pressed within ``seconds`` after them, do ``then`` before going on."""

    prompts: tuple[str, ...]
    digit: str
    seconds: int
    then: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """The official is on another call: tell the position, wait at most ``seconds``, ring him once he is free."""

    prompts: tuple[str, ...]
    seconds: int
    then: Ring


@dataclass(frozen=True, slots=True)
class Record:
    """Record a message."""

    max_seconds: int
    silence_seconds: int


Step = Ring | Say | OfferKey | Hold | Record


@dataclass(frozen=True, slots=True)
class Promised:
    """What the caller is told will happen, by whom, by when."""

    kind: PromiseKind
    owner: Party
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TextOut:
    """What the caller is texted. template: name in rules/texts.py; the code is filled in by the switch."""

    template: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one call is handled. reason: which row of the plan table was used, for the journal."""

    reason: str
    steps: tuple[Step, ...]
    promise: Promised
    text: TextOut | None

    @property
    def longest_seconds(self) -> int:
        """Upper bound of the time spent ringing, holding and recording; prompts are not counted."""
        total = 0
        for step in self.steps:
            match step:
                case Ring(seconds=seconds) | Record(max_seconds=seconds):
                    total += seconds
                case Hold(seconds=seconds, then=then):
                    total += seconds + then.seconds
                case OfferKey(seconds=seconds, then=rings):
                    total += seconds + sum(ring.seconds for ring in rings)
                case Say():
                    pass
        return total
