"""What is said of a proposal besides its figures: what it rests on most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from minhu.planner.engine.day import MINUTES_A_DAY, Window
from minhu.planner.engine.proposal import Assumption, Proposal, Sensitivity
from minhu.rules.planning import written
from minhu.rules.sentences import Sentence, sentence

NAMES: Mapping[Assumption, Sentence] = {
    Assumption.VOLUME: sentence("来电数量"),
    Assumption.TALK: sentence("通话长短"),
    Assumption.PATIENCE: sentence("群众等待的耐心"),
    Assumption.ANSWERS: sentence("本人接起的比例"),
}
_LEAST = 0.001
"""A share that moves less shows as nothing."""


def assumption(found: Proposal) -> Sentence:
    """What the expected effect hangs on most, and how much."""
    own = [one for one in found.sensitivities if one.assumption is found.main]
    worst = max(own, key=lambda one: abs(one.in_person) + abs(one.soon))
    moved = tuple(_moved(worst)) or sentence("这些预计几乎不变")
    if worst.factor > 1:
        return sentence("最要紧的假设是{what}：要是比估计多三成，{then}。", what=NAMES[found.main], then=moved)
    return sentence("最要紧的假设是{what}：要是比估计少三成，{then}。", what=NAMES[found.main], then=moved)


def hours_of(windows: Iterable[Window]) -> str:
    """Windows of a week as opening hours."""
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for one in windows:
        day = one.start // MINUTES_A_DAY
        week[day].append((one.start - day * MINUTES_A_DAY, one.end - day * MINUTES_A_DAY))
    return written([tuple(spans) for spans in week])


def _moved(one: Sensitivity) -> Iterator[Sentence]:
    for words, share in ((sentence("本人接通"), one.in_person), (sentence("60 秒内接通真人"), one.soon)):
        if abs(share) >= _LEAST:
            by = abs(share) * 100
            yield (
                sentence("{what}会升 {by:.1f} 个百分点", what=words, by=by)
                if share > 0
                else sentence("{what}会降 {by:.1f} 个百分点", what=words, by=by)
            )
