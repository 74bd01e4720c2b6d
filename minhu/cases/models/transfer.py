"""Handing a case over, and telling people on our side about cases."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.cases.models.answer import Note
from minhu.cases.models.case import Case
from minhu.cases.models.promise import Promise
from minhu.directory.models import Account, Office, Official
from minhu.rules.words import ABOUT_NO_CASE, AssignmentKind, NoticeKind, Role, TransferEnd


class CityRules(models.Model):
    """What one city has set in its rulebook. A city without a row has the defaults.

    hop_limit: how often a case may be handed over; the database itself refuses one more.
    """

    city = models.OneToOneField(Office, on_delete=models.PROTECT, primary_key=True, related_name="+")
    hop_limit = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hop_limit__gte=1, hop_limit__lte=2), name="city_rules_one_or_two_hops")
        ]

    def __str__(self) -> str:
        return f"rules of {self.city_id}"


class Transfer(models.Model):
    """A case handed to somebody else (转办): a deputy, a county or department, the hotline.

    hop: 1 for the first; each number once a case, and none above the city's limit. due_at: until when it was to be
    handed over. ended_at: it is no longer with them, and why. from_official: who handed it over and answers for it.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transfers", db_index=False)
    hop = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    from_official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    handed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, blank=True, default="", db_default="")
    ended_reason = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "hop"], name="transfer_once_per_hop"),
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="transfer_with_one_unit"),
            models.CheckConstraint(condition=Q(hop__gte=1, hop__lte=2), name="transfer_one_or_two_hops"),
            models.CheckConstraint(
                condition=Q(kind=AssignmentKind.DEPUTY.value, official__isnull=False, office__isnull=True)
                | Q(kind=AssignmentKind.COUNTY.value, official__isnull=True, office__isnull=False)
                | Q(kind=AssignmentKind.HOTLINE.value, official__isnull=True, office__isnull=True),
                name="transfer_to_one_of_three",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended="")
                | Q(ended_at__gte=F("handed_at"), ended__in=[one.value for one in TransferEnd]),
                name="transfer_ended_with_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["city", "office", "handed_at"], condition=Q(ended_at__isnull=True), name="transfer_by_office"
            ),
            models.Index(
                fields=["city", "official", "handed_at"],
                condition=Q(ended_at__isnull=True),
                name="transfer_by_official",
            ),
            models.Index(fields=["city", "handed_at"], name="transfer_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hop} of {self.case_id}"


_NO_CASE = sorted(kind.value for kind in ABOUT_NO_CASE)


class Notice(models.Model):
    """Somebody on our side is told about a case: an official, an account, or a role at an office.

    promise: what fell due. note: where he is mentioned. read_at: somebody it was for has seen it.
    words: what the citizen says when he goes one level up. about_id, words, due_at: where it is about no case, the row
    of another part that its kind stands for, in words as they were then, and until when something is owed; each
    addressee is told of it once.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="notices")
    about_id = models.BigIntegerField(null=True)
    words = models.CharField(max_length=300, blank=True, default="", db_default="")
    due_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=12)
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, null=True, related_name="notices")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, related_name="notices")
    to_official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="+")
    to_account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    to_role = models.CharField(max_length=12, blank=True, default="", db_default="")
    to_office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("kind", NoticeKind, "notice_kind_known"),
            models.CheckConstraint(
                condition=Q(to_official__isnull=False, to_account__isnull=True, to_role="", to_office__isnull=True)
                | Q(to_official__isnull=True, to_account__isnull=False, to_role="", to_office__isnull=True)
                | Q(
                    to_official__isnull=True,
                    to_account__isnull=True,
                    to_role__in=[one.value for one in Role],
                    to_office__isnull=False,
                ),
                name="notice_to_one",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, about_id__isnull=True, due_at__isnull=True) & ~Q(kind__in=_NO_CASE)
                | Q(case__isnull=True, about_id__isnull=False, promise__isnull=True, note__isnull=True)
                & Q(kind__in=_NO_CASE)
                & ~Q(words=""),
                name="notice_about_one_thing",
            ),
            models.UniqueConstraint(fields=["note", "to_account"], name="notice_mentioned_once"),
            models.UniqueConstraint(
                fields=["kind", "about_id", "to_official"], condition=Q(case__isnull=True), name="notice_official_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "about_id", "to_account"], condition=Q(case__isnull=True), name="notice_account_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "about_id", "to_office", "to_role"],
                condition=Q(case__isnull=True),
                name="notice_role_once",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "to_official", "-at"], name="notice_by_official"),
            models.Index(fields=["city", "to_office", "to_role", "-at"], name="notice_by_role"),
            models.Index(fields=["city", "kind", "at"], name="notice_by_kind"),  # for the figures
        ]

    def __str__(self) -> str:
        return f"{self.kind} about {self.case_id or self.about_id}"
