"""What was told to a citizen, what he says of it, and what people write for one another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minhu.audit.constraints import one_of
from minhu.cases.models.case import Case
from minhu.directory.models import Account
from minhu.intake.models import Call, Text
from minhu.rules.words import Outcome, ReplyMeans


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
    """What was done about a matter and who did it, told to the citizen (答复).

    means: a connected call, a text, the matter's page for who left no number, or three attempts for who cannot be
    reached; "" for one from before means were kept. parent: the reply to the matter that this case had joined.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="replies")
    done = models.TextField()
    done_by = models.CharField(max_length=80)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.OneToOneField(Text, on_delete=models.PROTECT, null=True, related_name="reply")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="replies")
    means = models.CharField(max_length=8, blank=True, default="", db_default="")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="copies")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(means="")
                | Q(means=ReplyMeans.CALL.value, call__isnull=False)
                | Q(means=ReplyMeans.TEXT.value, text__isnull=False)
                | Q(means__in=[ReplyMeans.PAGE.value, ReplyMeans.ATTEMPTS.value]),
                name="reply_by_some_means",
            ),
            models.CheckConstraint(condition=~Q(done="") & ~Q(done_by=""), name="reply_says_what_and_who"),
        ]
        indexes = [models.Index(fields=["at"], name="reply_by_time")]

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
    """What the citizen says of a reply: 1 satisfied, 2 solved but not satisfied, 3 not solved.

    answered: whether he was answered at all, where he was asked.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ratings")
    reply = models.OneToOneField(Reply, on_delete=models.PROTECT, related_name="rating")
    score = models.PositiveSmallIntegerField()
    answered = models.BooleanField(null=True)
    words = models.CharField(max_length=500, blank=True)
    text = models.ForeignKey(Text, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__gte=1) & Q(score__lte=3), name="rating_one_to_three")]
        indexes = [models.Index(fields=["at"], name="rating_by_time")]

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
