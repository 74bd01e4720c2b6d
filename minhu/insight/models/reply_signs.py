"""Which signs of a perfunctory reply stood when it was sent."""

from __future__ import annotations

from django.db import models

from minhu.cases.models import Reply
from minhu.directory.models import Office


class ReplySigns(models.Model):
    """What was found in one reply as it was sent; never changed, whatever later rules would find.

    office: who replied: the unit it was with, else the holder's. shown: the writer had seen these signs and sent it all
    the same. words: by sign, what it was found in. One column a sign, so that they can be counted.
    """

    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="signs")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    empty = models.BooleanField(default=False)
    template = models.BooleanField(default=False)
    off_point = models.BooleanField(default=False)
    no_fact = models.BooleanField(default=False)
    passed_on = models.BooleanField(default=False)
    too_short = models.BooleanField(default=False)
    words = models.JSONField(default=dict)
    shown = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["office", "-at"], name="reply_signs_by_office")]

    def __str__(self) -> str:
        return f"signs of {self.reply_id}"
