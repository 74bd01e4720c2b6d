"""Whether what is due to go does go, as ``minhu doctor`` tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from minhu.cases.models import ErasureRound
from minhu.directory.models import Office
from minhu.ops.findings import Finding, Grade, said
from minhu.ops.retention import due
from minhu.rules.clock import local

LATE = timedelta(days=1)


def retention() -> Iterator[Finding]:
    """Each city's last round, and what still waits."""
    at = timezone.now()
    cure = said("看 minhu jobs 是否在运行，读它的日志：隐私页答应了到期就删")
    for city in Office.objects.filter(parent=None).order_by("pk"):
        last = ErasureRound.objects.filter(pk=city.pk).first()
        if last is None:
            yield Finding("retention", Grade.CARE, said("{city}：还没有查过一遍", city=city.name), cure)
        elif at - last.at > LATE:
            shown = said(
                "{city}：上次查是 {time}，{n} 件到期",
                city=city.name,
                time=f"{local(last.at):%F %H:%M}",
                n=due(city.pk, at=at).cases.count(),
            )
            yield Finding("retention", Grade.ILL, shown, cure)
        else:
            went = said(
                "{city}：{time} 查过，删了诉求 {cases} 件、录音 {recordings} 个、短信 {texts} 条、号码 {numbers} 个",
                city=city.name,
                time=f"{local(last.at):%F %H:%M}",
                cases=last.cases,
                recordings=last.recordings,
                texts=last.texts,
                numbers=last.numbers,
            )
            yield Finding("retention", Grade.WELL, went)
