"""Who gets the weekly digest by mail, and each mail."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Account
from minhu.rules.words import MailState


class DigestReader(models.Model):
    """An account of leadership that asked for the digest by mail, and where to; nobody gets one unasked."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="digest_reader")
    address = models.EmailField(max_length=200)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"digest to {self.account_id}"


class DigestMail(models.Model):
    """The mail of one week to one reader, once. monday: the first day of the week it tells of.

    next_at: when it is to be tried, while it waits. fault: what the mail server said last.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    monday = models.DateField()
    state = models.CharField(max_length=8, default=MailState.WAITING.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "monday"], name="digest_mail_once_a_week"),
            one_of("state", MailState, "digest_mail_state_known"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="digest_mail_sent_when"),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state__in=["waiting", "sending"]), name="digest_mail_due")
        ]

    def __str__(self) -> str:
        return f"digest of {self.monday} to {self.account_id}"
