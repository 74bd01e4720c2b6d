"""Predicted against actual, week by week."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Line, Office
from minhu.rules.planning import Finding


class JudgedWeek(models.Model):
    """One week of a line. Written once. low, high: eight weeks in ten lie there; up, down: the sums of ``drift``.

    words: what to say of it, a sentence a line.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="judged_weeks", db_index=False)
    monday_on = models.DateField()
    made_at = models.DateTimeField()
    expected = models.FloatField()
    low = models.PositiveIntegerField()
    high = models.PositiveIntegerField()
    came = models.PositiveIntegerField()
    score = models.FloatField()
    finding = models.CharField(max_length=12)
    up = models.FloatField()
    down = models.FloatField()
    words = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "monday_on"], name="judged_week_once"),
            one_of("finding", Finding, "judged_week_finding_known"),
            models.CheckConstraint(condition=Q(low__lte=F("high")), name="judged_week_interval"),
        ]
        indexes = [models.Index(fields=["city", "-monday_on"], name="judged_week_newest")]

    def __str__(self) -> str:
        return f"{self.line_id} from {self.monday_on}"
