"""Who holds which post, which number is published for him, and what he is doing now."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.rules.planning import MINUTES_A_DAY
from minhu.rules.words import LineMode, OfficeKind, Presence, PresenceSource, Role


class Office(models.Model):
    """A node of the tree of units (单位). The city is its own root: ``city`` points to itself."""

    city = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "parent", "name"], name="office_name_once_per_parent"),
            one_of("kind", OfficeKind, "office_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def root_id(self) -> int:
        """The city's id, also for an office whose row is only being made."""
        return self.city_id or self.pk


class Official(models.Model):
    """A person holding a post (领导干部).

    handset_*: the private phone, encrypted, with keyed hash; never published. pinyin: for search.
    left_on: he gave up the post; kept, because calls and cases point here. daily_call_minutes: of calls and callbacks a
    day at most, None for no limit. callback_hours: when he calls back, as ``Line.opening_hours``; "" for any gap.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="officials")
    name = models.CharField(max_length=40)
    pinyin = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=80)
    duties = models.TextField(blank=True)
    superior = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    deputies = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="deputises_for")
    handset_sealed = models.BinaryField(null=True)
    handset_key = models.BinaryField(max_length=32, null=True)
    daily_call_minutes = models.PositiveIntegerField(null=True, blank=True)
    callback_hours = models.CharField(max_length=200, blank=True, default="", db_default="")
    order = models.PositiveIntegerField(default=0)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "name", "title"], name="official_once_per_post"),
            models.CheckConstraint(
                condition=Q(superior__isnull=True) | ~Q(superior=F("id")), name="official_not_own_superior"
            ),
            models.CheckConstraint(
                condition=Q(daily_call_minutes__isnull=True) | Q(daily_call_minutes__lte=MINUTES_A_DAY),
                name="official_minutes_of_a_day",
            ),
        ]
        indexes = [models.Index(fields=["city", "office"], name="official_by_office")]

    def __str__(self) -> str:
        return f"{self.name}（{self.title}）"


class Line(models.Model):
    """A published number of one official (公布号码). Withdrawn, never deleted.

    number: E.164. opening_hours: rules.hours text such as ``mon-fri 08:30-12:00 14:30-18:00``; "" means always.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="lines")
    number = models.CharField(max_length=16)
    mode = models.CharField(max_length=10, default=LineMode.FRONT.value)
    opening_hours = models.CharField(max_length=200, blank=True)
    consented_on = models.DateField(null=True, blank=True)
    published_from = models.DateField(null=True, blank=True)
    published_until = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(withdrawn_at__isnull=True), name="line_number_in_use_once"
            ),
            one_of("mode", LineMode, "line_mode_known"),
            models.CheckConstraint(
                condition=Q(published_from__isnull=True) | Q(consented_on__isnull=False),
                name="line_published_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(published_until__isnull=True) | Q(published_until__gte=F("published_from")),
                name="line_publication_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_reason=""), name="line_withdrawn_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PresenceSpan(models.Model):
    """What an official is doing for a stretch of time (状态). Spans of different sources may overlap; a rule decides.

    until: None only for a manual one without a stated end.
    """

    official = models.ForeignKey(Official, on_delete=models.CASCADE, related_name="presence_spans")
    state = models.CharField(max_length=12)
    source = models.CharField(max_length=12)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=120, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            one_of("state", Presence, "presence_state_known"),
            one_of("source", PresenceSource, "presence_source_known"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="presence_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["official", "since"], name="presence_by_official"),
            models.Index(fields=["until"], name="presence_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.official_id} {self.state} {self.since:%F %H:%M}"


class CalendarFeed(models.Model):
    """An ICS calendar that presence is read from: an address, or a file that was handed in.

    Both are sealed: a calendar's address is a key to it, and its entries are nobody else's business. shown: the host or
    the file name, for people. tried_at, read_at: the last attempt and the last success. fault: "" when all is well.
    """

    official = models.OneToOneField(Official, on_delete=models.CASCADE, related_name="calendar")
    address_sealed = models.BinaryField(null=True)
    content_sealed = models.BinaryField(null=True)
    shown = models.CharField(max_length=120)
    tried_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(address_sealed__isnull=False, content_sealed__isnull=True)
                | Q(address_sealed__isnull=True, content_sealed__isnull=False),
                name="calendar_is_address_or_file",
            )
        ]

    def __str__(self) -> str:
        return f"calendar of {self.official_id}"


class Delegate(models.Model):
    """Deputy or secretary who takes a line for a stated time (代接). ended_at: taken back early."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="delegates")
    name = models.CharField(max_length=40)
    number_sealed = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="delegate_ends_after_start")]

    def __str__(self) -> str:
        return f"{self.name} for {self.line_id}"


class Desk(models.Model):
    """A phone of the staff (工作人员座席), rung when the official cannot take a call.

    It serves the officials of its office and of those below. duty: rung at night for what is urgent, and only then.
    duty_hours: as Line.opening_hours. number: extension or E.164. removed_at: given up; kept, as promises point here.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="desks")
    name = models.CharField(max_length=40)
    number_sealed = models.BinaryField()
    duty_hours = models.CharField(max_length=200, blank=True)
    duty = models.BooleanField(default=False)
    out_since = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class QuickReply(models.Model):
    """Prepared text with placeholders (一键回复). official None: offered to everybody in the city."""

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    official = models.ForeignKey(
        Official, on_delete=models.CASCADE, null=True, blank=True, related_name="quick_replies"
    )
    label = models.CharField(max_length=20)
    body = models.CharField(max_length=300)
    order = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.label


class Account(AbstractUser):
    """A person who signs in. What he may do is in his grants."""

    official = models.OneToOneField(Official, on_delete=models.PROTECT, null=True, blank=True, related_name="account")
    display_name = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.username


class RoleGrant(models.Model):
    """One role held by an account, for one office and all below it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=12)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "role", "office"], name="role_granted_once"),
            one_of("role", Role, "role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}"


class DirectoryVersion(models.Model):
    """Goes up with every change, in the same transaction, so that the switch knows to read again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="directory_version_single_row")]

    def __str__(self) -> str:
        return str(self.version)
