"""Telling somebody on our side, outside the console, that something waits: by web push, else by text message."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.cases.models.transfer import Notice
from minhu.directory.models import Account
from minhu.intake.models import Text


class AlertWay(models.Model):
    """One way to alert an account: a browser of his (push), or a mobile number of his (text).

    name: what he knows the device by; for a number, its mask. ended_at: he took it back, or the push service said that
    the browser is gone.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="alert_ways", db_index=False)
    endpoint = models.CharField(max_length=500, blank=True)
    p256dh = models.CharField(max_length=100, blank=True)
    auth = models.CharField(max_length=40, blank=True)
    number_sealed = models.BinaryField(null=True)
    name = models.CharField(max_length=60)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(endpoint="", p256dh="", auth="", number_sealed__isnull=False)
                | (~Q(endpoint="") & ~Q(p256dh="") & ~Q(auth="") & Q(number_sealed__isnull=True)),
                name="alert_way_is_push_or_text",
            ),
            models.UniqueConstraint(
                fields=["endpoint"], condition=Q(ended_at__isnull=True) & ~Q(endpoint=""), name="alert_way_device_once"
            ),
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at__isnull=True, endpoint=""), name="alert_way_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account"], condition=Q(ended_at__isnull=True), name="alert_way_open"),
        ]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """A notice that somebody is alerted to. token: what the browser says when it has arrived, and knows nothing else.

    next_at: when something is to be done about it; None: over. pushed_at: a push service took it. text: sent instead.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="alerts", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "account"], name="alert_once")]
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="alert_due")]

    def __str__(self) -> str:
        return f"alert of {self.notice_id}"
