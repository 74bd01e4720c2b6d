"""Kind and urgency of a text by rules that can be read aloud.

The signs that were matched are the reason. Where a city has labelled kinds or urgencies, a reader trained on them
(``triage.train``) may be given: when it is sure its word stands, otherwise the signs decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from minhu.insight.engine.signs import DANGERS, KINDS, signs_in
from minhu.insight.engine.triage import Model, Reason
from minhu.insight.engine.vectors import Message
from minhu.rules.words import CaseKind, Urgency

_URGENT_FROM = 3.0
_PAST = re.compile(
    r"(?:去年|前年|上个月|曾经|以前|已经?(?:扑灭|解决|修好|处理)|防止|避免|预防|杜绝|演练|宣传)[^。!?;,]{0,12}$"
)


@dataclass(frozen=True, slots=True)
class KindReading:
    """What a matter is. confident: the share of the signs that agree; unsure (below a half) is asked for."""

    kind: CaseKind
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class UrgencyReading:
    """Whether a matter can wait, and the words that say it cannot."""

    urgency: Urgency
    reasons: tuple[Reason, ...]


def kind_of(message: Message, learnt: Model | None = None) -> KindReading:
    """What the citizen wants. A text without any sign is a request, with no confidence.

    learnt: a reader whose labels are the values of CaseKind.
    """
    if learnt is not None:
        reading = learnt.read([message])[0]
        if reading.label is not None:
            return KindReading(CaseKind(reading.label), reading.confidence, learnt.reasons(message, reading.label))
    found = {kind: signs_in(message, signs) for kind, signs in KINDS.items()}
    weights = {kind: sum(sign.weight for sign in signs) for kind, signs in found.items()}
    total = sum(weights.values())
    if not total:
        return KindReading(CaseKind.REQUEST, 0.0, ())
    kind = max(weights, key=lambda one: (weights[one], one is CaseKind.REQUEST))
    return KindReading(kind, weights[kind] / total, found[kind])


def urgency_of(message: Message, learnt: Model | None = None) -> UrgencyReading:
    """Whether life, limb or property is in danger now. When in doubt it is not: staff and citizen can still say so."""
    signs = signs_in(message, DANGERS, _PAST)
    if sum(sign.weight for sign in signs) >= _URGENT_FROM:
        return UrgencyReading(Urgency.URGENT, signs)
    if learnt is not None:
        reading = learnt.read([message])[0]
        if reading.label == Urgency.URGENT:
            return UrgencyReading(Urgency.URGENT, learnt.reasons(message, reading.label))
    return UrgencyReading(Urgency.NORMAL, ())
