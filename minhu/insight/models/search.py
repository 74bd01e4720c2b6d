"""What staff search in: one row for each text, written by a job from what is said in cases."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.audit.constraints import one_of
from minhu.cases.models import Case
from minhu.directory.models import Office
from minhu.rules.words import Said


class SearchEntry(models.Model):
    """One text of a case as the index has it (see ``engine/spelling.py``); made anew at any time, never shown.

    kind, source_id: the row it was read from. at: when it was said. words: without telephone numbers. Whether a viewer
    may find it is asked of the case itself, never of what stands here.
    """

    city = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    source_id = models.BigIntegerField()
    at = models.DateTimeField()
    words = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "source_id"], name="search_entry_once"),
            one_of("kind", Said, "search_entry_kind_known"),
        ]
        indexes = [models.Index(fields=["city", "-at"], name="search_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id} of {self.case_id}"


class SearchProgress(models.Model):
    """How far the index of a city has come. Whoever brings it on holds the row's lock.

    seq: up to which entry of the trail it has followed. filled_to: the last case of a fill that goes through all of
    them, in their order; None when there is none to go through.
    """

    city = models.OneToOneField(Office, on_delete=models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)
    filled_to = models.BigIntegerField(null=True, default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(seq__gte=0), name="search_progress_from_nought")]

    def __str__(self) -> str:
        return f"city {self.city_id} at {self.seq}"
