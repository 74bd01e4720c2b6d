"""The address at which an official's calendar program reads his windows and promised calls."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.directory.models import Official


class HoldFeed(models.Model):
    """A secret address (日历订阅). key: hash of the token, by which it is found; the token itself is sealed."""

    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="hold_feeds")
    key = models.BinaryField(max_length=32)
    token_sealed = models.BinaryField()
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="hold_feed_key_once"),
            models.UniqueConstraint(
                fields=["official"], condition=Q(revoked_at__isnull=True), name="hold_feed_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"feed of {self.official_id}"
