"""The settable tree of subjects: a label is a path, and a reading goes as deep as it is sure.

The seven first-level subjects of the public messages are the default; a city may give deeper paths, in the manner of
GB/T 39666-style codes, with "/" between the levels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

DEFAULT_SUBJECTS = ("城乡建设", "环境保护", "交通运输", "教育文体", "劳动和社会保障", "商贸旅游", "卫生计生")

BETWEEN = "/"


def deepest_sure(leaves: Mapping[str, float], sure: float) -> tuple[str, float] | None:
    """The deepest subject that is likely enough, and how likely; None when not even a first level is.

    leaves: the probability of each path. A subject is as likely as all paths through it together.
    """
    together: dict[str, float] = defaultdict(float)
    for path, probability in leaves.items():
        levels = path.split(BETWEEN)
        for depth in range(1, len(levels) + 1):
            together[BETWEEN.join(levels[:depth])] += probability
    likely = [(subject.count(BETWEEN), together[subject], subject) for subject in together if together[subject] >= sure]
    if not likely:
        return None
    _depth, probability, subject = max(likely)
    return subject, probability
