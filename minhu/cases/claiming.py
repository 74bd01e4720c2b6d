"""Which contacts are taken in next, and in which turns.

What a contact does depends on what was open when the citizen was in touch. So his contacts are taken in one after the
other, in the order they were over (a call when the line went dead, a text or a message of the form when it came), and
by one worker at a time; how many contacts of how many people go in one transaction then makes no difference.

Must be called inside a transaction: whoever was claimed stays locked until its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias, assert_never

from minhu.intake.models import Call, Citizen, Text, WebMessage
from minhu.rules.words import Direction

AT_ONCE = 25
"""Few contacts are taken at a time, because on SQLite everybody else waits meanwhile."""
_LOOK_AHEAD = 8 * AT_ONCE
"""So many waiting contacts of each kind are looked at, for workers who find the first ones' citizens taken."""

Arrived: TypeAlias = Call | Text | WebMessage


@dataclass(slots=True)
class Turn:
    """Contacts of different people: none of them changes what another one does."""

    calls: list[Call] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    messages: list[WebMessage] = field(default_factory=list)

    def add(self, one: Arrived) -> None:
        match one:
            case Call():
                self.calls.append(one)
            case Text():
                self.texts.append(one)
            case WebMessage():
                self.messages.append(one)
            case unknown:
                assert_never(unknown)


def claim(limit: int) -> list[Turn]:
    """Up to ``limit`` contacts that no case has yet, in turns; what waits longest is first."""
    waiting = _waiting()
    some = _of_nobody(max(1, limit // 5)) if None in waiting else []
    some += _of_citizens(_locked([citizen for citizen in waiting if citizen is not None]), limit - len(some))
    turns: list[Turn] = []
    met: Counter[int] = Counter()
    for one in some:
        citizen = _citizen_of(one)
        if met[citizen or 0] == len(turns) or not turns:
            turns.append(Turn())
        turns[met[citizen or 0]].add(one)
        if citizen is not None:
            met[citizen] += 1
    return turns


_CALLS = Call.objects.filter(taken_in_at=None, ended_at__isnull=False)
_TEXTS = Text.objects.filter(direction=Direction.INBOUND, taken_in_at=None)
_MESSAGES = WebMessage.objects.filter(taken_in_at=None)


def _waiting() -> list[int | None]:
    """Citizens whose contacts wait, the longest first; None among them for numbers that are withheld."""
    looked_at = [
        *_CALLS.order_by("received_at").values_list("received_at", "citizen")[:_LOOK_AHEAD],
        *_TEXTS.order_by("id").values_list("at", "thread__citizen")[:_LOOK_AHEAD],
        *_MESSAGES.order_by("at").values_list("at", "citizen")[:_LOOK_AHEAD],
    ]
    looked_at.sort(key=lambda row: row[0])
    return list(dict.fromkeys(citizen for _, citizen in looked_at))


def _locked(citizens: Sequence[int]) -> dict[int, int]:
    """The first of them whom no other worker is at, with their cities; nobody else decides about these meanwhile."""
    for start in range(0, len(citizens), AT_ONCE):
        some = Citizen.objects.filter(pk__in=citizens[start : start + AT_ONCE])
        if locked := dict(some.select_for_update(skip_locked=True, no_key=True).values_list("pk", "city_id")):
            return locked
    return {}


def _of_citizens(citizens: Mapping[int, int], limit: int) -> list[Arrived]:
    """What these citizens wait for, as it came: the first of all, so that nobody's later contact overtakes."""
    if not citizens:
        return []
    cities = set(citizens.values())  # they lead the index of the calls
    calls = _CALLS.filter(city__in=cities, citizen__in=citizens).select_related("line__official__office")
    texts = _TEXTS.filter(thread__citizen__in=citizens)
    messages = _MESSAGES.filter(citizen__in=citizens)
    found: list[Arrived] = [
        *calls.order_by("ended_at", "id")[:limit],
        *texts.select_related("thread__citizen", "thread__line__official__office").order_by("at", "id")[:limit],
        *messages.select_related("citizen", "line__official__office").order_by("at", "id")[:limit],
    ]
    return sorted(found, key=_over_at)[:limit]


def _of_nobody(limit: int) -> list[Arrived]:
    """Calls with a withheld number: each a matter of its own, in no order."""
    free = _CALLS.filter(citizen=None).order_by("received_at").select_related("line__official__office")
    return [*free.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit]]


def _over_at(one: Arrived) -> datetime:
    """When it was over. Sorting by this keeps calls before texts before messages of the same instant."""
    return (one.ended_at or one.received_at) if isinstance(one, Call) else one.at


def _citizen_of(one: Arrived) -> int | None:
    return one.thread.citizen_id if isinstance(one, Text) else one.citizen_id
