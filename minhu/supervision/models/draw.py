"""The draw of a day's checks: a promise of chance made the day before, its inputs frozen, its seed shown after."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.directory.models import Office
from minhu.rules.checking import NotDrawn


class Draw(models.Model):
    """One day's draw of one city (抽取). Public, except the seed until it is revealed.

    commitment: SHA-256 of "DATE SEED", published the day before; "" on a day without a draw. seed_sealed: encrypted.
    opens_at, closes_at: the midnights around the day. table: what is drawn from (rules.draw_table), frozen at
    drawn_at; table_digest: its SHA-256. seed: in hex, "" until revealed_at. not_drawn: why there is no draw.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    committed_at = models.DateTimeField()
    commitment = models.CharField(max_length=64, blank=True)
    seed_sealed = models.BinaryField(null=True)
    not_drawn = models.CharField(max_length=16, blank=True)
    drawn_at = models.DateTimeField(null=True)
    table = models.TextField(blank=True)
    table_digest = models.CharField(max_length=64, blank=True)
    revealed_at = models.DateTimeField(null=True)
    seed = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "on"], name="draw_once_a_day"),
            models.CheckConstraint(
                condition=Q(not_drawn="") | Q(not_drawn__in=[one.value for one in NotDrawn]), name="draw_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(commitment="") | Q(committed_at__lt=F("opens_at"), seed_sealed__isnull=False),
                name="draw_committed_the_day_before",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True)
                | (Q(drawn_at__gte=F("opens_at"), not_drawn="") & ~Q(commitment="") & ~Q(table="")),
                name="draw_on_its_day_from_a_table",
            ),
            models.CheckConstraint(
                condition=Q(seed="", revealed_at__isnull=True) | (Q(revealed_at__gte=F("closes_at")) & ~Q(seed="")),
                name="draw_seed_shown_after_the_day",
            ),
        ]

    def __str__(self) -> str:
        return f"draw of {self.on}"
