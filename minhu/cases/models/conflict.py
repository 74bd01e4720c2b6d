"""Whom a case must never reach, and who may see a confidential one (rule C2)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.cases.models.case import Case
from minhu.directory.models import Account, Office, Official


class Conflict(models.Model):
    """An office or an official that a case must never reach (回避), with all under them. by None: the citizen said so.

    Never deleted, and not taken back: who was accused once is not told later.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="conflicts", db_index=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(office__isnull=False, official__isnull=True)
                | Q(office__isnull=True, official__isnull=False),
                name="conflict_with_one",
            ),
            models.UniqueConstraint(fields=["case", "office"], name="conflict_office_once"),
            models.UniqueConstraint(fields=["case", "official"], name="conflict_official_once"),
        ]
        indexes = [models.Index(fields=["city", "case"], name="conflict_by_city")]

    def __str__(self) -> str:
        return f"conflict of {self.case_id}"


class Named(models.Model):
    """An official named for a confidential case, besides the one it is with."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="named", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="named_for")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "official"], name="named_once")]

    def __str__(self) -> str:
        return f"{self.official_id} for {self.case_id}"
