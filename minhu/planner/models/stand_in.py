"""Which deputy could take a line while its official is away, and what the official said to it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Account, Line, Office, Official
from minhu.rules.planning import StandInAnswer


class StandInProposal(models.Model):
    """A deputy for a stretch of time. Written once, then answered once; what nobody answered goes when plans change."""

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="stand_ins", db_index=False)
    deputy = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField()
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "since"], condition=Q(answer=""), name="stand_in_one_stands"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="stand_in_ends_after_start"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="stand_in_answered_with_time",
            ),
            one_of("answer", StandInAnswer, "stand_in_answer_known"),
        ]
        indexes = [models.Index(fields=["city", "until"], name="stand_in_ahead")]

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.line_id}"
