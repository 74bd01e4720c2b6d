"""What software read in a case, and what people said instead."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.audit.constraints import one_of
from minhu.cases.models import Case
from minhu.directory.models import Account, Office, Official
from minhu.rules.words import CaseKind, Question, Urgency


class Reading(models.Model):
    """How a case was read, the latest time. read_at None: a worker is at it since claimed_at.

    reader: what read it (signs, and which trained models; see ``readers``). kind, subject: "" where it was not sure;
    likely_subject: what it then thought. subject_confidence None: a person said the subject. *_words: those of the
    text that speak for it, the strongest first. unclear: neither place nor thing was found in it.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="reading")
    reader = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=12, blank=True)
    kind_confidence = models.FloatField(default=0.0)
    kind_words = models.JSONField(default=list)
    urgency = models.CharField(max_length=8, default=Urgency.NORMAL.value)
    urgency_words = models.JSONField(default=list)
    subject = models.CharField(max_length=120, blank=True)
    subject_confidence = models.FloatField(null=True, default=0.0)
    likely_subject = models.CharField(max_length=120, blank=True)
    subject_words = models.JSONField(default=list)
    unclear = models.BooleanField(default=False)
    claimed_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["", *(one.value for one in CaseKind)]), name="reading_kind_known"
            ),
            one_of("urgency", Urgency, "reading_urgency_known"),
            models.CheckConstraint(
                condition=Q(kind_confidence__gte=0, kind_confidence__lte=1)
                & (Q(subject_confidence__isnull=True) | Q(subject_confidence__gte=0, subject_confidence__lte=1)),
                name="reading_confidence_is_a_share",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "subject", "-read_at"], name="reading_by_subject"),
            models.Index(fields=["claimed_at"], condition=Q(read_at__isnull=True), name="reading_claimed"),
        ]

    def __str__(self) -> str:
        return f"reading of {self.case_id}"


class Proposal(models.Model):
    """An official whose duties fit a case, with his office; the first is the likeliest. words: found in his duties."""

    reading = models.ForeignKey(Reading, on_delete=models.CASCADE, related_name="proposals", db_index=False)
    rank = models.PositiveSmallIntegerField()
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+", db_index=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    confidence = models.FloatField()
    office_confidence = models.FloatField()
    words = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reading", "rank"], name="proposal_once_a_rank"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=3), name="proposal_at_most_three"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1, office_confidence__gte=0, office_confidence__lte=1),
                name="proposal_confidence_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official_id} for {self.reading_id}"


class Correction(models.Model):
    """A person said what a case is, after it was read: what was read, and what he said. Never changed.

    was: "" where nothing was read. by None: an account that is gone. entry: of the trail, where it was learnt of there.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="corrections")
    question = models.CharField(max_length=8)
    was = models.CharField(max_length=120, blank=True)
    said = models.CharField(max_length=120)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    entry = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            one_of("question", Question, "correction_question_known"),
            models.CheckConstraint(condition=~Q(said=""), name="correction_says_something"),
            models.UniqueConstraint(fields=["city", "entry", "question"], name="correction_once_an_entry"),
        ]
        indexes = [models.Index(fields=["question", "id"], name="correction_to_learn")]

    def __str__(self) -> str:
        return f"{self.question} of {self.case_id}"


class Heard(models.Model):
    """How far corrections were taken out of a city's trail."""

    city = models.OneToOneField(Office, on_delete=models.PROTECT, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.city_id} to {self.seq}"
