"""Whether checks can be placed and appeals decided, as ``minhu doctor`` tells it. Nothing of what is drawn."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from minhu.directory.models import Line, Office, RoleGrant
from minhu.ops.findings import Finding, Grade
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
        yield Finding("checks", Grade.CARE, "there is no number to call from", "set MINHU_CHECK_NUMBERS")
    elif published:
        cure = "take it out of MINHU_CHECK_NUMBERS: everybody knows it"
        yield Finding("checks", Grade.ILL, f"{published} of the check numbers is a published line", cure)
    else:
        yield Finding("checks", Grade.WELL, f"{len(numbers)} numbers to call from")
    today = legal_day(timezone.now())
    without = Office.objects.filter(parent=None).exclude(pk__in=Draw.objects.filter(on=today).values("city")).count()
    if without:
        cure = "run minhu jobs day and night: a draw is committed to the day before"
        yield Finding("draws", Grade.CARE, f"{without} cities have none for today", cure)
    yield from _appeals()


def _appeals() -> Iterator[Finding]:
    """An appeal is decided by another supervisor than who decided the step, so it takes two of the city."""
    for city in Office.objects.filter(parent=None).order_by("pk"):
        able = RoleGrant.objects.filter(role=Role.SUPERVISOR.value, office=city, account__is_active=True).count()
        if able < 2:
            cure = f"give a second person the role supervisor for {city.name}"
            yield Finding("appeals", Grade.CARE, f"{able} supervisors of the city, and an appeal takes two", cure)
