"""Asking those who reported it whether it is put right: a drawn sample, and what each of them says."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.directory.models import Account
from minhu.insight.models.rectification import Rectification, Reporter
from minhu.intake.models import Call, Text
from minhu.rules.rectifying import Verdict


class Sample(models.Model):
    """Whom the software asks, drawn by a seed that was committed to before the work began (抽样).

    reporters: how many could be asked when it was drawn; size: how many of them are to be reached. seed: shown once
    it is judged.
    """

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="samples", db_index=False)
    nth = models.PositiveSmallIntegerField()
    commitment = models.CharField(max_length=64)
    seed_sealed = models.BinaryField()
    committed_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)
    reporters = models.PositiveIntegerField(default=0)
    size = models.PositiveSmallIntegerField(default=0)
    seed = models.CharField(max_length=64, blank=True)
    verdict = models.CharField(max_length=8, blank=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rectification", "nth"], name="sample_once_a_time"),
            models.UniqueConstraint(
                fields=["rectification"], condition=Q(judged_at__isnull=True), name="sample_one_open"
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, size=0) | Q(drawn_at__isnull=False, size__gte=1),
                name="sample_drawn_has_a_size",
            ),
            models.CheckConstraint(
                condition=Q(judged_at__isnull=True, verdict="", seed="")
                | (Q(judged_at__isnull=False, verdict__in=[one.value for one in Verdict]) & ~Q(seed="")),
                name="sample_judged_shows_its_seed",
            ),
        ]

    def __str__(self) -> str:
        return f"sample {self.nth} of {self.rectification_id}"


class Recheck(models.Model):
    """One of the sample is asked (回访). solved: what he says; the call or the text on which he said it is kept.

    rank: his place in the draw. asked: the text that asked him. unreachable_at: three calls on two days were in vain,
    so that the next in the draw is asked too; should he answer after all, it still counts.
    """

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="rechecks", db_index=False)
    reporter = models.ForeignKey(Reporter, on_delete=models.PROTECT, related_name="rechecks")
    rank = models.PositiveIntegerField()
    asked = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="+")
    unreachable_at = models.DateTimeField(null=True)
    solved = models.BooleanField(null=True)
    words = models.CharField(max_length=500, blank=True)
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, related_name="recheck")
    text = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="recheck")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "reporter"], name="recheck_once_a_reporter"),
            models.UniqueConstraint(fields=["sample", "rank"], name="recheck_once_a_rank"),
            models.CheckConstraint(
                condition=Q(solved__isnull=True, at__isnull=True, by__isnull=True, call__isnull=True, text__isnull=True)
                | Q(solved__isnull=False, at__isnull=False, by__isnull=False, call__isnull=False, text__isnull=True)
                | Q(solved__isnull=False, at__isnull=False, by__isnull=False, call__isnull=True, text__isnull=False),
                name="recheck_answered_by_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"recheck {self.rank} of sample {self.sample_id}"
