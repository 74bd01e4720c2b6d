"""Cases that the stream has still to read, and cases that it must forget. No arrays are loaded for this."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from minhu.cases.models import Case, Conflict
from minhu.insight.issues import may_be_grouped
from minhu.insight.models import Embedded, HotIssue, Streamed, StreamTurn
from minhu.rules.words import Stage

LOOKS_BACK = timedelta(days=120)
"""A case is read when it has words, if it is not older; ``minhu insight rebuild`` reads all."""

COOLS_EVERY = timedelta(minutes=10)
"""An issue about which nothing is heard is measured again so often, while it is not quiet."""


def unread(city_id: int, at: datetime) -> QuerySet[Case]:
    """In the order in which they are read."""
    new = Case.objects.filter(may_be_grouped(city_id), city_id=city_id, opened_at__gt=at - LOOKS_BACK, streamed=None)
    return new.exclude(body="").order_by("opened_at", "id")


def forbidden(city_id: int) -> QuerySet[Streamed]:
    """Cases that were read and have become confidential, or must be kept from somebody since."""
    return Streamed.objects.filter(_secret(city_id), city_id=city_id)


def forbidden_vectors(city_id: int) -> QuerySet[Embedded]:
    """What was made of the words of such cases."""
    return Embedded.objects.filter(_secret(city_id), city_id=city_id)


def _secret(city_id: int) -> Q:
    secret = Case.objects.filter(city_id=city_id, confidential=True).values("pk")
    accused = Conflict.objects.filter(city_id=city_id).values("case")
    return Q(case__in=secret) | Q(case__in=accused)


def cooling(city_id: int, at: datetime) -> QuerySet[HotIssue]:
    """Issues that are to be measured again, because time has passed."""
    old = HotIssue.objects.filter(city_id=city_id, merged_into=None, measured_at__lte=at - COOLS_EVERY)
    return old.exclude(stage=Stage.QUIET.value)


def waiting(city_id: int, at: datetime) -> bool:
    """Whether there is anything for the stream to do."""
    decided = StreamTurn.objects.filter(pk=city_id).exclude(measured=F("decided"))
    return any(some.exists() for some in (unread(city_id, at), forbidden(city_id), decided, cooling(city_id, at)))
