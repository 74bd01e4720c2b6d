"""Checks are left out of workload and figures; conditions for whoever counts.

A check that is not over counts like any citizen's call: otherwise the figures would tell who is being checked.
"""

from __future__ import annotations

from django.db.models import Q

from minhu.cases.models import Case
from minhu.rules.words import Direction


def not_checks(path: str = "") -> Q:
    """Condition on calls, or with a path such as ``call__`` on what has one: no check, and no inspector's half."""
    of_citizens = Q(**{f"{path}direction": Direction.INBOUND.value}) | Q(**{f"{path}line__isnull": False})
    return Q(**{f"{path}check_of__over_at__isnull": True}) & of_citizens


def not_of_checks(path: str = "") -> Q:
    """Condition on cases, or with a path such as ``case__`` on what has one: no citizen's matter, only a check's."""
    of_checks = Case.objects.filter(contacts__call__check_of__over_at__isnull=False)
    return ~Q(**{f"{path}pk__in": of_checks.values("pk")})
