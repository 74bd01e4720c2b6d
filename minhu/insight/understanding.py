"""What is read in a case: its kind and urgency, its subject, whose it may be, whether the hotline serves it.

Imported when the first case is read, for it brings the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minhu.cases.models import Case
from minhu.insight.duties import Fit, fits, pool_of
from minhu.insight.engine.channel import Channel, boundary
from minhu.insight.engine.places import recognised
from minhu.insight.engine.vectors import READ, Message
from minhu.insight.engine.words import clean
from minhu.insight.read import Read
from minhu.insight.readers import read, usable
from minhu.rules.texts import SHORTEST_CLEAR_MATTER
from minhu.rules.words import CaseKind, OfferGround, Question, SaidBy, Urgency


@dataclass(frozen=True, slots=True)
class Found:
    """What a case was read as, from these words. ground: why the hotline is offered; None where the matter stays."""

    body: str
    read: Read
    fits: tuple[Fit, ...]
    unclear: bool
    ground: OfferGround | None


def understood(cases: Sequence[Case]) -> list[Found]:
    """Read cases, in their order."""
    kept = usable(Question.OWNER)
    learnt = kept.model if kept else None
    return [
        _found(case, one, fits(pool_of(case.city_id), case.body, learnt))
        for case, one in zip(cases, read([case.body for case in cases]), strict=True)
    ]


def _found(case: Case, one: Read, found: tuple[Fit, ...]) -> Found:
    unclear = bool(case.body.strip()) and _says_nothing(case, one, found)
    return Found(case.body, one, found, unclear, None if unclear else _ground(case, one))


def _says_nothing(case: Case, one: Read, found: tuple[Fit, ...]) -> bool:
    """Neither a place nor a thing, nor what is wanted."""
    if one.urgency is Urgency.URGENT:
        return False
    text = clean(case.body, READ)
    if len(text.strip()) < SHORTEST_CLEAR_MATTER:
        return True
    return not (case.place or found or one.kind_words or one.subject or recognised(text))


def _ground(case: Case, one: Read) -> OfferGround | None:
    said = CaseKind(case.kind) if case.kind_by in {SaidBy.CITIZEN, SaidBy.PERSON} else one.kind
    if said is None or not case.body.strip():
        return None
    urgent = one.urgency is Urgency.URGENT or case.urgency == Urgency.URGENT.value
    urgency = Urgency.URGENT if urgent else Urgency.NORMAL
    found = boundary(Message("", case.body), said, urgency, confidential=case.confidential)
    if found.channel is not Channel.OFFER_HOTLINE:
        return None
    return OfferGround.ENQUIRY if said is CaseKind.ENQUIRY else OfferGround.ROUTINE
