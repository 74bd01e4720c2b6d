"""Reading what texts are about: texts a second on one core, beside a TF-IDF and a linear support vector machine.

Invented texts as long as real ones (a title, some 300 characters); each of seven subjects has words of its own among
those of any text. Processor time of one core, the best of three rounds. How well real texts are read is another
measurement: docs/insight-quality.md.

    python -m benchmarks.triage --texts 20000
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np

from benchmarks.grouping import texts
from minhu.insight.engine.triage import train
from minhu.insight.engine.vectors import Message
from minhu.ops.insight.triage_baselines import both_with_title

BAR_TEXTS_A_SECOND, BAR_TRAINING_SECONDS = 20_000, 60.0
TAUGHT, LABELS, A_MESSAGE, ROUNDS = 5_000, 7, 5, 3


def messages(many: int, seed: int) -> tuple[list[Message], list[str]]:
    """So many, and the subject of each: the last figure of its matter's number, which its place carries."""
    made, labels = [], []
    reports = texts(many * A_MESSAGE, seed)
    while several := list(islice(reports, A_MESSAGE)):
        made.append(Message(several[0].title, "".join(one.detail for one in several)))
        labels.append(str(sum(map(ord, several[0].title[:3])) % LABELS))
    return made, labels


def seconds_of(work: Callable[[], object], rounds: int = 1) -> float:
    """Of the processor; the least of so many rounds."""
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20260302)
    asked = parser.parse_args(arguments)
    taught, labels = messages(TAUGHT, asked.seed)
    read, _labels = messages(asked.texts, asked.seed + 1)
    began = time.process_time()
    model = train(taught, labels)
    trained = time.process_time() - began
    ours = len(read) / seconds_of(lambda: model.probabilities(read), ROUNDS)
    common = both_with_title()
    common.fit(_table(taught), labels)
    some = read[: len(read) // 5]
    theirs = len(some) / seconds_of(lambda: common.predict(_table(some)))
    length = sum(len(one.title) + len(one.detail) for one in read) // len(read)
    print(
        f"{len(read):,} texts of {length} characters   Minhu {ours:,.0f} texts/s of one core "
        f"(bar {BAR_TEXTS_A_SECOND:,})   TF-IDF + SVM {theirs:,.0f} texts/s   ratio {ours / theirs:.1f}   "
        f"training on {TAUGHT:,}: {trained:.1f} s (bar {BAR_TRAINING_SECONDS:.0f})"
    )
    return 0 if ours >= BAR_TEXTS_A_SECOND and trained <= BAR_TRAINING_SECONDS else 1


def _table(some: Sequence[Message]) -> object:
    return np.array([[one.title, f"{one.title} {one.detail}"] for one in some], dtype=object)


if __name__ == "__main__":
    raise SystemExit(main())
