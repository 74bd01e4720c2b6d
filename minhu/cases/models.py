"""Matters and the promises made about them. A promise is kept by evidence, never by a tick."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Account, Line, Office, Official
from minhu.intake.models import Call, Citizen, Text, WebMessage
from minhu.rules.words import CaseKind, CaseState, Channel, Outcome, PromiseKind, Urgency


class Case(models.Model):
    """A matter (诉求). code: what the citizen tracks it by. holder: the official it is with.

    line: None when it came by the public form without a line; staff find the right official then.
    reopened: how often the citizen sent it back.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=10, unique=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="cases")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="cases")
    holder = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="cases")
    kind = models.CharField(max_length=12, default=CaseKind.REQUEST.value)
    urgency = models.CharField(max_length=8, default=Urgency.NORMAL.value)
    state = models.CharField(max_length=12, default=CaseState.NEW.value)
    title = models.CharField(max_length=80, blank=True)
    body = models.TextField(blank=True)
    place = models.CharField(max_length=120, blank=True)
    confidential = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    first_contact_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            one_of("kind", CaseKind, "case_kind_known"),
            one_of("urgency", Urgency, "case_urgency_known"),
            one_of("state", CaseState, "case_state_known"),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="case_closed_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["replied", "closed"]) | Q(replied_at__isnull=False),
                name="case_replied_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "replied", "reopened", "closed"]) | Q(holder__isnull=False),
                name="case_held_has_holder",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "holder", "state"], name="case_by_holder"),
            models.Index(fields=["city", "citizen", "line", "-opened_at"], name="case_by_citizen"),
            models.Index(fields=["city", "-opened_at"], name="case_by_time"),
            models.Index(fields=["replied_at"], condition=Q(state="replied"), name="case_to_close"),
        ]

    def __str__(self) -> str:
        return self.code


class Contact(models.Model):
    """Ties one call, text or web message to the case it belongs to; each belongs to one case at most.

    meaning: what an inbound text was read as (see Meaning in rules/texts.py); "" for calls and the form.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contacts")
    channel = models.CharField(max_length=8)
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, related_name="contact")
    text = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="contact")
    web = models.OneToOneField(WebMessage, on_delete=models.PROTECT, null=True, related_name="contact")
    meaning = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("channel", Channel, "contact_channel_known"),
            models.CheckConstraint(
                condition=Q(channel="call", call__isnull=False, text__isnull=True, web__isnull=True)
                | Q(channel="text", call__isnull=True, text__isnull=False, web__isnull=True)
                | Q(channel="web", call__isnull=True, text__isnull=True, web__isnull=False),
                name="contact_is_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["case", "at"], name="contact_by_case")]

    def __str__(self) -> str:
        return f"{self.channel} of {self.case_id}"


class Promise(models.Model):
    """What a citizen was told would happen, by whom, by when (承诺).

    Kept exactly when there is evidence: a connected call, a delivered text or a filed reply; triggers see that the
    evidence is what it claims to be, and that what was promised and what kept it is never changed afterwards.
    owner_official, owner_desk_id or the staff of owner_office owes it. released_at: it fell away with its case
    (withdrawn, or joined), with a reason.
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
                )
                | (
                    Q(kept_at__isnull=False)
                    & (
                        Q(evidence_call__isnull=False)
                        | Q(evidence_text__isnull=False)
                        | Q(evidence_reply__isnull=False)
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
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.due_at:%F %H:%M}"


class WrapUp(models.Model):
    """What came of an answered call (结果登记), in two taps."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="wrap_up")
    outcome = models.CharField(max_length=12)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("outcome", Outcome, "wrap_up_outcome_known")]

    def __str__(self) -> str:
        return f"{self.outcome} of {self.call_id}"


class Reply(models.Model):
    """What was done about a matter and who did it, told to the citizen by text or on a connected call."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="replies")
    done = models.TextField()
    done_by = models.CharField(max_length=80)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="reply")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="replies")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(done="") & ~Q(done_by=""), name="reply_says_what_and_who"),
        ]

    def __str__(self) -> str:
        return f"reply to {self.case_id}"


class Note(models.Model):
    """An internal note; never shown to the citizen."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    body = models.CharField(max_length=1000)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"note on {self.case_id}"


class Rating(models.Model):
    """What the citizen says of a reply: 1 satisfied, 2 solved but not satisfied, 3 not solved."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ratings")
    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="rating")
    score = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=500, blank=True)
    text = models.ForeignKey(Text, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__gte=1) & Q(score__lte=3), name="rating_one_to_three")]

    def __str__(self) -> str:
        return f"{self.score} for {self.case_id}"


class CodeLookup(models.Model):
    """Failed look-ups of a tracking code, so that guessing is slowed. client_key: keyed hash of the address."""

    client_key = models.BinaryField(max_length=32)
    window = models.DateTimeField()
    misses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client_key", "window"], name="lookup_window_once"),
        ]

    def __str__(self) -> str:
        return f"{self.misses} misses"
