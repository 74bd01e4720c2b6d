"""The 12345 hotline, offered to a citizen whose matter it may serve faster."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.cases.models.case import Case
from minhu.directory.models import Office
from minhu.intake.models import Text
from minhu.rules.words import OfferGround


class HotlineOffer(models.Model):
    """The hotline was offered, once a case, with its ground; he takes it, or does nothing and stays.

    text: how he was told; None where he can only read it on the matter's page. taken_at: he chose the hotline.
    handed_at: it was handed over then, or somebody owes it. came_back_at: he wants it dealt with here after all.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="hotline_offer")
    ground = models.CharField(max_length=8)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    handed_at = models.DateTimeField(null=True)
    came_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("ground", OfferGround, "hotline_offer_ground_known"),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(taken_at__gte=F("at")), name="hotline_offer_taken_later"
            ),
            models.CheckConstraint(
                condition=Q(came_back_at__isnull=True) | Q(came_back_at__gte=F("taken_at")),
                name="hotline_offer_back_after_taken",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "at"], name="hotline_offer_by_time"),
            models.Index(
                fields=["id"],
                condition=Q(taken_at__isnull=False, handed_at__isnull=True),
                name="hotline_offer_to_hand_over",
            ),
        ]

    def __str__(self) -> str:
        return f"12345 for {self.case_id}"
