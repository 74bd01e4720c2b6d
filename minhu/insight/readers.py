"""The reader in use: ours, by signs in the words and by what models were trained on; or the one that is set.

Imported when the first text is read, for it brings numpy.

ReaderUnusable    what is set as MINHU_INSIGHT_READER cannot be called, or gives something else back
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from minhu.insight import library
from minhu.insight.engine.kinds import kind_of, urgency_of
from minhu.insight.engine.model_file import ModelFileError
from minhu.insight.engine.subjects import deepest_sure
from minhu.insight.engine.triage import Model, Reason
from minhu.insight.engine.vectors import Message
from minhu.insight.library import Kept
from minhu.insight.read import NOTHING, Read, Reader
from minhu.rules.words import Question

log = structlog.get_logger(__name__)

SURE_KIND = 0.6
"""The share of the signs that must agree for a kind to stand."""

_MOST_WORDS = 5


class ReaderUnusable(RuntimeError):
    """The words say what to do."""


def read(texts: Sequence[str]) -> list[Read]:
    """Read each text; empty ones are read as nothing. Where one's own reader fails, ours reads."""
    places = [place for place, text in enumerate(texts) if text.strip()]
    said = [texts[place] for place in places]
    all_read = [NOTHING] * len(texts)
    for place, one in zip(places, _read(said) if said else [], strict=True):
        all_read[place] = one
    return all_read


def _read(texts: Sequence[str]) -> Sequence[Read]:
    if settings.INSIGHT.reader:
        try:
            return _by_own(texts)
        except Exception:  # whatever it is: a citizen's matter is read all the same
            log.exception("reader_failed", reader=settings.INSIGHT.reader, cure="run: minhu doctor")
    return by_signs(texts)


def _by_own(texts: Sequence[str]) -> Sequence[Read]:
    found = list(own_reader()(texts))
    if len(found) != len(texts) or not all(isinstance(one, Read) for one in found):
        raise ReaderUnusable(f"{settings.INSIGHT.reader} must give one minhu.insight.read.Read for each text")
    return found


def own_reader() -> Reader:
    """What is set as MINHU_INSIGHT_READER. Raises: ReaderUnusable."""
    try:
        reader: Reader = import_string(settings.INSIGHT.reader)
    except ImportError as fault:
        raise ReaderUnusable(f"{settings.INSIGHT.reader} cannot be imported: {fault}") from None
    return reader


def usable(question: Question) -> Kept | None:
    """The model that answers a question; None where there is none, or none that can be read."""
    try:
        return library.current(question)
    except ModelFileError as fault:
        log.warning("model_unreadable", question=question.value, fault=str(fault), cure="run: minhu doctor")
        return None


def by_signs(texts: Sequence[str]) -> list[Read]:
    """Ours: kind and urgency by signs, or by a model where corrections trained one; subject by a model only."""
    subject, kinds = usable(Question.SUBJECT), usable(Question.KIND)
    name = "+".join(["signs", *(kept.version for kept in (subject, kinds) if kept)])[:80]
    messages = [Message("", text) for text in texts]
    found = [_by_signs(message, name, kinds) for message in messages]
    return _with_subjects(found, messages, subject.model) if subject else found


def _by_signs(message: Message, name: str, kinds: Kept | None) -> Read:
    kind, urgency = kind_of(message, kinds.model if kinds else None), urgency_of(message)
    return Read(
        reader=name,
        kind=kind.kind if kind.confidence >= SURE_KIND else None,
        kind_confidence=kind.confidence,
        kind_words=_words(kind.reasons),
        urgency=urgency.urgency,
        urgency_words=_words(urgency.reasons),
    )


def _with_subjects(found: list[Read], messages: Sequence[Message], model: Model) -> list[Read]:
    """A subject goes as deep into the tree as it is sure."""
    told = []
    for one, message, about in zip(found, messages, model.read(messages), strict=True):
        likely, share = about.ranked[0]
        deepest = deepest_sure(dict(about.ranked), model.sure)
        told.append(
            replace(
                one,
                subject=deepest[0] if deepest else None,
                subject_confidence=min(deepest[1] if deepest else share, 1.0),
                likely_subject=likely,
                subject_words=_words(model.reasons(message, likely)),
            )
        )
    return told


def _words(reasons: Sequence[Reason]) -> tuple[str, ...]:
    return tuple(reason.words for reason in reasons[:_MOST_WORDS])
