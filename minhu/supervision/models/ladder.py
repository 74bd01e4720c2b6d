"""The ladder (处理): what counts against an official, what was proposed on it, and what a person decided."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Account, Office, Official
from minhu.rules.excuses import Excuse
from minhu.rules.ladder import EventKind, Reason, Step
from minhu.supervision.models.check import Check

_EXCUSES = [one.value for one in Excuse]


def _said_with(when: str, *needed: str, name: str) -> models.CheckConstraint:
    """Once ``when`` is set, these words are there, and not before."""
    blank = Q(**{f"{when}__isnull": True}, **dict.fromkeys(needed, ""))
    said = Q(**{f"{when}__isnull": False})
    for field in needed:
        said &= ~Q(**{field: ""})
    return models.CheckConstraint(condition=blank | said, name=name)


class LadderEvent(models.Model):
    """A failed check or a missed interview, as the official was told of it. Complaints keep their own hearing.

    at: when it happened. until: for his word. claimed: the excuse he claims. excuse: what supervision granted, "" when
    it counts; weighed_at: from then on it is settled.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="ladder_events", db_index=False)
    kind = models.CharField(max_length=16)
    check_of = models.OneToOneField(Check, on_delete=models.PROTECT, null=True, related_name="ladder_event")
    interview = models.OneToOneField("Interview", on_delete=models.PROTECT, null=True, related_name="ladder_event")
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    until = models.DateTimeField()
    claimed = models.CharField(max_length=20, blank=True)
    statement = models.CharField(max_length=500, blank=True)
    stated_at = models.DateTimeField(null=True)
    excuse = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    weighed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    weighed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=EventKind.FAILED_CHECK.value, check_of__isnull=False, interview__isnull=True)
                | Q(kind=EventKind.MISSED_INTERVIEW.value, check_of__isnull=True, interview__isnull=False),
                name="ladder_event_has_its_source",
            ),
            models.CheckConstraint(
                condition=Q(claimed__in=["", *_EXCUSES], excuse__in=["", *_EXCUSES]), name="ladder_event_excuse_known"
            ),
            _said_with("stated_at", "statement", name="ladder_event_stated_in_words"),
            _said_with("weighed_at", "reason", name="ladder_event_weighed_with_reason"),
            models.CheckConstraint(
                condition=Q(weighed_at__isnull=True, weighed_by__isnull=True, excuse="")
                | Q(weighed_at__isnull=False, weighed_by__isnull=False),
                name="ladder_event_weighed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(stated_at__isnull=True) | Q(stated_at__lte=F("until")), name="ladder_event_stated_in_time"
            ),
            models.CheckConstraint(
                condition=Q(weighed_at__isnull=True)
                | ~Q(excuse="")
                | Q(stated_at__isnull=False)
                | Q(weighed_at__gte=F("until")),
                name="ladder_event_heard_first",
            ),
            models.CheckConstraint(condition=Q(claimed="") | ~Q(statement=""), name="ladder_event_claim_in_words"),
        ]
        indexes = [models.Index(fields=["city", "official", "at"], name="ladder_event_by_official")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.official_id}"


class Proposal(models.Model):
    """A step that the software proposed and a person decides. It keeps what it rested on in its grounds.

    word: the official's own, before it is decided. decision: "", ``taken`` or ``dismissed``. read_at: he confirmed that
    he has read what was decided.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="proposals")
    step = models.CharField(max_length=10)
    why = models.CharField(max_length=16)
    proposed_at = models.DateTimeField()
    word = models.CharField(max_length=500, blank=True)
    word_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("step", Step, "proposal_step_known"),
            one_of("why", Reason, "proposal_why_known"),
            models.UniqueConstraint(
                fields=["official"], condition=Q(decided_at__isnull=True), name="proposal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", "taken", "dismissed"]), name="proposal_decision_known"
            ),
            _said_with("decided_at", "decision", "reason", name="proposal_decided_with_reason"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_by__isnull=False), name="proposal_decided_by_a_person"
            ),
            _said_with("word_at", "word", name="proposal_word_in_words"),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(decision="taken"), name="proposal_read_when_taken"
            ),
        ]
        indexes = [models.Index(fields=["city", "-proposed_at"], name="proposal_by_time")]

    def __str__(self) -> str:
        return f"{self.step} {self.decision or 'proposed'}"


class Ground(models.Model):
    """One event that a proposal rests on. key: its name, such as ``check:12``. is_new: it occasioned the proposal."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="grounds", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    is_new = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "key"], name="ground_once_a_proposal"),
            models.UniqueConstraint(
                fields=["official", "key"], condition=Q(is_new=True), name="ground_occasions_one_proposal"
            ),
            one_of("kind", EventKind, "ground_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of proposal {self.proposal_id}"


class StepAppeal(models.Model):
    """The official's appeal against a step that was taken (申诉). granted: None until another person decides it."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="appeal")
    words = models.CharField(max_length=500)
    at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="step_appeal_in_words"),
            _said_with("decided_at", "reason", name="step_appeal_decided_with_reason"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, granted__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, granted__isnull=False, decided_by__isnull=False),
                name="step_appeal_decided_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"appeal against proposal {self.proposal_id}"


class Interview(models.Model):
    """A talk that was decided on (约谈). attended: None until it is recorded, by who led it; then it stands."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="interviews", db_index=False)
    at = models.DateTimeField()
    place = models.CharField(max_length=120)
    arranged_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    arranged_at = models.DateTimeField()
    attended = models.BooleanField(null=True)
    minutes = models.CharField(max_length=4000, blank=True)
    led_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(recorded_at__isnull=True), name="interview_arranged_once"
            ),
            models.UniqueConstraint(fields=["proposal"], condition=Q(attended=True), name="interview_attended_once"),
            models.CheckConstraint(condition=~Q(place=""), name="interview_has_a_place"),
            _said_with("recorded_at", "minutes", name="interview_recorded_with_minutes"),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=True, attended__isnull=True, led_by__isnull=True)
                | Q(recorded_at__gte=F("at"), attended__isnull=False, led_by__isnull=False),
                name="interview_recorded_afterwards",
            ),
        ]
        indexes = [models.Index(fields=["proposal", "-at"], name="interview_by_proposal")]

    def __str__(self) -> str:
        return f"interview of proposal {self.proposal_id}"


class Referral(models.Model):
    """Handed to discipline inspection (移交): to whom, under which reference, on which day. Written once."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="referral")
    to = models.CharField(max_length=120)
    reference = models.CharField(max_length=80)
    on = models.DateField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(to="") & ~Q(reference=""), name="referral_says_where")]

    def __str__(self) -> str:
        return f"referral of proposal {self.proposal_id}"
