"""Putting a hot issue right: who answers for it, how far it is, what is done, and who was promised it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.cases.models import Case, Promise
from minhu.directory.models import Account, Office, Official
from minhu.insight.models.hot_issue import HotIssue
from minhu.intake.models import Text
from minhu.rules.rectifying import DONE, RectifyState

_DONE = sorted(state.value for state in DONE)
_WITHOUT_DUE = [one.value for one in (RectifyState.BEGUN, RectifyState.RESEARCHED, RectifyState.CALLED_OFF)]


class Rectification(models.Model):
    """The plan to put a hot issue right (整改), one an issue; it is taken up again when reports come back.

    owner: who answers for it, of his office then. times: how often it was taken up. due_at: what reporters were
    promised; it stands while it is under way. words: for the public, when it is published; no name and no number.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    issue = models.OneToOneField(HotIssue, on_delete=models.PROTECT, related_name="rectification")
    owner = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default=RectifyState.BEGUN.value)
    times = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(null=True)
    begun_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    begun_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    title = models.CharField(max_length=80, blank=True)
    words = models.TextField(blank=True)
    published_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", RectifyState, "rectification_state_known"),
            models.CheckConstraint(condition=Q(times__gte=1), name="rectification_times_from_one"),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(state__in=[*_WITHOUT_DUE, RectifyState.REOPENED.value]),
                name="rectification_under_way_has_due",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_DONE) | Q(verified_at__isnull=False), name="rectification_done_says_when"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | (Q(published_at__isnull=False, published_by__isnull=False) & ~Q(words="") & ~Q(title="")),
                name="rectification_published_in_words",
            ),
            models.CheckConstraint(
                condition=~Q(state=RectifyState.PUBLISHED.value) | Q(published_at__isnull=False),
                name="rectification_published_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "state"], name="rectification_by_state"),
            models.Index(fields=["city", "-published_at"], name="rectification_published"),
        ]

    def __str__(self) -> str:
        return f"rectification {self.pk} {self.state}"


class RectifyStep(models.Model):
    """A state that it came to, with the words it came with: research, why it failed, how many came back.

    due_at: until when what this state waits for is to be done; remind_at, escalate_at: when 80 and 120 % of that time
    have run. ended_at: another followed. Otherwise never changed.
    """

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="steps", db_index=False)
    state = models.CharField(max_length=12)
    words = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", RectifyState, "rectify_step_state_known"),
            models.UniqueConstraint(
                fields=["rectification"], condition=Q(ended_at__isnull=True), name="rectify_step_one_now"
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True, due_at__isnull=True, escalate_at__isnull=True)
                | Q(remind_at__lte=F("due_at"), escalate_at__gte=F("due_at")),
                name="rectify_step_clock_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["rectification", "at"], name="rectify_step_by_time"),
            models.Index(
                fields=["remind_at"],
                condition=Q(ended_at__isnull=True, remind_at__isnull=False),
                name="rectify_step_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} of {self.rectification_id}"


class Measure(models.Model):
    """Something that is done to put it right (措施): what, by whom, by when; and what came of it."""

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="measures")
    what = models.CharField(max_length=200)
    who = models.CharField(max_length=80)
    due_on = models.DateField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    done = models.CharField(max_length=500, blank=True)
    done_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what="") & ~Q(who=""), name="measure_says_what_and_who"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done="") | (Q(done_at__gte=F("at")) & ~Q(done="")),
                name="measure_done_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"measure {self.pk} of {self.rectification_id}"


class Reporter(models.Model):
    """A case whose citizen was promised that it will be put right (each keeps a promise of kind ``rectify``).

    told, done_told: the texts that said so, and that it is done; None where he can only read it on his page.
    """

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="reporters", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    promise = models.OneToOneField(Promise, on_delete=models.PROTECT, related_name="rectified_for")
    told = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="+")
    done_told = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rectification", "case"], name="reporter_once_a_rectification"),
            models.CheckConstraint(
                condition=Q(done_told__isnull=True) | Q(done_at__isnull=False), name="reporter_told_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["rectification"], condition=Q(done_at__isnull=True), name="reporter_to_be_told")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.rectification_id}"
