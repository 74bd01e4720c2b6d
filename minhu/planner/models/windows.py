"""When an official could best answer his line, as the planner proposes, and what he said to it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Account, Line, Office
from minhu.rules.planning import MINUTES_A_DAY, TAKEN, Answer, Measure


class WindowProposal(models.Model):
    """Answer windows for a line (接听时段). Written once; then answered once. One of a line stands at a time.

    hours, taken: as ``Line.opening_hours``; taken is what came into force. week_on: the Monday of the week whose calls
    and calendar were reckoned with; inputs: what of them, as a hash. calls: expected in that week, eight weeks in ten
    between calls_low and calls_high; inside: of these within the windows. minutes: how long the windows are in a week.
    callbacks: when he calls back, as opening hours; "" for within the windows. budget_minutes: of his own a day at
    most; None for no limit. assumption: what the effect hangs on most. unmet: what of the promise is missed even so,
    and why; notes: what was unclear in the calendar; a line each.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="proposals")
    made_at = models.DateTimeField()
    week_on = models.DateField()
    inputs = models.CharField(max_length=64)
    hours = models.CharField(max_length=200)
    calls = models.FloatField()
    calls_low = models.PositiveIntegerField()
    calls_high = models.PositiveIntegerField()
    inside = models.FloatField()
    minutes = models.PositiveIntegerField()
    assumption = models.TextField()
    notes = models.TextField(blank=True)
    callbacks = models.CharField(max_length=200, blank=True, default="", db_default="")
    budget_minutes = models.PositiveSmallIntegerField(null=True)
    unmet = models.TextField(blank=True, default="", db_default="")
    answer = models.CharField(max_length=10, blank=True, default="", db_default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    taken = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(answer=""), name="proposal_one_stands"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer__in=[one.value for one in Answer], answered_at__isnull=False),
                name="proposal_answered_with_time",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=[one.value for one in TAKEN]) & ~Q(taken="")
                | ~Q(answer__in=[one.value for one in TAKEN]) & Q(taken=""),
                name="proposal_taken_with_hours",
            ),
            models.CheckConstraint(condition=~Q(hours=""), name="proposal_of_windows"),
            models.CheckConstraint(
                condition=Q(budget_minutes__isnull=True) | Q(budget_minutes__gt=0, budget_minutes__lte=MINUTES_A_DAY),
                name="proposal_minutes_of_a_day",
            ),
            models.CheckConstraint(condition=Q(calls__gte=F("inside"), inside__gte=0), name="proposal_inside_of_calls"),
        ]
        indexes = [models.Index(fields=["city", "-made_at"], name="proposal_newest")]

    def __str__(self) -> str:
        return f"{self.hours} for {self.line_id}"


class ExpectedEffect(models.Model):
    """One measure of a proposal. now: without it, None where nothing was measured; expected: with it, nineteen times in
    twenty between low and high. Written once, with its proposal.
    """

    proposal = models.ForeignKey(WindowProposal, on_delete=models.PROTECT, related_name="effects", db_index=False)
    measure = models.CharField(max_length=24)
    now = models.FloatField(null=True)
    expected = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "measure"], name="expected_effect_once"),
            one_of("measure", Measure, "expected_effect_measure_known"),
            models.CheckConstraint(
                condition=Q(low__lte=F("expected"), high__gte=F("expected")), name="expected_effect_interval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of {self.proposal_id}"
