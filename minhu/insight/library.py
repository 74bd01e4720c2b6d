"""Trained models as files with versions, and in memory with every correction made since; the same in each process.

    var/insight/subject-0003.npz     the third model that reads subjects; the newest is used

A correction is taught at once: each process teaches it to its own copy before it reads on. ``minhu insight train``
writes a new version that knows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

from django.conf import settings

from minhu.insight.engine import model_file, triage
from minhu.insight.engine.triage import Model
from minhu.insight.engine.vectors import Message
from minhu.insight.models import Correction
from minhu.rules.words import Question

_NAME = re.compile(r"(\w+)-(\d{4,})\.npz")


@dataclass(frozen=True, slots=True)
class Kept:
    """A model and how far it was taught. path, changed: of its file; taught_to: the last correction it knows."""

    model: Model
    path: Path
    changed: int
    taught_to: int

    @property
    def version(self) -> str:
        """How readings name it: of the file, and the corrections since."""
        return f"{self.path.stem}+{self.taught_to}" if self.taught_to else self.path.stem


_kept: dict[Question, Kept] = {}
_lock = Lock()


def folder() -> Path:
    """Where trained models are."""
    return Path(settings.DATA_DIR) / "insight"


def file_of(question: Question) -> Path | None:
    """The model in use: the one that is set, else the newest."""
    if question is Question.SUBJECT and settings.INSIGHT.model is not None:
        return Path(settings.INSIGHT.model)
    found = _versions(question)
    return found[max(found)] if found else None


def current(question: Question) -> Kept | None:
    """The model that answers a question, with all corrections so far; None where there is none.

    Raises: ModelFileError for a file that cannot be read.
    """
    path = file_of(question)
    if path is None:
        return None
    with _lock:
        kept = _taught(question, _loaded(question, path))
        _kept[question] = kept
        return kept


def save(question: Question, model: Model, *, at: datetime, taught_to: int) -> Path:
    """Keep a trained model as the next version. Raises: OSError."""
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{question.value}-{max(_versions(question), default=0) + 1:04d}.npz"
    beside = path.with_suffix(".part")
    model_file.save(model, beside, notes={"trained_at": at.isoformat(), "taught_to": taught_to})
    beside.replace(path)
    return path


def lessons(question: Question, after: int = 0) -> Iterator[tuple[int, Message, str]]:
    """Corrections and the words they are about, oldest first. Nothing confidential is learnt from."""
    rows = Correction.objects.filter(question=question.value, pk__gt=after, case__confidential=False).exclude(
        case__body=""
    )
    for pk, body, said in rows.order_by("pk").values_list("pk", "case__body", "said").iterator():
        yield pk, Message("", body), said


def _versions(question: Question) -> dict[int, Path]:
    named = [(_NAME.fullmatch(path.name), path) for path in folder().glob(f"{question.value}-*.npz")]
    return {int(name[2]): path for name, path in named if name}


def _loaded(question: Question, path: Path) -> Kept:
    try:
        changed = path.stat().st_mtime_ns
    except OSError as fault:
        raise model_file.ModelFileError(f"{path}:无法读取模型文件({fault.strerror})") from None
    kept = _kept.get(question)
    if kept is not None and (kept.path, kept.changed) == (path, changed):
        return kept
    notes = model_file.notes(path)
    return Kept(model_file.load(path), path, changed, int(notes.get("taught_to", 0)))


def _taught(question: Question, kept: Kept) -> Kept:
    model, last = kept.model, kept.taught_to
    for pk, message, said in lessons(question, kept.taught_to):
        last = pk
        if said in model.labels:
            model = triage.corrected(model, message, said)
    return kept if last == kept.taught_to else replace(kept, model=model, taught_to=last)


def learnable(question: Question, given: Sequence[tuple[Message, str]] = ()) -> tuple[list[Message], list[str], int]:
    """All there is to train from: what was given and the corrections; and the last of these."""
    messages, labels, last = [message for message, _ in given], [label for _, label in given], 0
    for pk, message, said in lessons(question):
        messages.append(message)
        labels.append(said)
        last = pk
    return messages, labels, last


def forget() -> None:
    """Drop what is in memory; the next text reads the files again."""
    with _lock:
        _kept.clear()
