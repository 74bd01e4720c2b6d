"""What holds a matter back from being erased, and when that was last looked to."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.cases.models.case import Case
from minhu.directory.models import Account, Office


class Hold(models.Model):
    """A supervisor keeps a matter beyond its time, for a stated reason (暂缓删除). released_at None: it holds now."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds", db_index=False)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hold_with_reason"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(released_at__gte=F("at")), name="hold_released_later"
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(released_at__isnull=True), name="hold_one_at_a_time"),
        ]
        indexes = [models.Index(fields=["case"], name="hold_by_case")]

    def __str__(self) -> str:
        return f"hold of {self.case_id}"


class ErasureRound(models.Model):
    """When a city was last looked through for what is due to go, and what went then."""

    city = models.OneToOneField(Office, on_delete=models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField()
    cases = models.PositiveIntegerField(default=0)
    recordings = models.PositiveIntegerField(default=0)
    texts = models.PositiveIntegerField(default=0)
    numbers = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.city_id} at {self.at:%F}"
