"""Every contact, as it came. Facts only: what was heard, rung, said and sent. What is made of it is in ``cases``."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from minhu.audit.constraints import one_of
from minhu.directory.models import Account, Line, Office, Official
from minhu.rules.words import CallState, CaseKind, CitizenKind, Direction, StepKind, TextState


class TrackingCode(models.Model):
    """Every code ever given out, so that none is given twice, whoever gives it (see codes.allot)."""

    code = models.CharField(max_length=10, primary_key=True)

    def __str__(self) -> str:
        return self.code


class Citizen(models.Model):
    """A phone number that reached us, or a web contact (来电人).

    number_sealed: E.164, encrypted; number_key: keyed hash for look-up. Both null for a withheld number.
    masked: ``139****0021``, the only form shown without a reason.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    number_sealed = models.BinaryField(null=True)
    number_key = models.BinaryField(max_length=32, null=True)
    masked = models.CharField(max_length=24, blank=True)
    name = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=8, default=CitizenKind.PERSON.value)
    language = models.CharField(max_length=8, default="zh")
    elderly = models.BooleanField(default=False)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    muted_until = models.DateTimeField(null=True, blank=True)
    mute_reason = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "number_key"], name="citizen_number_once"),
            one_of("kind", CitizenKind, "citizen_kind_known"),
        ]

    def __str__(self) -> str:
        return self.masked or "withheld"


class Call(models.Model):
    """One call, inbound or outbound (通话). The row is written before anything beyond 100 Trying is said.

    id: made by the switch. line: None when the dialled number is not published. dialled: as it stood.
    ring_seconds: from first ring to answer or end; talk_seconds: from answer to end.
    answered_by_kind/_id: the party who spoke (kinds of rules.words.PartyKind; id of an official or a desk).
    promise_*: what the caller holds when nobody answered in person; cases takes it over from here.
    code: tracking code told to the caller, from codes.allot; for a call that joins an open matter, the code of that.
    taken_in_at: when cases made or joined a case for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)  # leads three indexes
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="calls", db_index=False)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, null=True, related_name="calls", db_index=False)
    direction = models.CharField(max_length=8)
    state = models.CharField(max_length=12)
    node = models.CharField(max_length=40, blank=True)
    dialled = models.CharField(max_length=40, blank=True)
    diversion = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField()
    ringing_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ring_seconds = models.FloatField(null=True)
    talk_seconds = models.FloatField(null=True)
    answered_by_kind = models.CharField(max_length=10, blank=True)
    answered_by_id = models.BigIntegerField(null=True)
    answered_by_name = models.CharField(max_length=40, blank=True)
    sip_code = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=10, blank=True)
    promise_kind = models.CharField(max_length=12, blank=True)
    promise_due_at = models.DateTimeField(null=True)
    promise_owner_kind = models.CharField(max_length=10, blank=True)
    promise_owner_id = models.BigIntegerField(null=True)
    taken_in_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("direction", Direction, "call_direction_known"),
            one_of("state", CallState, "call_state_known"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("received_at")), name="call_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(promise_kind="") | Q(promise_due_at__isnull=False), name="call_promise_is_dated"
            ),
            models.CheckConstraint(
                condition=~Q(direction="inbound")
                | Q(ended_at__isnull=True)
                | Q(promise_due_at__isnull=False)
                | Q(answered_by_kind__in=["official", "deputy", "staff", "duty"])
                | Q(line__isnull=True),
                name="call_answered_or_promised",
            ),
            models.CheckConstraint(
                condition=(Q(talk_seconds__isnull=True) | Q(talk_seconds__gte=0))
                & (Q(ring_seconds__isnull=True) | Q(ring_seconds__gte=0)),
                name="call_seconds_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "-received_at"], name="call_by_time"),
            models.Index(fields=["city", "line", "-received_at"], name="call_by_line"),
            models.Index(fields=["city", "citizen", "line"], name="call_by_citizen"),
            models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="call_alive"),
            models.Index(fields=["code"], condition=~Q(code=""), name="call_by_code"),
            models.Index(fields=["received_at"], condition=Q(taken_in_at__isnull=True), name="call_to_take_in"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.id} {self.state}"


class CallStep(models.Model):
    """One line of a call's journal. The database refuses to change or delete it.

    seq counts from 0 within the call. detail holds ids and numbers of seconds, never a phone number in the clear.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="steps", db_index=False)  # step_once_per_seq
    seq = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=14)
    party_kind = models.CharField(max_length=10, blank=True)
    party_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "seq"], name="step_once_per_seq"),
            one_of("kind", StepKind, "step_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}#{self.seq} {self.kind}"


class Recording(models.Model):
    """What a caller said to the recorder, or a recorded conversation. The audio is encrypted in Django's storage."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="recordings")
    file = models.CharField(max_length=200)
    seconds = models.FloatField()
    sha256 = models.BinaryField(max_length=32)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s of {self.call_id}"


class Peaks(models.Model):
    """How loud a recording is over its length, a byte a bar; empty where it cannot be read."""

    recording = models.OneToOneField(Recording, on_delete=models.CASCADE, primary_key=True, related_name="peaks")
    bars = models.BinaryField(max_length=120)

    def __str__(self) -> str:
        return f"peaks of {self.recording_id}"


class CallOrder(models.Model):
    """The console asks the switch to place a call (click-to-call). One per key, and one open for a citizen and line.

    party_number_sealed: whose phone rings first; then the citizen is dialled, seeing the line's published number.
    calls_as: whose number he sees instead, and no line: an inspector dials a published number as this citizen would.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="+")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    calls_as = models.ForeignKey(Citizen, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    party_kind = models.CharField(max_length=10)
    party_id = models.BigIntegerField()
    party_number_sealed = models.BinaryField()
    promise_id = models.BigIntegerField(null=True)
    claimed_by = models.CharField(max_length=40, blank=True)
    claimed_at = models.DateTimeField(null=True)
    call = models.OneToOneField(Call, on_delete=models.PROTECT, null=True, related_name="order")
    result = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["citizen", "line"], condition=Q(result=""), name="call_order_open_once"),
            models.CheckConstraint(
                condition=Q(line__isnull=False, calls_as__isnull=True) | Q(line__isnull=True, calls_as__isnull=False),
                name="call_order_shows_a_number",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(claimed_at__isnull=True), name="call_order_waiting")]

    def __str__(self) -> str:
        return f"order {self.id}"


class Thread(models.Model):
    """All texts between one citizen and one line."""

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="threads", db_index=False)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="threads")
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "citizen"], name="thread_once"),
            models.UniqueConstraint(
                fields=["citizen"], condition=Q(line__isnull=True), name="thread_without_line_once"
            ),
        ]
        indexes = [models.Index(fields=["city", "-last_at"], name="thread_by_time")]

    def __str__(self) -> str:
        return f"thread {self.pk}"


class RawText(models.Model):
    """An inbound text or segment, as the gateway brought it, stored before the gateway is told so.

    dedupe: unique; the adapter's key and, where the protocol has no id, the time window. sender_sealed: encrypted.
    taken_in_at: when it became (part of) ``text``.
    """

    gateway = models.CharField(max_length=40)
    dedupe = models.BinaryField(max_length=32, unique=True)
    sender_sealed = models.BinaryField()
    sender_key = models.BinaryField(max_length=32)
    recipient = models.CharField(max_length=24)
    body = models.TextField()
    part_reference = models.PositiveIntegerField(null=True)
    part_number = models.PositiveSmallIntegerField(null=True)
    part_total = models.PositiveSmallIntegerField(null=True)
    received_at = models.DateTimeField()
    taken_in_at = models.DateTimeField(null=True)
    text = models.ForeignKey("Text", on_delete=models.PROTECT, null=True, related_name="raw")

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(taken_in_at__isnull=True), name="raw_text_to_take_in")]

    def __str__(self) -> str:
        return f"raw text {self.pk}"


class Text(models.Model):
    """One text of a thread (短信). An outgoing one is its own outbox row.

    key: idempotency key of an outgoing text. send_after: quiet hours hold back what can wait. urgency: smaller first.
    attempt_at: committed before the gateway is called; found so after a crash, the fate is UNKNOWN until a receipt.
    gap: a segment never came. taken_in_at: when cases dealt with an inbound text. code: of the matter an outgoing one
    is about. settled_at: when the fate of an outgoing one was known, or staff put an inbound one aside.
    gateway: that brought it, or was last given it. refused_by: gateways that refused it or cannot carry it, ``,a,b,``.
    sent_as: template that went in place of the words, where a gateway takes no longer ones.
    """

    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="texts", db_index=False)
    direction = models.CharField(max_length=8)
    state = models.CharField(max_length=10)
    body = models.TextField()
    code = models.CharField(max_length=10, blank=True)
    template = models.CharField(max_length=40, blank=True)
    variables = models.JSONField(default=dict)
    at = models.DateTimeField()
    key = models.CharField(max_length=80, null=True, unique=True)
    urgency = models.PositiveSmallIntegerField(default=5)
    send_after = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=40, blank=True)
    attempt_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    gateway = models.CharField(max_length=40, blank=True)
    refused_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    sent_as = models.CharField(max_length=40, blank=True, default="", db_default="")
    segments_billed = models.PositiveSmallIntegerField(default=0, db_default=0)
    settled_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=120, blank=True)
    gap = models.BooleanField(default=False)
    written_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="texts")
    taken_in_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("direction", Direction, "text_direction_known"),
            one_of("state", TextState, "text_state_known"),
            models.CheckConstraint(
                condition=Q(direction="outbound") | Q(state="received"), name="text_inbound_is_received"
            ),
            models.CheckConstraint(
                condition=Q(direction="inbound") | Q(key__isnull=False), name="text_outbound_has_key"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent", "unknown"]) | Q(attempt_at__isnull=False),
                name="text_attempt_before_send",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "at"], name="text_by_thread"),
            models.Index(fields=["urgency", "send_after", "id"], condition=Q(state="queued"), name="text_to_send"),
            models.Index(
                fields=["state", "attempt_at"], condition=Q(state__in=["sending", "unknown"]), name="text_in_doubt"
            ),
            models.Index(fields=["settled_at"], condition=Q(state="failed"), name="text_failed"),
            models.Index(
                fields=["id"], condition=Q(direction="inbound", taken_in_at__isnull=True), name="text_to_take_in"
            ),
            models.Index(
                fields=["gateway", "attempt_at"], condition=Q(attempt_at__isnull=False), name="text_by_gateway"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} text {self.pk} {self.state}"


class GatewayPause(models.Model):
    """An operator holds a gateway back: nothing is handed to it until he lets it go on. What it brings is taken in.

    name: of the gateway in the settings. resumed_at None: it is paused now.
    """

    name = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    paused_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    paused_at = models.DateTimeField()
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(resumed_at__isnull=True), name="gateway_paused_once"),
            models.CheckConstraint(
                condition=Q(resumed_at__isnull=True) | Q(resumed_at__gte=F("paused_at")), name="gateway_resumed_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} since {self.paused_at:%FT%RZ}"


class Segment(models.Model):
    """One segment of an outgoing text at the gateway, and what the receipt said.

    A gateway may begin its ids anew after a restart: a receipt belongs to the latest segment of that id.
    """

    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="segments")
    gateway = models.CharField(max_length=40)
    gateway_id = models.CharField(max_length=80)
    fate = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "gateway_id"], name="segment_once")]
        indexes = [models.Index(fields=["gateway", "gateway_id", "-id"], name="segment_by_gateway_id")]

    def __str__(self) -> str:
        return f"{self.gateway}:{self.gateway_id}"


class EarlyReceipt(models.Model):
    """A delivery receipt that came before the answer to its submit, kept until the segment is known."""

    gateway = models.CharField(max_length=40)
    gateway_id = models.CharField(max_length=80)
    fate = models.CharField(max_length=10)
    code = models.CharField(max_length=20, blank=True)
    came_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "gateway_id"], name="early_receipt_once")]

    def __str__(self) -> str:
        return f"{self.gateway}:{self.gateway_id}"


class WebMessage(models.Model):
    """A matter sent by the public form, stored as it came. key: the form's own idempotency key.

    line None: the citizen did not know whom to write to. name: as typed; whoever types a number may not be its owner,
    so it stays here. promise_due_at: by when he was told somebody will be in touch. about_*: whom it is about; it never
    reaches them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    city = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, null=True, related_name="+")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="web_messages")
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=40, blank=True)
    body = models.TextField()
    place = models.CharField(max_length=120, blank=True)
    confidential = models.BooleanField(default=False)
    about_office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, related_name="+")
    about_official = models.ForeignKey(Official, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=10, unique=True)
    promise_due_at = models.DateTimeField()
    at = models.DateTimeField()
    taken_in_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("kind", CaseKind, "web_message_kind_known")]
        indexes = [models.Index(fields=["at"], condition=Q(taken_in_at__isnull=True), name="web_to_take_in")]

    def __str__(self) -> str:
        return f"web message {self.id}"


class NumberCheck(models.Model):
    """A one-time code that was texted to the number a citizen left with the form. code_key: its keyed hash.

    Kept two days unless it was confirmed, for the day's limit.
    """

    message = models.ForeignKey(WebMessage, on_delete=models.CASCADE, related_name="number_checks")
    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="+")
    code_key = models.BinaryField(max_length=32)
    tries = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    until = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=5), name="number_check_few_tries"),
            models.CheckConstraint(
                condition=Q(until__gt=F("at")) & (Q(confirmed_at=None) | Q(confirmed_at__lte=F("until"))),
                name="number_check_in_time",
            ),
            models.UniqueConstraint(
                fields=["message"], condition=Q(confirmed_at__isnull=False), name="number_confirmed_once"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="number_check_by_time")]

    def __str__(self) -> str:
        return f"number of {self.message_id}"
