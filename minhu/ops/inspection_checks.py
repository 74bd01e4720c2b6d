"""Whether inspectors can place checks, as ``minhu doctor`` tells it. Nothing of what is drawn."""

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
