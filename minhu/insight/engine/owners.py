"""Whose matter a text is, from what officials and offices are there for; nothing labelled is needed.

The duties are short and the texts long, so the roles of BM25 are turned: each term of the duties that the text has
counts by its rarity among the duties, once a text often enough, and double in the title. Words and pairs of characters
are counted side by side, because duties say 物业管理 where people say 物业公司.

A city's own texts, unlabelled, teach more: what was read with most confidence trains a reader (``taught``), which then
knows the words people use that no duty contains.

Source: Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond" (2009); Chang et al.,
"Importance of semantic representation: dataless classification", AAAI 2008 (names of labels are enough to begin with).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp, log

from minhu.insight.engine.triage import Model, Reading, Reason, TrainingError, train
from minhu.insight.engine.vectors import READ, Message
from minhu.insight.engine.words import clean, cut

SURE = 0.65
"""The confidence from which a reading by duties stands: four in five of those were right (docs/insight-quality.md)."""

_RIVALS = 5
_SHARPNESS = 4.0
"""How fast belief falls with the score, among the first few, so that it means the same for eighty owners."""

_TEACHES = 0.25
_HUMBLE = 0.6
"""What was learnt from readings that may be wrong is believed so much less (of the log-odds)."""

_TITLE = 3.0
_SATURATION = 1.2
_PAIRS = 0.5
_EMPTY = frozenset(
    {"其他", "工作", "管理", "负责", "有关", "相关", "分管", "协助", "方面", "以及", "联系", "事务", "领导"}
)


@dataclass(frozen=True, slots=True)
class Duties:
    """What somebody is there for. owner: how the caller of this engine knows the official or office."""

    owner: str
    text: str


class Owners:
    """Reads whose matter a text is."""

    def __init__(self, duties: Sequence[Duties], sure: float = SURE) -> None:
        if not duties:
            raise TrainingError("没有任何职责说明:请先填写单位或领导干部的分工")
        self._names = tuple(one.owner for one in duties)
        self._sure = sure
        terms = [_terms(clean(one.text)) for one in duties]
        spread = Counter(term for one in terms for term in one)
        self._holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, one in enumerate(terms):
            length = sum(one.values()) ** 0.5
            for term, count in one.items():
                rarity = log(1 + (len(duties) - spread[term] + 0.5) / (spread[term] + 0.5))
                weight = rarity * (1 + log(count)) / length
                self._holders[term].append((place, weight))

    def read(self, message: Message) -> Reading:
        """Whose it is. label: None when no duty is named, or two come too near each other."""
        scores = [0.0] * len(self._names)
        for _term, place, weight in self._matches(message):
            scores[place] += weight
        order = sorted(range(len(scores)), key=lambda place: (-scores[place], place))
        highest = scores[order[0]]
        shares = [exp(_SHARPNESS * (scores[place] / highest - 1)) if highest else 1.0 for place in order[:_RIVALS]]
        confident = [share / sum(shares) for share in shares] + [0.0] * len(order[_RIVALS:])
        ranked = tuple((self._names[place], one) for place, one in zip(order, confident, strict=True))
        stands = highest > 0 and confident[0] >= self._sure
        return Reading(ranked[0][0] if stands else None, confident[0], ranked)

    def reasons(self, message: Message, owner: str, most: int = 5) -> tuple[Reason, ...]:
        """The words of the text that stand in this owner's duties, the weightiest first."""
        own = self._names.index(owner)
        found = [Reason(term, weight) for term, place, weight in self._matches(message) if place == own]
        kept: list[Reason] = []
        for reason in sorted(found, key=lambda one: (-one.weight, one.words)):
            if len(kept) < most and not any(reason.words in one.words or one.words in reason.words for one in kept):
                kept.append(reason)
        return tuple(kept)

    def _matches(self, message: Message) -> Iterable[tuple[str, int, float]]:
        asked = _terms(clean(message.detail, READ))
        for term, count in _terms(clean(message.title)).items():
            asked[term] = asked.get(term, 0.0) + _TITLE * count
        for term, count in asked.items():
            for place, weight in self._holders.get(term, ()):
                yield term, place, weight * count * (_SATURATION + 1) / (count + _SATURATION)


def _terms(text: str) -> dict[str, float]:
    """Words and, for less, pairs of characters within them and between neighbours."""
    words = [word for word in cut(text) if len(word) > 1 and word not in _EMPTY]
    found: dict[str, float] = defaultdict(float)
    for word in words:
        found[word] += 1
    for one, other in pairwise(text):
        if one.isalpha() and other.isalpha() and one + other not in _EMPTY:
            found[one + other] += _PAIRS
    return found


def taught(owners: Owners, messages: Sequence[Message], *, share: float = 0.5) -> Model:
    """A reader trained on a city's own unlabelled texts, by what the duties say of the surest of them.

    share: how many of the texts it learns from, the surest of each owner first.
    Raises: TrainingError when the duties speak of too few texts.
    """
    by_owner: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for place, message in enumerate(messages):
        reading = owners.read(message)
        if reading.confidence > _TEACHES:
            by_owner[reading.ranked[0][0]].append((-reading.confidence, place))
    chosen = []
    for owner, found in by_owner.items():
        surest = sorted(found)[: max(int(len(found) * share), 1)]
        chosen += [(place, owner) for _confidence, place in surest]
    chosen.sort()
    model = train([messages[place] for place, _owner in chosen], [owner for _place, owner in chosen])
    return replace(model, weights=model.weights * _HUMBLE, start=model.start * _HUMBLE, sure=SURE)
