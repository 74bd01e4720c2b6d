"""What staff work with besides matters: saved views of the queue, their phrases, and what they assigned."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.cases.models.case import Case
from minhu.directory.models import Account, Office, Official


class SavedFilter(models.Model):
    """A view of the queue that somebody named for himself. query: as it stands in the page's address."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=20)
    query = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="saved_filter_named_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_filter_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class Phrase(models.Model):
    """Prepared words of an office's staff (常用语), with placeholders; never sent by themselves."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+", db_index=False)
    label = models.CharField(max_length=20)
    body = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "label"], name="phrase_labelled_once"),
            models.CheckConstraint(condition=~Q(label="") & ~Q(body=""), name="phrase_not_empty"),
        ]

    def __str__(self) -> str:
        return self.label


class Assignment(models.Model):
    """Staff gave a matter to an official. had_line: it came to a line, which an undo leaves as it is."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    had_line = models.BooleanField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("at")), name="assignment_undone_later"
            ),
            models.UniqueConstraint(fields=["case", "at"], name="assignment_once_a_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} to {self.official_id}"
