"""``minhu insight train``: learn from labelled messages and from what people corrected, into the next version."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path

from django.utils import timezone

from minhu.insight import library
from minhu.insight.engine.triage import TrainingError, train
from minhu.insight.engine.vectors import Message
from minhu.insight.subjects import subjects
from minhu.ops.insight.errors import InsightCommandError
from minhu.ops.insight.labelled import read_labelled
from minhu.rules.words import Question

HELP = "learn subjects (and kinds and owners) from labelled messages and corrections; keeps a new version"
_OTHERS = (Question.KIND, Question.OWNER)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--labelled", type=Path, help="CSV with id,label,title,detail (.gz too); label is the subject")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Train what there is enough for. Raises: InsightCommandError where not even subjects can be learnt."""
    path = options.get("labelled")
    given = read_labelled(Path(str(path))) if path else None
    rows = list(zip(given.messages, given.labels, strict=True)) if given else []
    if unknown := sorted({label for _, label in rows} - set(subjects())):
        write(f"not in the tree of subjects: {'、'.join(unknown[:5])} (see MINHU_SUBJECTS)")
    try:
        _train(Question.SUBJECT, rows, write)
    except TrainingError as fault:
        raise InsightCommandError(str(fault)) from None
    for question in _OTHERS:
        try:
            _train(question, [], write)
        except TrainingError:
            write(f"{question.value}: too few corrections yet; read by signs and duties")


def _train(question: Question, given: list[tuple[Message, str]], write: Callable[[str], object]) -> None:
    messages, labels, taught_to = library.learnable(question, given)
    write(f"{question.value}: {len(given)} labelled messages, {len(messages) - len(given)} corrections; training …")
    began = time.monotonic()
    model = train(messages, labels)
    try:
        path = library.save(question, model, at=timezone.now(), taught_to=taught_to)
    except OSError as fault:
        raise InsightCommandError(f"{library.folder()}：无法写入模型文件（{fault.strerror}）") from None
    size = path.stat().st_size / 2**20
    write(
        f"{question.value}: {path} ({size:.1f} MiB, {len(model.labels)} labels) after {time.monotonic() - began:.1f} s"
    )
