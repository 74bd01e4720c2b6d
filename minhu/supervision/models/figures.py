"""What was counted of each day, and how the answering of each line stands."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.directory.models import Account, Line, Office, Official

WHOLE_DAY = 24
"""Stands for the hour in the row that sums up a line's day."""


class CountedDay(models.Model):
    """A Shanghai day whose rows in DayCount are those of ``counted_at``.

    unsettled: something of that day is still open whose count will change by time alone.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    day_on = models.DateField()
    counted_at = models.DateTimeField()
    unsettled = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "day_on"], name="counted_day_once")]
        indexes = [models.Index(fields=["city", "counted_at"], name="counted_day_oldest")]

    def __str__(self) -> str:
        return f"{self.day_on} of {self.city_id}"


class DayCount(models.Model):
    """Counts of one line in one hour of one day (Shanghai), or in the whole of it; columns are ``rules.figures.Count``.

    What came to no line stands with the official who holds the matter, or with nobody; what came up to a superior, with
    him. Written by ``counting`` alone,
    which makes a day's rows anew; may be thrown away and is then counted again.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    day_on = models.DateField()
    hour = models.PositiveSmallIntegerField()
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    calls = models.PositiveIntegerField(default=0)
    in_person = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    matters = models.PositiveIntegerField(default=0)
    contact_due = models.PositiveIntegerField(default=0)
    contact_in_time = models.PositiveIntegerField(default=0)
    promises_made = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    broken = models.PositiveIntegerField(default=0)
    rated = models.PositiveIntegerField(default=0)
    solved = models.PositiveIntegerField(default=0)
    satisfied = models.PositiveIntegerField(default=0)
    transfers = models.PositiveIntegerField(default=0)
    enquiries = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    complaints = models.PositiveIntegerField(default=0)
    reports = models.PositiveIntegerField(default=0)
    suggestions = models.PositiveIntegerField(default=0)
    went_up = models.PositiveIntegerField(default=0, db_default=0)
    up_answered = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "supervision_daycount"
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=WHOLE_DAY), name="day_count_hour_of_a_day"),
            models.CheckConstraint(
                condition=Q(line__isnull=True) | Q(official__isnull=True), name="day_count_of_line_or_holder"
            ),
            models.CheckConstraint(
                condition=Q(
                    in_person__lte=F("answered"), answered__lte=F("calls"), contact_in_time__lte=F("contact_due")
                )
                & Q(contact_due__lte=F("matters"), satisfied__lte=F("solved"), solved__lte=F("rated"))
                & Q(up_answered__lte=F("went_up")),
                name="day_count_parts_within_whole",
            ),
            models.UniqueConstraint(
                fields=["city", "day_on", "hour", "line"], condition=Q(line__isnull=False), name="day_count_line_once"
            ),
            models.UniqueConstraint(
                fields=["city", "day_on", "hour", "official"],
                condition=Q(line__isnull=True, official__isnull=False),
                name="day_count_holder_once",
            ),
            models.UniqueConstraint(
                fields=["city", "day_on", "hour"],
                condition=Q(line__isnull=True, official__isnull=True),
                name="day_count_nobody_once",
            ),
        ]
        indexes = [
            # with the calls in it, so that calls by hour need no more than the index; and no partial ones: SQLite, to
            # which values are bound, would not take them
            models.Index(fields=["city", "hour", "day_on", "calls"], name="day_count_by_hour"),
            models.Index(fields=["city", "day_on"], name="day_count_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day_on} {self.hour}h of {self.line_id or self.official_id}"


class AnswerWatch(models.Model):
    """Where the chart of a line's, or an office's, answered calls stands (rules.decay).

    read_to: calls received up to then are in it. usual: what it is measured by, from its own history; null too short.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    line = models.OneToOneField(Line, on_delete=models.PROTECT, null=True, related_name="answer_watch")
    office = models.OneToOneField(Office, on_delete=models.PROTECT, null=True, related_name="answer_watch")
    read_to = models.DateTimeField()
    usual = models.FloatField(null=True)
    limit = models.FloatField(null=True)
    score = models.FloatField(default=0.0)
    since = models.PositiveIntegerField(default=0)
    told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(line__isnull=False, office__isnull=True) | Q(line__isnull=True, office__isnull=False),
                name="answer_watch_of_one",
            ),
            models.CheckConstraint(condition=Q(score__gte=0), name="answer_watch_score_not_negative"),
        ]

    def __str__(self) -> str:
        return f"watch {self.line_id or self.office_id}"


class DecayAlarm(models.Model):
    """A line or an office is answered less than it used to be; once a fall.

    at: the call that made it sure. calls: within the fall until then. over_at: it recovered. seen_by: of supervision.
    """

    watch = models.ForeignKey(AnswerWatch, on_delete=models.PROTECT, related_name="alarms", db_index=False)
    usual = models.FloatField()
    calls = models.PositiveIntegerField()
    at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watch"], condition=Q(over_at__isnull=True), name="decay_alarm_once_a_fall"
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="decay_alarm_seen_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["watch", "-at"], name="decay_alarm_by_watch")]

    def __str__(self) -> str:
        return f"alarm {self.watch_id} {self.at:%F}"
