"""``minhu insight evaluate``: train the triage on one file and judge it on another, or on parts of the same."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from minhu.insight.engine.judging import Confidences, figures, parts
from minhu.insight.engine.model_file import save
from minhu.insight.engine.triage import Model, TrainingError, train
from minhu.insight.engine.vectors import Message, Numbers
from minhu.ops.insight.errors import InsightCommandError, require_baselines
from minhu.ops.insight.labelled import Labelled, read_labelled

HELP = "triage: train on labelled messages (id,label,title,detail) and print how well they are read"
FOLDS, ROUNDS = 5, 3


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--train", type=Path, required=True, help="CSV with id,label,title,detail (.gz too)")
    parser.add_argument("--test", type=Path, help="CSV to judge on; without it the first is judged in five parts")
    parser.add_argument("--baselines", action="store_true", help="without --test: judge common ways on the same parts")
    parser.add_argument("--save", type=Path, help="keep the trained model in this file")


def run(options: Mapping[str, object], write: Callable[[str], object]) -> None:
    """Train, judge and print."""
    given = read_labelled(_path(options["train"]))
    tested = read_labelled(_path(options["test"])) if options.get("test") else None
    try:
        judged = _apart(given, tested) if tested else _in_parts(given)
        if options.get("save"):
            save(judged.model or train(given.messages, given.labels), _path(options["save"]))
    except TrainingError as fault:
        raise InsightCommandError(f"{options['train']}:{fault}") from None
    except OSError as fault:
        raise InsightCommandError(f"{options['save']}:无法写入模型文件({fault.strerror})") from None
    for line in told(judged):
        write(line)
    if options.get("baselines") and tested is None:
        for line in _beside(given):
            write(line)


@dataclass(frozen=True, slots=True)
class Judged:
    """Calibrated readings of texts the reader had not seen; seconds are of the processor: one training, all reading."""

    labels: tuple[str, ...]
    probabilities: Confidences
    numbers: Numbers
    sure: float
    trained_seconds: float
    read_seconds: float
    model: Model | None = None


def told(judged: Judged) -> Iterator[str]:
    """The figures, one a line."""
    found = figures(judged.probabilities, judged.numbers, judged.sure)
    yield f"texts             {found.texts}"
    yield f"macro-F1          {found.macro_f1:.4f}"
    yield f"accuracy          {found.accuracy:.4f}"
    yield f"ECE               {found.calibration_error:.4f}"
    yield f"coverage          {found.covered:.4f}  (read from confidence {judged.sure:.2f}; the rest goes to staff)"
    yield f"covered accuracy  {found.covered_right:.4f}"
    yield f"texts/s           {found.texts / max(judged.read_seconds, 1e-9):,.0f}  (one core, processor time)"
    yield f"training seconds  {judged.trained_seconds:.1f}  (processor time)"


def _beside(given: Labelled) -> Iterator[str]:
    require_baselines()
    from minhu.ops.insight.triage_baselines import baselines

    numbers = _numbers(given.labels, tuple(sorted(set(given.labels))))
    yield f"{'beside it, on the same parts':44} macro-F1  accuracy  training s  texts/s"
    for row in baselines(given.messages, numbers, parts(given.messages, numbers, FOLDS)):
        yield (
            f"{row.name:44} {row.macro_f1:.4f}    {row.accuracy:.4f}    {row.trained_seconds:<10.1f}  "
            f"{row.texts_a_second:,.0f}"
        )


def _apart(given: Labelled, tested: Labelled) -> Judged:
    began = time.process_time()
    model = train(given.messages, given.labels)
    trained = time.process_time() - began
    probabilities, seconds = _read(model, tested.messages)
    # A label that was never taught is always read wrongly; it must count, so it gets a column of its own.
    names = (*model.labels, *sorted(set(tested.labels) - set(model.labels)))
    wide = np.zeros((len(probabilities), len(names)))
    wide[:, : len(model.labels)] = probabilities
    return Judged(names, wide, _numbers(tested.labels, names), model.sure, trained, seconds, model)


def _in_parts(given: Labelled) -> Judged:
    names = tuple(sorted(set(given.labels)))
    numbers = _numbers(given.labels, names)
    part = parts(given.messages, numbers, FOLDS)
    probabilities, sure, trained, seconds = np.zeros((len(part), len(names))), [], [], []
    for held in range(FOLDS):
        seen = [place for place in range(len(part)) if part[place] != held]
        unseen = np.flatnonzero(part == held)
        if not len(unseen):
            raise TrainingError(f"不同的数据太少,不能分成 {FOLDS} 份")
        began = time.process_time()
        model = train([given.messages[place] for place in seen], [given.labels[place] for place in seen])
        trained.append(time.process_time() - began)
        columns = [names.index(label) for label in model.labels]
        read, spent = _read(model, [given.messages[place] for place in unseen])
        probabilities[unseen[:, None], columns] = read
        sure.append(model.sure)
        seconds.append(spent)
    return Judged(names, probabilities, numbers, float(np.mean(sure)), float(np.mean(trained)), sum(seconds))


def _read(model: Model, messages: list[Message] | tuple[Message, ...]) -> tuple[Confidences, float]:
    """The readings, and the least time of the processor for them: what others do on the machine only ever adds."""
    probabilities, spent = model.probabilities(messages[:1]), []
    for _ in range(ROUNDS):
        began = time.process_time()
        probabilities = model.probabilities(messages)
        spent.append(time.process_time() - began)
    return probabilities, min(spent)


def _numbers(labels: tuple[str, ...], names: tuple[str, ...]) -> Numbers:
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[label] for label in labels], np.int64)


def _path(value: object) -> Path:
    if not isinstance(value, Path):
        raise TypeError(value)
    return value
