"""An earlier case that may be the same matter."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.cases.models import Case
from minhu.directory.models import Account


class Duplicate(models.Model):
    """A proposal that a case is the same matter as an earlier one, with what speaks for it; people decide.

    reasons: pairs of a word of ``engine.duplicates.Why`` and what shows it. dismissed_at: somebody said that it is
    another matter, and it is not shown again. ruled_at: when the rule that may join looked at it, once.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="may_repeat", db_index=False)
    earlier = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="may_be_repeated_by")
    score = models.FloatField()
    same_citizen = models.BooleanField()
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    ruled_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "earlier"], name="duplicate_once"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="duplicate_score_is_a_share"),
            models.CheckConstraint(condition=~Q(case=F("earlier")), name="duplicate_of_another"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} like {self.earlier_id}"
