"""What was handed in with a case, and what the citizen added on its page."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.audit.constraints import one_of
from minhu.cases.models.case import Case
from minhu.directory.models import Account
from minhu.rules.attachments import FileKind


class Attachment(models.Model):
    """A photo or document of a case (附件), sealed in the storage.

    kind, size: of what is kept, after an image was made anew. sha256: of the same. file: its name in the storage.
    by None: the citizen handed it in. shown: he may see it on his page, as what he handed in. key: the form's
    own, so that sent twice it is kept once.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=4)
    size = models.PositiveIntegerField()
    sha256 = models.BinaryField(max_length=32)
    file = models.CharField(max_length=200, unique=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    shown = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("kind", FileKind, "attachment_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class Addition(models.Model):
    """What the citizen added on his matter's page. key: the form's own."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="additions")
    key = models.CharField(max_length=64, unique=True)
    body = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"addition to {self.case_id}"
