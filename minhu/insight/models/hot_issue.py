"""Cases on one matter, and how hot it is."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.cases.models import Case
from minhu.directory.models import Account, Office
from minhu.rules.words import Stage


class HotIssue(models.Model):
    """A group of cases on one matter (热点问题), from the first that is like another; most never become hot.

    name: the group's name in the stream of the engine. title: taken from one of its texts, never invented.
    heat and its parts: as of measured_at, by the formula of ``engine.heat``. alerted_at: when it first boiled up and
    was told; once, ever. merged_into: the issue it turned out to be part of.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    stage = models.CharField(max_length=12, default=Stage.QUIET.value)
    heat = models.FloatField(default=0.0)
    reporters = models.PositiveIntegerField(default=0)
    growth = models.FloatField(default=0.0)
    severity = models.FloatField(default=0.0)
    spread = models.FloatField(default=0.0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    measured_at = models.DateTimeField()
    alerted_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    titled_by = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    examples = models.JSONField(default=list)
    places = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "name"], name="hot_issue_once"),
            one_of("stage", Stage, "hot_issue_stage_known"),
            models.CheckConstraint(condition=Q(heat__gte=0), name="hot_issue_heat_from_nought"),
            models.CheckConstraint(condition=Q(last_at__gte=F("first_at")), name="hot_issue_ends_after_start"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="hot_issue_not_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["city", "stage", "-heat"], condition=Q(merged_into__isnull=True), name="hot_by_heat"),
        ]

    def __str__(self) -> str:
        return self.title


class Member(models.Model):
    """A case in the group of a hot issue; in one at a time.

    likeness: how alike the rule found it; None where somebody put it there. by: who did; None is the rule.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="hot_membership")
    issue = models.ForeignKey(HotIssue, on_delete=models.PROTECT, related_name="members")
    likeness = models.FloatField(null=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(likeness__isnull=True) | Q(likeness__gte=0), name="member_likeness_from_nought"
            ),
        ]
        indexes = [models.Index(fields=["issue", "-at"], name="member_newest")]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.issue_id}"
