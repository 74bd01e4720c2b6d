"""What somebody decided a moment ago and may still take back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.directory.models import Account, Office


class PendingAct(models.Model):
    """An act that takes effect at ``due_at``, unless it is taken back before (撤销). Never deleted.

    kind: which act, of ``cases.pending``; subject: what it is done to, once at a time; args: what it is given.
    words: how the page names it. done_at: it was carried out then, or refused, with why.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=60)
    args = models.JSONField()
    words = models.CharField(max_length=120)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("at")), name="pending_act_waits"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True, done_at__gte=F("due_at")),
                name="pending_act_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__lt=F("due_at")),
                name="pending_act_withdrawn_in_time",
            ),
            models.CheckConstraint(condition=Q(refused="") | Q(done_at__isnull=False), name="pending_act_refused_when"),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="pending_act_once_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="pending_act_due",
            ),
            models.Index(fields=["by", "due_at"], name="pending_act_by_whom"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"
