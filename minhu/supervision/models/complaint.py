"""Complaints of how a matter was dealt with: what was said, the evidence, the statement, the findings, the appeals."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.cases.models import Case
from minhu.directory.models import Account, Line, Office, Official
from minhu.intake.models import Call, Text
from minhu.rules.complaints import ComplaintState, Ground, Side, Verdict
from minhu.rules.excuses import Excuse
from minhu.rules.words import Channel

_HEARD = ["found", "appealed", "settled"]


class Complaint(models.Model):
    """A complaint (投诉) of how a matter, or one call of it, was dealt with.

    official: whom it is about; None while nobody knows. asked: what supervision asks of him. due_at: until when he is
    waited for. verdict, found_at: what stands now; the findings themselves are never changed. again: the matter that
    was opened anew, where the old one was closed already.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="complaints")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="complaints")
    ground = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    state = models.CharField(max_length=10, default=ComplaintState.RECEIVED.value)
    made_at = models.DateTimeField()
    ask_due_at = models.DateTimeField()
    asked = models.CharField(max_length=1000, blank=True)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=12, blank=True)
    found_at = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField(null=True)
    decide_due_at = models.DateTimeField(null=True)
    again = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            one_of("state", ComplaintState, "complaint_state_known"),
            one_of("ground", Ground, "complaint_ground_known"),
            one_of("channel", Channel, "complaint_channel_known"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=["received", "asked"]), name="complaint_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="received", asked="", asked_by__isnull=True, asked_at__isnull=True)
                | (
                    ~Q(state="received")
                    & ~Q(asked="")
                    & Q(official__isnull=False, asked_by__isnull=False, due_at__gt=F("asked_at"))
                ),
                name="complaint_asked_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "asked"], verdict="", found_at__isnull=True)
                | Q(
                    state__in=_HEARD,
                    verdict__in=[one.value for one in Verdict],
                    found_at__isnull=False,
                    appeal_until__isnull=False,
                ),
                name="complaint_found_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["appealed", "settled"], decide_due_at__isnull=False)
                | (~Q(state__in=["appealed", "settled"]) & Q(decide_due_at__isnull=True)),
                name="complaint_appealed_is_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "-made_at"], name="complaint_by_time"),
            models.Index(fields=["city", "found_at"], condition=Q(found_at__isnull=False), name="complaint_by_finding"),
        ]

    def __str__(self) -> str:
        return f"complaint {self.pk} {self.state}"


class ComplaintWords(models.Model):
    """What the citizen said of it, once or again, as it came. by: who wrote it down for him. key: of the form."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="words")
    channel = models.CharField(max_length=8)
    body = models.TextField(blank=True)
    text = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="complaint")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    key = models.CharField(max_length=80, null=True, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("channel", Channel, "complaint_words_channel_known")]

    def __str__(self) -> str:
        return f"words of complaint {self.complaint_id}"


class EvidencePack(models.Model):
    """The evidence as it stood when the official was asked (证据卷): canonical JSON. Its hash is in the trail too."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="pack")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256


class Statement(models.Model):
    """What the official says of it (情况说明), once. late: after its time, which is said and changes nothing else."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="statement")
    body = models.CharField(max_length=1000)
    excuse = models.CharField(max_length=20, blank=True)
    late = models.BooleanField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(excuse="") | Q(excuse__in=[one.value for one in Excuse]), name="statement_excuse_known"
            ),
            models.CheckConstraint(condition=~Q(body=""), name="statement_says_something"),
        ]

    def __str__(self) -> str:
        return f"statement on {self.complaint_id}"


class ComplaintFinding(models.Model):
    """What a named supervisor found, and why. instance: 1, then 2 on appeal. told: what the citizen reads of it."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="findings", db_index=False)
    instance = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=12)
    excuse = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=1000)
    told = models.CharField(max_length=1000)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "instance"], name="complaint_found_once_an_instance"),
            models.CheckConstraint(condition=Q(instance__gte=1, instance__lte=2), name="complaint_two_instances"),
            one_of("verdict", Verdict, "complaint_verdict_known"),
            models.CheckConstraint(
                condition=Q(verdict="excused", excuse__in=[one.value for one in Excuse])
                | (~Q(verdict="excused") & Q(excuse="")),
                name="complaint_excused_for_a_reason",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(told=""), name="complaint_found_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.complaint_id}"


class Appeal(models.Model):
    """One side asks for another look (申请复核), once, in time. by: the official's account; None for the citizen."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="appeals", db_index=False)
    side = models.CharField(max_length=8)
    reason = models.CharField(max_length=1000)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("side", Side, "appeal_side_known"),
            models.UniqueConstraint(fields=["complaint", "side"], name="appeal_once_a_side"),
            models.CheckConstraint(condition=~Q(reason=""), name="appeal_says_why"),
            models.CheckConstraint(
                condition=Q(side="citizen", by__isnull=True) | Q(side="official", by__isnull=False),
                name="appeal_by_its_side",
            ),
        ]

    def __str__(self) -> str:
        return f"appeal of {self.complaint_id} by {self.side}"
