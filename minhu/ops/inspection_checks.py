"""Whether checks can be placed and appeals decided, as ``minhu doctor`` tells it. Nothing of what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from minhu.directory.models import Line, Office, RoleGrant
from minhu.ops.findings import Finding, Grade, said
from minhu.rules.clock import legal_day
from minhu.rules.words import Role
from minhu.supervision.models import Draw


def inspection() -> Iterator[Finding]:
    """Numbers to call from, and a draw for today; silent where nobody inspects."""
    if not RoleGrant.objects.filter(role=Role.INSPECTOR.value, account__is_active=True).exists():
        return
    numbers = settings.CHECK_NUMBERS
    published = Line.objects.filter(number__in=numbers, withdrawn_at=None).count()
    if not numbers:
        yield Finding("checks", Grade.CARE, said("没有抽查用的号码"), said("设 MINHU_CHECK_NUMBERS"))
    elif published:
        cure = said("从 MINHU_CHECK_NUMBERS 里去掉：这个号码人人知道")
        yield Finding("checks", Grade.ILL, said("抽查号码里有 {n} 个是公布号码", n=published), cure)
    else:
        yield Finding("checks", Grade.WELL, said("{n} 个抽查号码", n=len(numbers)))
    today = legal_day(timezone.now())
    without = Office.objects.filter(parent=None).exclude(pk__in=Draw.objects.filter(on=today).values("city")).count()
    if without:
        cure = said("minhu jobs 要日夜运行：前一天就封好抽签种子")
        yield Finding("draws", Grade.CARE, said("{n} 个市今天没有抽签", n=without), cure)
    yield from _appeals()


def _appeals() -> Iterator[Finding]:
    """An appeal is decided by another supervisor than who decided the step, so it takes two of the city."""
    for city in Office.objects.filter(parent=None).order_by("pk"):
        able = RoleGrant.objects.filter(role=Role.SUPERVISOR.value, office=city, account__is_active=True).count()
        if able < 2:
            cure = said("给 {city}再定一位督查人员", city=city.name)
            yield Finding("appeals", Grade.CARE, said("全市 {n} 位督查人员，复核要两位", n=able), cure)
