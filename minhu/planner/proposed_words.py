"""What is said of a proposal besides its figures: what it rests on most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from minhu.planner.engine.day import MINUTES_A_DAY, Window
from minhu.planner.engine.proposal import Assumption, Proposal, Sensitivity
from minhu.rules.planning import written

NAMES: Mapping[Assumption, str] = {
    Assumption.VOLUME: "来电数量",
    Assumption.TALK: "通话长短",
    Assumption.PATIENCE: "群众等待的耐心",
    Assumption.ANSWERS: "本人接起的比例",
}
_LEAST = 0.001
"""A share that moves less shows as nothing."""


def assumption(found: Proposal) -> str:
    """What the expected effect hangs on most, and how much."""
    own = [one for one in found.sensitivities if one.assumption is found.main]
    worst = max(own, key=lambda one: abs(one.in_person) + abs(one.soon))
    more = "多" if worst.factor > 1 else "少"
    moved = "，".join(_moved(worst)) or "这些预计几乎不变"
    return f"最要紧的假设是{NAMES[found.main]}：要是比估计{more}三成，{moved}。"


def hours_of(windows: Iterable[Window]) -> str:
    """Windows of a week as opening hours."""
    week: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for one in windows:
        day = one.start // MINUTES_A_DAY
        week[day].append((one.start - day * MINUTES_A_DAY, one.end - day * MINUTES_A_DAY))
    return written([tuple(spans) for spans in week])


def _moved(one: Sensitivity) -> Iterator[str]:
    for words, share in (("本人接通", one.in_person), ("60 秒内接通真人", one.soon)):
        if abs(share) >= _LEAST:
            yield f"{words}会{'升' if share > 0 else '降'} {abs(share) * 100:.1f} 个百分点"
