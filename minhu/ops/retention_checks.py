"""Whether what is due to go does go, as ``minhu doctor`` tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from minhu.cases.models import ErasureRound
from minhu.directory.models import Office
from minhu.ops.findings import Finding, Grade
from minhu.ops.retention import due
from minhu.rules.clock import local

LATE = timedelta(days=1)


def retention() -> Iterator[Finding]:
    """Each city's last round, and what still waits."""
    at = timezone.now()
    cure = "see that minhu jobs runs, and read its log: the privacy page promises that what is due goes"
    for city in Office.objects.filter(parent=None).order_by("pk"):
        last = ErasureRound.objects.filter(pk=city.pk).first()
        if last is None:
            yield Finding("retention", Grade.CARE, f"{city.name}: nothing was looked through yet", cure)
        elif at - last.at > LATE:
            shown = (
                f"{city.name}: last looked through {local(last.at):%F %H:%M}, {due(city.pk, at=at).cases.count()} due"
            )
            yield Finding("retention", Grade.ILL, shown, cure)
        else:
            went = f"{last.cases} cases, {last.recordings} recordings, {last.texts} texts, {last.numbers} numbers went"
            yield Finding("retention", Grade.WELL, f"{city.name}: looked through {local(last.at):%F %H:%M}; {went}")
