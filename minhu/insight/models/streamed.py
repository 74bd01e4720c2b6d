"""What the stream of hot issues has read, what people decided about its groups, and who reads it now."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.cases.models import Case
from minhu.directory.models import Account, Office
from minhu.insight.models.hot_issue import HotIssue


class Streamed(models.Model):
    """A case that the stream has read; once, and the ids say in which order."""

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="streamed")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["city", "id"], name="streamed_in_order")]

    def __str__(self) -> str:
        return f"{self.case_id} read"


class Embedded(models.Model):
    """The vector of a case's words where the city uses embeddings: each takes a tenth of a second of a processor, and a
    process that begins reads thousands of texts again. of: a digest of the words. vector: half-precision numbers.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    of = models.CharField(max_length=32)
    vector = models.BinaryField()

    def __str__(self) -> str:
        return f"vector of {self.case_id}"


class Merge(models.Model):
    """Two hot issues turned out to be one. by: who said so; None is the rule. cases: of the one that is no more.

    undone_at: they were two after all; the rule will not merge them again.
    """

    into = models.ForeignKey(HotIssue, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(HotIssue, on_delete=models.PROTECT, related_name="gone_by")
    cases = models.JSONField(default=list)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at__isnull=True), name="merge_once"),
            models.CheckConstraint(condition=~Q(into=models.F("gone")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.into_id}"


class Apart(models.Model):
    """Two groups, by the names the engine has for them, that somebody said are not one matter; the rule keeps to it."""

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    one = models.CharField(max_length=40)
    other = models.CharField(max_length=40)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "one", "other"], name="apart_once"),
            models.CheckConstraint(condition=~Q(one=models.F("other")), name="apart_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.one} is not {self.other}"


class StreamTurn(models.Model):
    """Which process reads a city's stream: one at a time, until it is silent for a while.

    decided: counts what people decided. changes: the newest of it, each number with the names of the groups it changed,
    so that whoever holds the groups in memory reads those anew; who has missed more than these reads all. measured: up
    to which decision the issues were measured again.
    """

    city = models.OneToOneField(Office, on_delete=models.PROTECT, primary_key=True, related_name="+")
    holder = models.CharField(max_length=60, blank=True)
    until = models.DateTimeField()
    decided = models.PositiveIntegerField(default=0)
    changes = models.JSONField(default=list)
    measured = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.city_id} by {self.holder}"
