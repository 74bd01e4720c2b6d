"""Whether what citizens write is read: the model, one's own reader, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from minhu.cases.models import Case
from minhu.insight.models import Correction
from minhu.insight.subjects import subjects
from minhu.ops.findings import Finding, Grade, said
from minhu.rules.words import Question

MAY_WAIT = timedelta(minutes=5)
OLD, MANY_CORRECTIONS = timedelta(days=365), 100


def reading() -> Iterator[Finding]:
    """In the order in which one would mend it."""
    yield from _own_reader()
    yield from _model()
    if not settings.INSIGHT.offers:
        yield Finding("hotline offers", Grade.WELL, said("关着：不建议群众改走 12345"))
    waiting = Case.objects.filter(read_at=None, opened_at__lt=timezone.now() - MAY_WAIT).count()
    if waiting:
        cure = said("运行 minhu jobs，或者看它日志里的 read_cases；升级以后，旧的要过一会儿才读完")
        yield Finding("reading", Grade.CARE, said("{n} 件诉求等着读", n=waiting), cure)
    else:
        yield Finding("reading", Grade.WELL, said("都读了"))


def _own_reader() -> Iterator[Finding]:
    if not settings.INSIGHT.reader:
        return
    from minhu.insight.readers import ReaderUnusable, own_reader

    try:
        own_reader()
    except ReaderUnusable as fault:
        yield Finding("reader", Grade.ILL, str(fault), said("改正 MINHU_INSIGHT_READER；这期间用系统自带的读"))
    else:
        yield Finding("reader", Grade.WELL, settings.INSIGHT.reader)


def _model() -> Iterator[Finding]:
    from minhu.insight import library
    from minhu.insight.engine import model_file

    path = library.file_of(Question.SUBJECT)
    if path is None:
        yield Finding("subjects", Grade.WELL, said("没有模型：运行 minhu insight train 以前不分主题"))
        return
    try:
        model, notes = model_file.load(path), model_file.notes(path)
    except model_file.ModelFileError as fault:
        cure = said("重新训练：minhu insight train --labelled 文件.csv，或者改正 MINHU_INSIGHT_MODEL")
        yield Finding("subjects", Grade.ILL, str(fault), cure)
        return
    since = Correction.objects.filter(question=Question.SUBJECT.value, pk__gt=int(notes.get("taught_to", 0))).count()
    trained_at = str(notes.get("trained_at", ""))
    age = timezone.now() - datetime.fromisoformat(trained_at) if trained_at else timedelta()
    shown = said(
        "{model}，{labels} 个主题，训练了 {days} 天，之后改正 {since} 处",
        model=path.name,
        labels=len(model.labels),
        days=age.days,
        since=since,
    )
    if unknown := sorted(set(model.labels) - set(subjects())):
        cure = said("按 MINHU_SUBJECTS 的主题重新训练，或者把它加进去")
        yield Finding(
            "subjects", Grade.CARE, said("{shown}；本市没有“{subject}”这个主题", shown=shown, subject=unknown[0]), cure
        )
    elif age > OLD or since > MANY_CORRECTIONS:
        yield Finding("subjects", Grade.CARE, shown, said("重新训练：minhu insight train --labelled 文件.csv"))
    else:
        yield Finding("subjects", Grade.WELL, shown)
