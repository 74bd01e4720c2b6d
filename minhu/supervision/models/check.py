"""Spot checks of lines, and the calls that were placed for them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Account, Line, Office
from minhu.intake.models import Call, CallOrder, Citizen
from minhu.rules.checking import MOST_TRIES, CheckState, Finding
from minhu.rules.drawing import Band
from minhu.supervision.models.draw import Draw


class Check(models.Model):
    """A drawn test of a line (抽查), placed between from_at and until_at.

    call: what came in at the line. ring_seconds … promise_kept: facts of its journal, frozen when the check is over.
    himself, to_the_point, polite, note: the inspector's judgement; None where he cannot say.
    over_at: from then on it is known as a check, and left out of workload and figures.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="checks", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="checks")
    band = models.CharField(max_length=10)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=CheckState.DRAWN.value)
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, related_name="check_of")
    himself = models.BooleanField(null=True)
    to_the_point = models.BooleanField(null=True)
    polite = models.BooleanField(null=True)
    note = models.CharField(max_length=500, blank=True)
    judged_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    judged_at = models.DateTimeField(null=True)
    ring_seconds = models.FloatField(null=True)
    answered_by_kind = models.CharField(max_length=10, blank=True)
    text_state = models.CharField(max_length=10, blank=True)
    promise_due_at = models.DateTimeField(null=True)
    promise_kept = models.BooleanField(null=True)
    finding = models.CharField(max_length=10, blank=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "line"], name="check_once_a_draw"),
            one_of("state", CheckState, "check_state_known"),
            one_of("band", Band, "check_band_known"),
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="check_has_a_window"),
            models.CheckConstraint(
                condition=Q(judged_at__isnull=True) | Q(call__isnull=False, judged_by__isnull=False),
                name="check_judged_on_a_call",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["over", "not_placed"], over_at__isnull=False)
                | (~Q(state__in=["over", "not_placed"]) & Q(over_at__isnull=True)),
                name="check_over_says_when",
            ),
            models.CheckConstraint(
                condition=Q(finding="") | Q(finding__in=[one.value for one in Finding], state="over"),
                name="check_finding_when_over",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "from_at"], name="check_by_time"),
            models.Index(fields=["state"], condition=Q(over_at__isnull=True), name="check_under_way"),
        ]

    def __str__(self) -> str:
        return f"check {self.pk} {self.state}"


class CheckTry(models.Model):
    """One attempt to place a check. caller: the check number the line saw. order: None when dialled by hand.

    result: what came of the order, "" while it is open.
    """

    check_of = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="tries", db_index=False)
    nth = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    caller = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(CallOrder, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_of", "nth"], name="check_try_once"),
            models.UniqueConstraint(fields=["check_of"], condition=Q(result=""), name="check_one_try_at_a_time"),
            models.CheckConstraint(condition=Q(nth__gte=1, nth__lte=MOST_TRIES), name="check_tried_three_times"),
        ]

    def __str__(self) -> str:
        return f"try {self.nth} of check {self.check_of_id}"


class InspectorPhone(models.Model):
    """The telephone that rings first when an inspector places a check. Encrypted; his own to set."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="inspector_phone")
    number_sealed = models.BinaryField()
    masked = models.CharField(max_length=24)

    def __str__(self) -> str:
        return self.masked
