"""Who of the staff is on duty when (值班表): asked for, reckoned by a job, published by a person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.directory.models import Account, Office
from minhu.rules.planning import MOST_HOURS_A_WEEK


class StaffTerms(models.Model):
    """How one of the staff works. days_off: weekdays, Monday being 0, as ``56``. away_*: leave, both days in it."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="staff_terms")
    hours_a_week = models.PositiveSmallIntegerField(default=40)
    days_off = models.CharField(max_length=7, blank=True, default="")
    away_from = models.DateField(null=True, blank=True)
    away_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hours_a_week__lte=MOST_HOURS_A_WEEK), name="staff_hours_of_a_week"),
            models.CheckConstraint(
                condition=Q(away_from__isnull=True, away_until__isnull=True) | Q(away_until__gte=F("away_from")),
                name="staff_leave_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"terms of {self.account_id}"


class Roster(models.Model):
    """The week of one office's staff. Asked for with its hours of duty, made once, published once, ended when another
    takes its place.

    share: of the work that is done. fault: why there is none. needed, on_duty: people in each half hour of
    the week, blanks between. soon: share of first calls in these hours that a person answers, nineteen times in twenty
    between soon_low and soon_high; soon_aimed: what the people needed would reach. gaps: what is missing, a sentence a
    line. proven: no roster covers more.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="rosters", db_index=False)
    monday_on = models.DateField()
    hours = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    claimed_at = models.DateTimeField(null=True)
    share = models.FloatField(default=0)
    made_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True, default="")
    needed = models.TextField(blank=True, default="")
    on_duty = models.TextField(blank=True, default="")
    soon = models.FloatField(null=True)
    soon_low = models.FloatField(null=True)
    soon_high = models.FloatField(null=True)
    soon_aimed = models.FloatField(null=True)
    gaps = models.TextField(blank=True, default="")
    notes = models.TextField(blank=True, default="")
    proven = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "monday_on"],
                condition=Q(published_at__isnull=False, ended_at__isnull=True),
                name="roster_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["office", "monday_on"],
                condition=Q(published_at__isnull=True, ended_at__isnull=True),
                name="roster_one_proposed",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(made_at__isnull=False, fault="", published_by__isnull=False),
                name="roster_published_when_made",
            ),
        ]
        indexes = [models.Index(fields=["city", "made_at", "ended_at"], name="roster_waiting")]

    def __str__(self) -> str:
        return f"{self.office_id} from {self.monday_on}"


class RosterShift(models.Model):
    """One person's work of a day. rest_from, rest_until: his break, if he has one. Written once."""

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="shifts", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="roster_shifts")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    rest_from = models.DateTimeField(null=True)
    rest_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster", "account", "start_at"], name="roster_shift_once"),
            models.CheckConstraint(condition=Q(end_at__gt=F("start_at")), name="roster_shift_ends_after_start"),
            models.CheckConstraint(
                condition=Q(rest_from__isnull=True, rest_until__isnull=True)
                | Q(rest_from__gt=F("start_at"), rest_until__gt=F("rest_from"), end_at__gt=F("rest_until")),
                name="roster_rest_within_shift",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} from {self.start_at:%F %H:%M}"
