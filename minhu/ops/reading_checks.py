"""Whether what citizens write is read: the model, one's own reader, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from minhu.cases.models import Case
from minhu.insight.models import Correction
from minhu.insight.subjects import subjects
from minhu.ops.findings import Finding, Grade
from minhu.rules.words import Question

MAY_WAIT = timedelta(minutes=5)
OLD, MANY_CORRECTIONS = timedelta(days=365), 100


def reading() -> Iterator[Finding]:
    """In the order in which one would mend it."""
    yield from _own_reader()
    yield from _model()
    if not settings.INSIGHT.offers:
        yield Finding("hotline offers", Grade.WELL, "switched off: citizens are not offered 12345")
    waiting = Case.objects.filter(read_at=None, opened_at__lt=timezone.now() - MAY_WAIT).count()
    if waiting:
        cure = "run minhu jobs, or look for read_cases in its log; after an upgrade the older ones are read in a while"
        yield Finding("reading", Grade.CARE, f"{waiting} cases wait to be read", cure)
    else:
        yield Finding("reading", Grade.WELL, "every case is read")


def _own_reader() -> Iterator[Finding]:
    if not settings.INSIGHT.reader:
        return
    from minhu.insight.readers import ReaderUnusable, own_reader

    try:
        own_reader()
    except ReaderUnusable as fault:
        yield Finding("reader", Grade.ILL, str(fault), "correct MINHU_INSIGHT_READER; ours reads meanwhile")
    else:
        yield Finding("reader", Grade.WELL, settings.INSIGHT.reader)


def _model() -> Iterator[Finding]:
    from minhu.insight import library
    from minhu.insight.engine import model_file

    path = library.file_of(Question.SUBJECT)
    if path is None:
        yield Finding("subjects", Grade.WELL, "no model: subjects stay unknown until minhu insight train")
        return
    try:
        model, notes = model_file.load(path), model_file.notes(path)
    except model_file.ModelFileError as fault:
        cure = "train anew: minhu insight train --labelled FILE.csv, or correct MINHU_INSIGHT_MODEL"
        yield Finding("subjects", Grade.ILL, str(fault), cure)
        return
    since = Correction.objects.filter(question=Question.SUBJECT.value, pk__gt=int(notes.get("taught_to", 0))).count()
    trained_at = str(notes.get("trained_at", ""))
    age = timezone.now() - datetime.fromisoformat(trained_at) if trained_at else timedelta()
    shown = f"{path.name}, {len(model.labels)} labels, {age.days} days old, {since} corrections since"
    if unknown := sorted(set(model.labels) - set(subjects())):
        cure = "train anew on the subjects of MINHU_SUBJECTS, or add it there"
        yield Finding("subjects", Grade.CARE, f"{shown}; {unknown[0]} is no subject of the city", cure)
    elif age > OLD or since > MANY_CORRECTIONS:
        yield Finding("subjects", Grade.CARE, shown, "train anew: minhu insight train --labelled FILE.csv")
    else:
        yield Finding("subjects", Grade.WELL, shown)
