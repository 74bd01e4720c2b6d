"""A matter, and the contacts it is made of."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Line, Office, Official
from minhu.intake.models import Call, Citizen, Text, WebMessage
from minhu.rules.words import CaseKind, CaseState, Channel, Door, SaidBy, Urgency

_SAID_BY = ["", *(one.value for one in SaidBy)]


class Case(models.Model):
    """A matter (诉求). code: what the citizen tracks it by. holder: the official it is with.

    line: None when it came by the public form without a line; staff find the right official then.
    reopened: how often the citizen sent it back. parent: the case of the same matter that it joined. door: where it
    belongs, if it is not processed as a case. rate_until: until then only the citizen's rating closes it. kind_by,
    urgency_by: who said so; "" where nobody did. read_at: when its words were last read; None while they wait for it.
    erased_at: when its words went, because their time was over (rules.keeping).
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
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="joined", db_index=False)
    door = models.CharField(max_length=16, blank=True, default="", db_default="")
    rate_until = models.DateTimeField(null=True)
    kind_by = models.CharField(max_length=8, blank=True, default="", db_default="")
    urgency_by = models.CharField(max_length=8, blank=True, default="", db_default="")
    read_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

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
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="case_not_own_parent"),
            models.CheckConstraint(
                condition=Q(door="") | Q(door__in=[door.value for door in Door]), name="case_door_known"
            ),
            models.CheckConstraint(
                condition=Q(kind_by__in=_SAID_BY) & Q(urgency_by__in=_SAID_BY), name="case_said_by_known"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(state__in=["closed", "withdrawn"], body="", place=""),
                name="case_erased_is_over",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "holder", "state"], name="case_by_holder"),
            models.Index(fields=["city", "holder", "line"], name="case_by_holder_line"),
            models.Index(fields=["city", "citizen", "line", "-opened_at"], name="case_by_citizen"),
            models.Index(fields=["city", "-opened_at"], name="case_by_time"),
            models.Index(fields=["replied_at"], condition=Q(state="replied"), name="case_to_close"),
            models.Index(fields=["id"], condition=Q(read_at__isnull=True), name="case_to_read"),
            models.Index(fields=["city"], condition=Q(confidential=True), name="case_confidential"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="case_joined"),
            models.Index(
                fields=["city", "closed_at"],
                condition=Q(erased_at__isnull=True, closed_at__isnull=False),
                name="case_to_erase",
            ),
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
