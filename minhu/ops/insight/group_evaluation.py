"""How well the stream groups what people say belongs together: on any files, beside simpler ways, with all figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import mean

from minhu.insight.engine.agreement import Score, b_cubed, judged_apart
from minhu.insight.engine.duplicates import PROPOSED, SURE, Intake
from minhu.insight.engine.groups import Report
from minhu.insight.engine.stream import BY_VECTORS, BY_WORDS, Stream, Tuning

SEEDS = range(20260302, 20260307)
"""Five cuts of the labels into halves: five times each half tunes and each half judges."""

_STEP = 500
Progress = Callable[[str, int, int], None]
Groups = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """One way of grouping: as it is shipped, on all labels, and tuned on one half, judged on the other."""

    name: str
    shipped: Score
    apart: tuple[Score, ...]
    texts_a_second: float

    @property
    def apart_f1(self) -> float:
        """The mean over the halves."""
        return mean(score.f1 for score in self.apart)


def tunings(*, vectors: bool) -> list[Tuning]:
    """The shipped tuning and a few beside it."""
    if vectors:
        limits = ((0.5, 0.3), (0.4, 0.27), (0.7, 0.38), (0.6, 0.3), (0.6, 0.36), (0.5, 0.27))
        return [BY_VECTORS, *(replace(BY_VECTORS, share=share, join=limit, merge=limit) for share, limit in limits)]
    limits = ((0.14, 0.12), (0.155, 0.135), (0.185, 0.165), (0.2, 0.18), (0.17, 0.12), (0.19, 0.15))
    return [BY_WORDS, *(replace(BY_WORDS, join=join, merge=merge) for join, merge in limits)]


def grouped(reports: Sequence[Report], tuning: Tuning, progress: Progress, doing: str) -> Groups:
    """The group of each text after all have come, in the order of their time."""
    stream = Stream(replace(tuning, most_texts=max(tuning.most_texts, len(reports))))
    ordered = sorted(reports, key=lambda one: (one.at, one.key))
    for begin in range(0, len(ordered), _STEP):
        stream.feed(ordered[begin : begin + _STEP])
        progress(doing, min(begin + _STEP, len(ordered)), len(ordered))
    stream.settle()
    return {one.key: stream.group_of(one.key) or one.key for one in reports}


def judge(reports: Sequence[Report], truth: Groups, progress: Progress, *, vectors: bool = False) -> Judged:
    """Our stream, by words or with the vectors that the reports carry."""
    tried, took = [], 0.0
    for at, tuning in enumerate(choices := tunings(vectors=vectors)):
        began = time.process_time()
        tried.append(grouped(reports, tuning, progress, f"{at + 1}/{len(choices)}"))
        took += time.process_time() - began
    return judged("with vectors" if vectors else "words only", tried, truth, len(reports) * len(tried) / (took or 1e-9))


def judged(name: str, tried: Sequence[Groups], truth: Groups, speed: float) -> Judged:
    """The first of the tried is the shipped one."""
    apart = tuple(score for score, _which in judged_apart(tried, truth, SEEDS))
    return Judged(name, b_cubed(tried[0], truth, list(truth)), apart, speed)


def stability(reports: Sequence[Report], tuning: Tuning, *, seed: int) -> float:
    """B³ F1 between the groups as they are and as they are when every fortieth text comes a day late, or more."""
    chance = Random(seed)  # noqa: S311 - which texts are late in an experiment
    late = {one.key for one in reports if chance.random() < 1 / 40}
    ordered = sorted(reports, key=lambda one: (one.at, one.key))
    straight, disturbed = Stream(tuning), Stream(tuning)
    straight.feed(ordered)
    waiting: list[Report] = []
    for one in ordered:
        while waiting and (one.at - waiting[0].at).days >= 1:
            disturbed.feed([waiting.pop(0)])
        if one.key in late:
            waiting.append(one)
        else:
            disturbed.feed([one])
    disturbed.feed(waiting)
    for stream in (straight, disturbed):
        stream.settle()
    before, after = (
        {one.key: stream.group_of(one.key) or one.key for one in reports} for stream in (straight, disturbed)
    )
    return b_cubed(after, before, list(before)).f1


@dataclass(frozen=True, slots=True)
class DuplicatesJudged:
    """Of the likeliest proposals, how many are right, and how many of the texts raised before got a right one."""

    proposed: Score
    sure: Score


def duplicates(reports: Sequence[Report], truth: Groups) -> DuplicatesJudged:
    """Every labelled text asked for at its intake; only labelled texts are looked at among the answers."""
    intake, seen = Intake(), set[str]()
    asked: list[tuple[bool, float, bool]] = []
    for report in sorted(reports, key=lambda one: (one.at, one.key)):
        event = truth.get(report.key)
        if event is not None:
            found = [one for one in intake.find(report) if one.key in truth]
            right = bool(found) and truth[found[0].key] == event
            asked.append((event in seen, found[0].score if found else 0.0, right))
            seen.add(event)
        intake.keep(report)
    return DuplicatesJudged(_at(asked, PROPOSED), _at(asked, SURE))


def _at(asked: Sequence[tuple[bool, float, bool]], limit: float) -> Score:
    proposed = sum(score >= limit for _raised, score, _right in asked)
    right = sum(score >= limit and good for _raised, score, good in asked)
    raised = sum(raised for raised, _score, _right in asked)
    return Score(right / (proposed or 1), right / (raised or 1))
