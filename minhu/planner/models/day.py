"""The plan of an official's day: when he calls back whom he promised to."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.cases.models import Promise
from minhu.directory.models import Office, Official


class DayPlan(models.Model):
    """Calls back placed in the gaps of a day. Written once; the latest of a day counts.

    fault: why nothing could be planned. notes: what was unclear in the calendar. As ``rules.sentences`` keeps them.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="day_plans", db_index=False)
    day_on = models.DateField()
    made_at = models.DateTimeField()
    inputs = models.CharField(max_length=64)
    fault = models.TextField(blank=True)
    notes = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["official", "day_on", "-id"], name="day_plan_latest")]

    def __str__(self) -> str:
        return f"{self.official_id} on {self.day_on}"


class PlannedCall(models.Model):
    """One call back in a plan. start_at None: there is no place for it. why: the reason, or what would make room."""

    plan = models.ForeignKey(DayPlan, on_delete=models.PROTECT, related_name="calls")
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="+")
    start_at = models.DateTimeField(null=True)
    end_at = models.DateTimeField(null=True)
    why = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "promise"], name="planned_call_once"),
            models.CheckConstraint(
                condition=Q(start_at__isnull=True, end_at__isnull=True) | Q(end_at__gt=F("start_at")),
                name="planned_call_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promise_id} in {self.plan_id}"
