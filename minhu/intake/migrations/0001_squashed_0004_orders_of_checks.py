import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("intake", "0001_initial"),
        ("intake", "0002_gateways"),
        ("intake", "0003_about_whom_and_one_open_order"),
        ("intake", "0004_orders_of_checks"),
    ]

    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("directory", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrackingCode",
            fields=[
                ("code", models.CharField(max_length=10, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Citizen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number_sealed", models.BinaryField(null=True)),
                ("number_key", models.BinaryField(max_length=32, null=True)),
                ("masked", models.CharField(blank=True, max_length=24)),
                ("name", models.CharField(blank=True, max_length=40)),
                ("kind", models.CharField(default="person", max_length=8)),
                ("language", models.CharField(default="zh", max_length=8)),
                ("elderly", models.BooleanField(default=False)),
                ("opted_out_at", models.DateTimeField(blank=True, null=True)),
                ("muted_until", models.DateTimeField(blank=True, null=True)),
                ("mute_reason", models.CharField(blank=True, max_length=200)),
                ("first_seen_at", models.DateTimeField()),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("city", "number_key"), name="citizen_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "business"])), name="citizen_kind_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("direction", models.CharField(max_length=8)),
                ("state", models.CharField(max_length=12)),
                ("node", models.CharField(blank=True, max_length=40)),
                ("dialled", models.CharField(blank=True, max_length=40)),
                ("diversion", models.CharField(blank=True, max_length=40)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("received_at", models.DateTimeField()),
                ("ringing_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ring_seconds", models.FloatField(null=True)),
                ("talk_seconds", models.FloatField(null=True)),
                ("answered_by_kind", models.CharField(blank=True, max_length=10)),
                ("answered_by_id", models.BigIntegerField(null=True)),
                ("answered_by_name", models.CharField(blank=True, max_length=40)),
                ("sip_code", models.PositiveSmallIntegerField(null=True)),
                ("code", models.CharField(blank=True, max_length=10)),
                ("promise_kind", models.CharField(blank=True, max_length=12)),
                ("promise_due_at", models.DateTimeField(null=True)),
                ("promise_owner_kind", models.CharField(blank=True, max_length=10)),
                ("promise_owner_id", models.BigIntegerField(null=True)),
                ("taken_in_at", models.DateTimeField(null=True)),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="directory.line",
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="intake.citizen",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["city", "-received_at"], name="call_by_time"),
                    models.Index(fields=["city", "line", "-received_at"], name="call_by_line"),
                    models.Index(fields=["city", "citizen", "line"], name="call_by_citizen"),
                    models.Index(condition=models.Q(("ended_at__isnull", True)), fields=["id"], name="call_alive"),
                    models.Index(condition=models.Q(("code", ""), _negated=True), fields=["code"], name="call_by_code"),
                    models.Index(
                        condition=models.Q(("taken_in_at__isnull", True)),
                        fields=["received_at"],
                        name="call_to_take_in",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["inbound", "outbound"])), name="call_direction_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "received",
                                    "ringing",
                                    "answered",
                                    "diverted",
                                    "abandoned",
                                    "interrupted",
                                    "wrapped_up",
                                ],
                            )
                        ),
                        name="call_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gte", models.F("received_at")), _connector="OR"
                        ),
                        name="call_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("promise_kind", ""), ("promise_due_at__isnull", False), _connector="OR"),
                        name="call_promise_is_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("direction", "inbound"), _negated=True),
                            ("ended_at__isnull", True),
                            ("promise_due_at__isnull", False),
                            ("answered_by_kind__in", ["official", "deputy", "staff", "duty"]),
                            ("line__isnull", True),
                            _connector="OR",
                        ),
                        name="call_answered_or_promised",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("talk_seconds__isnull", True), ("talk_seconds__gte", 0), _connector="OR"),
                            models.Q(("ring_seconds__isnull", True), ("ring_seconds__gte", 0), _connector="OR"),
                        ),
                        name="call_seconds_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CallOrder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("party_kind", models.CharField(max_length=10)),
                ("party_id", models.BigIntegerField()),
                ("party_number_sealed", models.BinaryField()),
                ("promise_id", models.BigIntegerField(null=True)),
                ("claimed_by", models.CharField(blank=True, max_length=40)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("result", models.CharField(blank=True, max_length=20)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="order", to="intake.call"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.line"
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.citizen"
                    ),
                ),
                (
                    "calls_as",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.citizen",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("claimed_at__isnull", True)), fields=["asked_at"], name="call_order_waiting"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("result", "")), fields=("citizen", "line"), name="call_order_open_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("calls_as__isnull", True), ("line__isnull", False)),
                            models.Q(("calls_as__isnull", False), ("line__isnull", True)),
                            _connector="OR",
                        ),
                        name="call_order_shows_a_number",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarlyReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gateway", models.CharField(max_length=40)),
                ("gateway_id", models.CharField(max_length=80)),
                ("fate", models.CharField(max_length=10)),
                ("code", models.CharField(blank=True, max_length=20)),
                ("came_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("gateway", "gateway_id"), name="early_receipt_once")],
            },
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.CharField(max_length=200)),
                ("seconds", models.FloatField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("recorded_at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recordings", to="intake.call"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_at", models.DateTimeField()),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="threads", to="intake.citizen"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threads",
                        to="directory.line",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["city", "-last_at"], name="thread_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("line", "citizen"), name="thread_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("line__isnull", True)), fields=("citizen",), name="thread_without_line_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Text",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("direction", models.CharField(max_length=8)),
                ("state", models.CharField(max_length=10)),
                ("body", models.TextField()),
                ("code", models.CharField(blank=True, max_length=10)),
                ("template", models.CharField(blank=True, max_length=40)),
                ("variables", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(max_length=80, null=True, unique=True)),
                ("urgency", models.PositiveSmallIntegerField(default=5)),
                ("send_after", models.DateTimeField(null=True)),
                ("claimed_by", models.CharField(blank=True, max_length=40)),
                ("attempt_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("gateway", models.CharField(blank=True, max_length=40)),
                ("settled_at", models.DateTimeField(null=True)),
                ("fault", models.CharField(blank=True, max_length=120)),
                ("gap", models.BooleanField(default=False)),
                ("taken_in_at", models.DateTimeField(null=True)),
                (
                    "call",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="intake.call"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="intake.thread",
                    ),
                ),
                ("refused_by", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("segments_billed", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("sent_as", models.CharField(blank=True, db_default="", default="", max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["thread", "at"], name="text_by_thread"),
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["urgency", "send_after", "id"],
                        name="text_to_send",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["sending", "unknown"])),
                        fields=["state", "attempt_at"],
                        name="text_in_doubt",
                    ),
                    models.Index(
                        condition=models.Q(("direction", "inbound"), ("taken_in_at__isnull", True)),
                        fields=["id"],
                        name="text_to_take_in",
                    ),
                    models.Index(
                        condition=models.Q(("attempt_at__isnull", False)),
                        fields=["gateway", "attempt_at"],
                        name="text_by_gateway",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["inbound", "outbound"])), name="text_direction_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["received", "queued", "sending", "sent", "delivered", "failed", "unknown"])
                        ),
                        name="text_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction", "outbound"), ("state", "received"), _connector="OR"),
                        name="text_inbound_is_received",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction", "inbound"), ("key__isnull", False), _connector="OR"),
                        name="text_outbound_has_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sending", "sent", "unknown"]), _negated=True),
                            ("attempt_at__isnull", False),
                            _connector="OR",
                        ),
                        name="text_attempt_before_send",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gateway", models.CharField(max_length=40)),
                ("gateway_id", models.CharField(max_length=80)),
                ("fate", models.CharField(blank=True, max_length=10)),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="segments", to="intake.text"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["gateway", "gateway_id", "-id"], name="segment_by_gateway_id")],
                "constraints": [models.UniqueConstraint(fields=("text", "gateway_id"), name="segment_once")],
            },
        ),
        migrations.CreateModel(
            name="RawText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gateway", models.CharField(max_length=40)),
                ("dedupe", models.BinaryField(max_length=32, unique=True)),
                ("sender_sealed", models.BinaryField()),
                ("sender_key", models.BinaryField(max_length=32)),
                ("recipient", models.CharField(max_length=24)),
                ("body", models.TextField()),
                ("part_reference", models.PositiveIntegerField(null=True)),
                ("part_number", models.PositiveSmallIntegerField(null=True)),
                ("part_total", models.PositiveSmallIntegerField(null=True)),
                ("received_at", models.DateTimeField()),
                ("taken_in_at", models.DateTimeField(null=True)),
                (
                    "text",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="raw", to="intake.text"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_in_at__isnull", True)), fields=["id"], name="raw_text_to_take_in"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WebMessage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(max_length=12)),
                ("name", models.CharField(blank=True, max_length=40)),
                ("body", models.TextField()),
                ("place", models.CharField(blank=True, max_length=120)),
                ("confidential", models.BooleanField(default=False)),
                ("code", models.CharField(max_length=10, unique=True)),
                ("promise_due_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("taken_in_at", models.DateTimeField(null=True)),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="web_messages", to="intake.citizen"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.line"
                    ),
                ),
                (
                    "about_office",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "about_official",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.official",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_in_at__isnull", True)), fields=["at"], name="web_to_take_in"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["enquiry", "request", "complaint", "report", "suggestion"])),
                        name="web_message_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CallStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=14)),
                ("party_kind", models.CharField(blank=True, max_length=10)),
                ("party_id", models.BigIntegerField(null=True)),
                ("detail", models.JSONField(default=dict)),
                (
                    "call",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="intake.call",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("call", "seq"), name="step_once_per_seq"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "received",
                                    "planned",
                                    "ringing",
                                    "not_answered",
                                    "answered",
                                    "said",
                                    "key",
                                    "recorded",
                                    "promised",
                                    "bridged",
                                    "ended",
                                    "interrupted",
                                ],
                            )
                        ),
                        name="step_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GatewayPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=200)),
                ("paused_at", models.DateTimeField()),
                ("resumed_at", models.DateTimeField(null=True)),
                (
                    "paused_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resumed_at__isnull", True)), fields=("name",), name="gateway_paused_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resumed_at__isnull", True), ("resumed_at__gte", models.F("paused_at")), _connector="OR"
                        ),
                        name="gateway_resumed_later",
                    ),
                ],
            },
        ),
    ]
