"""What somebody was told would happen. Kept by evidence, never by a tick."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.cases.models.case import Case
from minhu.directory.models import Account, Office, Official
from minhu.intake.models import Call, Text
from minhu.rules.words import PromiseKind, Rung


class Promise(models.Model):
    """What a citizen was told would happen, by whom, by when (承诺).

    Kept exactly when there is evidence: a connected call, a delivered text or a filed reply; triggers see that the
    evidence is what it claims to be, and that what was promised and what kept it is never changed afterwards.
    owner_official, owner_desk_id or the staff of owner_office owes it. released_at: it fell away with its case
    (withdrawn), with a reason. remind_at, due_at, escalate_at: when 80, 100 and 120 % of its time have run. rung: the
    last of them that was told; next_at: when the next one comes. window_*: when the citizen said a call suits him.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="promises")
    kind = models.CharField(max_length=12)
    maker = models.CharField(max_length=80)
    owner_official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="promises")
    owner_desk_id = models.BigIntegerField(null=True)
    owner_office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    made_by_call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="promises_made")
    made_by_text = models.ForeignKey(Text, on_delete=models.PROTECT, null=True, related_name="promises_made")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    evidence_call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="promises_kept")
    evidence_text = models.ForeignKey(Text, on_delete=models.PROTECT, null=True, related_name="promises_kept")
    evidence_reply = models.ForeignKey("Reply", on_delete=models.PROTECT, null=True, related_name="promises_kept")
    evidence_transfer = models.ForeignKey(
        "cases.Transfer", on_delete=models.PROTECT, null=True, related_name="promises_kept"
    )
    remind_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    rung = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_at = models.DateTimeField(null=True)
    window_from = models.DateTimeField(null=True)
    window_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_attempt_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            one_of("kind", PromiseKind, "promise_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    kept_at__isnull=True,
                    evidence_call__isnull=True,
                    evidence_text__isnull=True,
                    evidence_reply__isnull=True,
                    evidence_transfer__isnull=True,
                )
                | (
                    Q(kept_at__isnull=False)
                    & (
                        Q(evidence_call__isnull=False)
                        | Q(evidence_text__isnull=False)
                        | Q(evidence_reply__isnull=False)
                        | Q(evidence_transfer__isnull=False)
                    )
                ),
                name="promise_kept_by_evidence",
            ),
            models.CheckConstraint(
                condition=Q(owner_official__isnull=False)
                | Q(owner_desk_id__isnull=False)
                | Q(owner_office__isnull=False),
                name="promise_has_owner",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | (Q(kept_at__isnull=True) & ~Q(released_reason="")),
                name="promise_released_with_reason",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(kept_at__isnull=True, released_at__isnull=True),
                name="promise_open_once_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(rung__in=[0, *(rung.value for rung in Rung)]), name="promise_rung_known"
            ),
            models.CheckConstraint(
                condition=Q(window_from__isnull=True, window_until__isnull=True) | Q(window_until__gt=F("window_from")),
                name="promise_window_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["city", "owner_official", "due_at"],
                condition=Q(kept_at__isnull=True, released_at__isnull=True),
                name="promise_open_by_owner",
            ),
            models.Index(
                fields=["city", "due_at"],
                condition=Q(kept_at__isnull=True, released_at__isnull=True),
                name="promise_open_by_due",
            ),
            models.Index(
                fields=["city", "owner_office", "due_at"],
                condition=Q(kept_at__isnull=True, released_at__isnull=True),
                name="promise_open_by_office",
            ),
            models.Index(
                fields=["next_at"],
                condition=Q(kept_at__isnull=True, released_at__isnull=True, next_at__isnull=False),
                name="promise_clock",
            ),
            models.Index(
                fields=["id"],
                condition=Q(kept_at__isnull=True, released_at__isnull=True, remind_at__isnull=True),
                name="promise_without_clock",
            ),
            # for the figures: a day's promises, and the days that became other ones
            models.Index(fields=["city", "due_at"], name="promise_by_due"),
            models.Index(fields=["city", "made_at"], name="promise_by_made"),
            models.Index(fields=["city", "kept_at"], condition=Q(kept_at__isnull=False), name="promise_by_kept"),
            models.Index(
                fields=["city", "released_at"], condition=Q(released_at__isnull=False), name="promise_by_released"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.due_at:%F %H:%M}"


class Extension(models.Model):
    """More time for a reply: once a case, with a reason that the citizen is told (延期). Never changed.

    text: how he was told; None where he can only read it on the matter's page.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="extension")
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="extensions")
    was_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=100)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("was_due_at")), name="extension_is_later"),
            models.CheckConstraint(condition=Q(at__lte=F("was_due_at")), name="extension_asked_in_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_with_reason"),
        ]

    def __str__(self) -> str:
        return f"extension of {self.case_id}"


class Escalation(models.Model):
    """A rung that a promise's time has passed; each once for a due time. Never changed."""

    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="escalations", db_index=False)
    rung = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "due_at", "rung"], name="escalation_once_per_rung"),
            models.CheckConstraint(condition=Q(rung__in=[rung.value for rung in Rung]), name="escalation_rung_known"),
        ]

    def __str__(self) -> str:
        return f"{self.rung} % of {self.promise_id}"


class Attempt(models.Model):
    """A call to the citizen that he did not take. Never changed. day_on, hour: on a Shanghai clock."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attempts")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="attempt")
    day_on = models.DateField()
    hour = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(hour__lte=23), name="attempt_hour_of_a_day")]

    def __str__(self) -> str:
        return f"attempt on {self.case_id}"
