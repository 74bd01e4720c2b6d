"""What the doctor says of hot issues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec

from django.conf import settings
from django.utils import timezone

from minhu.directory.models import Office
from minhu.insight.unread import unread
from minhu.ops.findings import Finding, Grade, said

LATE = timedelta(minutes=30)


def insight() -> Iterator[Finding]:
    """Whether the embedder asked for is there, and whether new cases are read."""
    wanted = settings.INSIGHT_EMBEDDINGS
    if wanted != "none" and find_spec(wanted) is None:
        cure = said("pip install {package}，或者设 MINHU_INSIGHT_EMBEDDINGS=none", package=wanted)
        yield Finding("hot issues", Grade.ILL, said("缺软件包 {package}，诉求没有归并", package=wanted), cure)
        return
    at = timezone.now()
    cities = Office.objects.filter(parent=None).values_list("pk", flat=True)
    late = sum(unread(city, at).filter(opened_at__lt=at - LATE).count() for city in cities)
    if late:
        cure = said("minhu jobs 在运行吗？原因看它日志里的 group_cases")
        yield Finding("hot issues", Grade.CARE, said("{n} 件诉求等归并超过半小时", n=late), cure)
    else:
        yield Finding("hot issues", Grade.WELL, said("新诉求都归并了；向量：{wanted}", wanted=wanted))
