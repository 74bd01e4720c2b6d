"""Whether published numbers are alive, and the promises to correct those that are not."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Account, Line, Office
from minhu.rules.liveness import Health
from minhu.supervision.models.check import Check


class LivenessTest(models.Model):
    """A published number was dialled (号码核验). cycle: ``2026Q1``. by: None when a check showed it. Written once."""

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="liveness_tests")
    cycle = models.CharField(max_length=6)
    health = models.CharField(max_length=16)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    check_of = models.OneToOneField(Check, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            one_of("health", Health, "liveness_health_known"),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(check_of__isnull=False), name="liveness_seen_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["city", "cycle", "line"], name="liveness_by_cycle")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.cycle} {self.health}"


class Correction(models.Model):
    """The promise to correct a published number (号码更正), within ten working days. office: who owes it.

    proposed: how; approved_at: a supervisor agrees. Kept by evidence only. kept_line: the one published instead, or
    this one, withdrawn. kept_test: it was dialled again and is alive.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    found = models.OneToOneField(LivenessTest, on_delete=models.PROTECT, related_name="correction")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="corrections")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    proposed = models.CharField(max_length=300, blank=True)
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    kept_line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kept_test = models.ForeignKey(LivenessTest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(kept_at__isnull=True), name="correction_open_once"),
            models.CheckConstraint(condition=Q(due_at__gt=F("made_at")), name="correction_has_time"),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | ~Q(proposed=""), name="correction_approved_as_proposed"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="correction_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True)
                | Q(kept_line__isnull=False, approved_at__isnull=False)
                | Q(kept_test__isnull=False),
                name="correction_kept_by_evidence",
            ),
        ]
        indexes = [models.Index(fields=["city", "due_at"], condition=Q(kept_at__isnull=True), name="correction_owed")]

    def __str__(self) -> str:
        return f"correction of {self.line_id}"
