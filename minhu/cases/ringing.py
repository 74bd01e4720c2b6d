"""Who rings now and why, on one glance: his matters that are open, his last contact, what he was promised, and how he
was content. The same few questions however many ring; nothing of a matter that the viewer may not see, and nothing of
a confidential one, because a telephone that rings is looked at by whoever stands beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from minhu.cases.authority import seen
from minhu.cases.models import Case, Contact, Promise, Rating
from minhu.cases.rows import shown
from minhu.intake.models import Call
from minhu.rules.access import Viewer
from minhu.rules.words import COUNTS_AS_ANSWERED, OPEN, Channel, Direction

MOST_RINGING = 20
MOST_MATTERS = 3
"""A card that is read in a second holds no more."""

_IN_PERSON = frozenset(kind.value for kind in COUNTS_AS_ANSWERED)


@dataclass(frozen=True, slots=True)
class Matter:
    """One open matter of whoever rings. due_at: of the nearest promise in it; reopened: how often he sent it back."""

    case_id: int
    title: str
    due_at: datetime | None
    reopened: int


@dataclass(frozen=True, slots=True)
class LastContact:
    """channel: how he was in touch before. answered: by a person, where it was a call."""

    channel: Channel
    at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call that is on its way now. official: whose line it is.

    matters: open ones, the nearest promise first; open_count: all of them. last: his contact before this one, None if
    this is the first we may speak of. last_score: of his latest rating (1 satisfied … 3 not solved).
    """

    id: UUID
    received_at: datetime
    who: str
    line: str
    official: str
    matters: tuple[Matter, ...] = ()
    open_count: int = 0
    last: LastContact | None = None
    last_score: int | None = None

    @property
    def about(self) -> str:
        """What is known of why he rings."""
        return next((matter.title for matter in self.matters if matter.title), "")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of all who ring, by citizen."""

    cases: dict[int, list[Case]]
    due: dict[int, datetime]
    last: dict[int, LastContact]
    scores: dict[int, int]


def ringing(viewer: Viewer, calls: QuerySet[Call]) -> tuple[Ringing, ...]:
    """Those of the calls that nobody has answered yet, the longest waiting first. calls: what the viewer may see."""
    on_the_way = Call.objects.filter(ended_at=None, answered_at=None).values("pk")  # few, of very many calls
    alive = calls.filter(pk__in=on_the_way, direction=Direction.INBOUND.value)
    found = list(alive.select_related("citizen", "line__official").order_by("received_at")[:MOST_RINGING])
    citizens = {call.citizen_id for call in found if call.citizen_id is not None}
    if not citizens:
        return tuple(_card(call, None) for call in found)
    known = _known(viewer, citizens, [call.pk for call in found])
    return tuple(_card(call, known) for call in found)


def _known(viewer: Viewer, citizens: Collection[int], now: Iterable[UUID]) -> _Known:
    his = Q(citizen__in=citizens, confidential=False)
    cases: dict[int, list[Case]] = {}
    for case in Case.objects.filter(seen(viewer), his).order_by("-opened_at")[:200]:
        cases.setdefault(case.citizen_id, []).append(case)
    owner = {case.pk: citizen_id for citizen_id, several in cases.items() for case in several}
    return _Known(cases, _due(owner), _last(owner, now), _scores(owner))


def _due(owner: dict[int, int]) -> dict[int, datetime]:
    """By case: when the first of its open promises falls due."""
    promises = Promise.objects.filter(case__in=owner, kept_at=None, released_at=None).order_by("-due_at")
    return dict(promises.values_list("case_id", "due_at"))


def _last(owner: dict[int, int], now: Iterable[UUID]) -> dict[int, LastContact]:
    contacts = Contact.objects.filter(case__in=owner).exclude(call__in=list(now)).order_by("at")
    rows = contacts.values_list("case_id", "channel", "at", "call__answered_by_kind")
    return {owner[case_id]: LastContact(Channel(how), at, by in _IN_PERSON) for case_id, how, at, by in rows}


def _scores(owner: dict[int, int]) -> dict[int, int]:
    ratings = Rating.objects.filter(case__in=owner).order_by("at").values_list("case_id", "score")
    return {owner[case_id]: score for case_id, score in ratings}


def _card(call: Call, known: _Known | None) -> Ringing:
    line = call.line
    card = Ringing(
        call.pk, call.received_at, shown(call.citizen), line.number if line else "", line.official.name if line else ""
    )
    if known is None or call.citizen_id is None:
        return card
    still = [case for case in known.cases.get(call.citizen_id, ()) if case.state in OPEN]
    still.sort(key=lambda case: (case.pk not in known.due, known.due.get(case.pk, case.opened_at)))
    return Ringing(
        card.id,
        card.received_at,
        card.who,
        card.line,
        card.official,
        matters=tuple(Matter(one.pk, one.title, known.due.get(one.pk), one.reopened) for one in still[:MOST_MATTERS]),
        open_count=len(still),
        last=known.last.get(call.citizen_id),
        last_score=known.scores.get(call.citizen_id),
    )
