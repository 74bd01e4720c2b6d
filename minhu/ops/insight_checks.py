"""What the doctor says of hot issues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec

from django.conf import settings
from django.utils import timezone

from minhu.directory.models import Office
from minhu.insight.unread import unread
from minhu.ops.findings import Finding, Grade

LATE = timedelta(minutes=30)


def insight() -> Iterator[Finding]:
    """Whether the embedder asked for is there, and whether new cases are read."""
    wanted = settings.INSIGHT_EMBEDDINGS
    if wanted != "none" and find_spec(wanted) is None:
        cure = f"pip install {wanted}, or set MINHU_INSIGHT_EMBEDDINGS=none"
        yield Finding("hot issues", Grade.ILL, f"the package {wanted} is missing, so nothing is grouped", cure)
        return
    at = timezone.now()
    cities = Office.objects.filter(parent=None).values_list("pk", flat=True)
    late = sum(unread(city, at).filter(opened_at__lt=at - LATE).count() for city in cities)
    if late:
        cure = "is minhu jobs running? its log says why under group_cases"
        yield Finding("hot issues", Grade.CARE, f"{late} cases wait to be grouped for over half an hour", cure)
    else:
        yield Finding("hot issues", Grade.WELL, f"new cases are grouped; vectors: {wanted}")
