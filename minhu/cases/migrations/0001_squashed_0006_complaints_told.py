import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("cases", "0001_initial"),
        ("cases", "0002_initial"),
        ("cases", "0003_handed_over_watched_and_avoided"),
        ("cases", "0004_by_day_for_figures"),
        ("cases", "0005_notices"),
        ("cases", "0006_complaints_told"),
    ]

    initial = True

    dependencies = [
        ("directory", "0001_initial"),
        ("directory", "__first__"),
        ("intake", "0001_initial"),
        ("intake", "0003_about_whom_and_one_open_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10, unique=True)),
                ("kind", models.CharField(default="request", max_length=12)),
                ("urgency", models.CharField(default="normal", max_length=8)),
                ("state", models.CharField(default="new", max_length=12)),
                ("title", models.CharField(blank=True, max_length=80)),
                ("body", models.TextField(blank=True)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("confidential", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                ("first_contact_at", models.DateTimeField(null=True)),
                ("replied_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("reopened", models.PositiveSmallIntegerField(default=0)),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="intake.citizen"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="directory.official",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="directory.line",
                    ),
                ),
                ("door", models.CharField(blank=True, db_default="", default="", max_length=16)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="joined", to="cases.case"
                    ),
                ),
                ("rate_until", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["city", "holder", "state"], name="case_by_holder"),
                    models.Index(fields=["city", "citizen", "line", "-opened_at"], name="case_by_citizen"),
                    models.Index(fields=["city", "-opened_at"], name="case_by_time"),
                    models.Index(condition=models.Q(("state", "replied")), fields=["replied_at"], name="case_to_close"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["enquiry", "request", "complaint", "report", "suggestion"])),
                        name="case_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("urgency__in", ["normal", "urgent"])), name="case_urgency_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["new", "clarifying", "held", "replied", "reopened", "closed", "withdrawn"])
                        ),
                        name="case_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True), ("closed_at__isnull", False), _connector="OR"
                        ),
                        name="case_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["replied", "closed"]), _negated=True),
                            ("replied_at__isnull", False),
                            _connector="OR",
                        ),
                        name="case_replied_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["held", "replied", "reopened", "closed"]), _negated=True),
                            ("holder__isnull", False),
                            _connector="OR",
                        ),
                        name="case_held_has_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="case_not_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("door", ""),
                            ("door__in", ["court", "reconsideration", "discipline", "petition"]),
                            _connector="OR",
                        ),
                        name="case_door_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeLookup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_key", models.BinaryField(max_length=32)),
                ("window", models.DateTimeField()),
                ("misses", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client_key", "window"), name="lookup_window_once")],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=8)),
                ("meaning", models.CharField(blank=True, max_length=12)),
                ("at", models.DateTimeField()),
                (
                    "call",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="contact", to="intake.call"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="cases.case"
                    ),
                ),
                (
                    "text",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="contact", to="intake.text"
                    ),
                ),
                (
                    "web",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact",
                        to="intake.webmessage",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "at"], name="contact_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["call", "text", "web", "hotline"])),
                        name="contact_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("call__isnull", False),
                                ("channel", "call"),
                                ("text__isnull", True),
                                ("web__isnull", True),
                            ),
                            models.Q(
                                ("call__isnull", True),
                                ("channel", "text"),
                                ("text__isnull", False),
                                ("web__isnull", True),
                            ),
                            models.Q(
                                ("call__isnull", True),
                                ("channel", "web"),
                                ("text__isnull", True),
                                ("web__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="contact_is_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.CharField(max_length=1000)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("done", models.TextField()),
                ("done_by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="replies", to="intake.call"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="replies", to="cases.case"
                    ),
                ),
                (
                    "text",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reply", to="intake.text"
                    ),
                ),
                ("means", models.CharField(blank=True, db_default="", default="", max_length=8)),
                (
                    "parent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="cases.reply"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done", ""), _negated=True), models.Q(("done_by", ""), _negated=True)
                        ),
                        name="reply_says_what_and_who",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("means", ""),
                            models.Q(("call__isnull", False), ("means", "call")),
                            models.Q(("means", "text"), ("text__isnull", False)),
                            ("means__in", ["page", "attempts"]),
                            _connector="OR",
                        ),
                        name="reply_by_some_means",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.PositiveSmallIntegerField()),
                ("words", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ratings", to="cases.case"
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.text"
                    ),
                ),
                (
                    "reply",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rating", to="cases.reply"
                    ),
                ),
                ("answered", models.BooleanField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="rating_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 1), ("score__lte", 3)), name="rating_one_to_three"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WrapUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("outcome", models.CharField(max_length=12)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="wrap_up", to="intake.call"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                ["solved", "follow_up", "to_deputy", "to_county", "to_hotline", "enquiry", "nuisance"],
                            )
                        ),
                        name="wrap_up_outcome_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Addition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="additions", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=4)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("file", models.CharField(max_length=200, unique=True)),
                ("shown", models.BooleanField(db_default=False, default=False)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["jpg", "png", "pdf"])), name="attachment_kind_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="attachment_not_empty"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day_on", models.DateField()),
                ("hour", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempt", to="intake.call"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("hour__lte", 23)), name="attempt_hour_of_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="CityRules",
            fields=[
                (
                    "city",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="directory.office",
                    ),
                ),
                ("hop_limit", models.PositiveSmallIntegerField(db_default=1, default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hop_limit__gte", 1), ("hop_limit__lte", 2)),
                        name="city_rules_one_or_two_hops",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflicts",
                        to="cases.case",
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
                    "office",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.official",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["city", "case"], name="conflict_by_city")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("office__isnull", False), ("official__isnull", True)),
                            models.Q(("office__isnull", True), ("official__isnull", False)),
                            _connector="OR",
                        ),
                        name="conflict_with_one",
                    ),
                    models.UniqueConstraint(fields=("case", "office"), name="conflict_office_once"),
                    models.UniqueConstraint(fields=("case", "official"), name="conflict_official_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Named",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="named",
                        to="cases.case",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="named_for", to="directory.official"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "official"), name="named_once")],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hop", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("reason", models.CharField(max_length=300)),
                ("due_at", models.DateTimeField()),
                ("handed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("ended_reason", models.CharField(blank=True, db_default="", default="", max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="cases.case",
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
                    "from_official",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.official",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "official",
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
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["city", "office", "handed_at"],
                        name="transfer_by_office",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["city", "official", "handed_at"],
                        name="transfer_by_official",
                    ),
                    models.Index(fields=["city", "handed_at"], name="transfer_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "hop"), name="transfer_once_per_hop"),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)), fields=("case",), name="transfer_with_one_unit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hop__gte", 1), ("hop__lte", 2)), name="transfer_one_or_two_hops"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "deputy"), ("office__isnull", True), ("official__isnull", False)),
                            models.Q(("kind", "county"), ("office__isnull", False), ("official__isnull", True)),
                            models.Q(("kind", "hotline"), ("office__isnull", True), ("official__isnull", True)),
                            _connector="OR",
                        ),
                        name="transfer_to_one_of_three",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended", ""), ("ended_at__isnull", True)),
                            models.Q(
                                ("ended__in", ["not_ours", "passed_on", "reopened", "withdrawn", "conflict"]),
                                ("ended_at__gte", models.F("handed_at")),
                            ),
                            _connector="OR",
                        ),
                        name="transfer_ended_with_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("maker", models.CharField(max_length=80)),
                ("owner_desk_id", models.BigIntegerField(null=True)),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_attempt_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("released_reason", models.CharField(blank=True, max_length=120)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="cases.case"
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "evidence_call",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises_kept",
                        to="intake.call",
                    ),
                ),
                (
                    "evidence_text",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises_kept",
                        to="intake.text",
                    ),
                ),
                (
                    "made_by_call",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises_made",
                        to="intake.call",
                    ),
                ),
                (
                    "made_by_text",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises_made",
                        to="intake.text",
                    ),
                ),
                (
                    "owner_office",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "owner_official",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises",
                        to="directory.official",
                    ),
                ),
                (
                    "evidence_reply",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises_kept",
                        to="cases.reply",
                    ),
                ),
                ("escalate_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("remind_at", models.DateTimeField(null=True)),
                ("rung", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("window_from", models.DateTimeField(null=True)),
                ("window_until", models.DateTimeField(null=True)),
                (
                    "evidence_transfer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises_kept",
                        to="cases.transfer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept_at__isnull", True), ("released_at__isnull", True)),
                        fields=["city", "owner_official", "due_at"],
                        name="promise_open_by_owner",
                    ),
                    models.Index(
                        condition=models.Q(("kept_at__isnull", True), ("released_at__isnull", True)),
                        fields=["city", "due_at"],
                        name="promise_open_by_due",
                    ),
                    models.Index(
                        condition=models.Q(("kept_at__isnull", True), ("released_at__isnull", True)),
                        fields=["city", "owner_office", "due_at"],
                        name="promise_open_by_office",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("kept_at__isnull", True), ("next_at__isnull", False), ("released_at__isnull", True)
                        ),
                        fields=["next_at"],
                        name="promise_clock",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("kept_at__isnull", True), ("released_at__isnull", True), ("remind_at__isnull", True)
                        ),
                        fields=["id"],
                        name="promise_without_clock",
                    ),
                    models.Index(fields=["city", "due_at"], name="promise_by_due"),
                    models.Index(fields=["city", "made_at"], name="promise_by_made"),
                    models.Index(
                        condition=models.Q(("kept_at__isnull", False)),
                        fields=["city", "kept_at"],
                        name="promise_by_kept",
                    ),
                    models.Index(
                        condition=models.Q(("released_at__isnull", False)),
                        fields=["city", "released_at"],
                        name="promise_by_released",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("owner_official__isnull", False),
                            ("owner_desk_id__isnull", False),
                            ("owner_office__isnull", False),
                            _connector="OR",
                        ),
                        name="promise_has_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("released_at__isnull", True),
                            models.Q(("kept_at__isnull", True), models.Q(("released_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="promise_released_with_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kept_at__isnull", True), ("released_at__isnull", True)),
                        fields=("case", "kind"),
                        name="promise_open_once_per_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["call_back", "reply", "clarify", "forward", "rectify"])),
                        name="promise_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("evidence_call__isnull", True),
                                ("evidence_reply__isnull", True),
                                ("evidence_text__isnull", True),
                                ("evidence_transfer__isnull", True),
                                ("kept_at__isnull", True),
                            ),
                            models.Q(
                                ("kept_at__isnull", False),
                                models.Q(
                                    ("evidence_call__isnull", False),
                                    ("evidence_text__isnull", False),
                                    ("evidence_reply__isnull", False),
                                    ("evidence_transfer__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="promise_kept_by_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rung__in", [0, 80, 100, 120])), name="promise_rung_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("window_from__isnull", True), ("window_until__isnull", True)),
                            ("window_until__gt", models.F("window_from")),
                            _connector="OR",
                        ),
                        name="promise_window_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rung", models.PositiveSmallIntegerField()),
                ("due_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "promise",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="cases.promise",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("promise", "due_at", "rung"), name="escalation_once_per_rung"),
                    models.CheckConstraint(
                        condition=models.Q(("rung__in", [80, 100, 120])), name="escalation_rung_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("was_due_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="extension", to="cases.case"
                    ),
                ),
                (
                    "promise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="extensions", to="cases.promise"
                    ),
                ),
                (
                    "text",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.text"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("was_due_at"))), name="extension_is_later"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("at__lte", models.F("was_due_at"))), name="extension_asked_in_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="extension_with_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("to_role", models.CharField(blank=True, db_default="", default="", max_length=12)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="cases.case"
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
                    "note",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="cases.note"
                    ),
                ),
                (
                    "promise",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="cases.promise",
                    ),
                ),
                (
                    "to_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_office",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "to_official",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.official",
                    ),
                ),
                ("about_id", models.BigIntegerField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("words", models.CharField(blank=True, db_default="", default="", max_length=300)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["city", "to_official", "-at"], name="notice_by_official"),
                    models.Index(fields=["city", "to_office", "to_role", "-at"], name="notice_by_role"),
                    models.Index(fields=["city", "kind", "at"], name="notice_by_kind"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("to_account__isnull", True),
                                ("to_office__isnull", True),
                                ("to_official__isnull", False),
                                ("to_role", ""),
                            ),
                            models.Q(
                                ("to_account__isnull", False),
                                ("to_office__isnull", True),
                                ("to_official__isnull", True),
                                ("to_role", ""),
                            ),
                            models.Q(
                                ("to_account__isnull", True),
                                ("to_office__isnull", False),
                                ("to_official__isnull", True),
                                (
                                    "to_role__in",
                                    [
                                        "official",
                                        "staff",
                                        "unit",
                                        "supervisor",
                                        "inspector",
                                        "leadership",
                                        "operator",
                                        "auditor",
                                    ],
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="notice_to_one",
                    ),
                    models.UniqueConstraint(fields=("note", "to_account"), name="notice_mentioned_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("case__isnull", True)),
                        fields=("kind", "about_id", "to_official"),
                        name="notice_official_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("case__isnull", True)),
                        fields=("kind", "about_id", "to_office", "to_role"),
                        name="notice_role_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "remind",
                                    "overdue",
                                    "escalate",
                                    "handed_over",
                                    "not_ours",
                                    "reopened",
                                    "went_up",
                                    "mentioned",
                                    "alarm",
                                    "correct",
                                    "complained",
                                    "asked",
                                    "found",
                                    "appealed",
                                    "decided",
                                    "ask_late",
                                    "ask_up",
                                    "state_late",
                                    "state_up",
                                    "decide_late",
                                    "decide_up",
                                ],
                            )
                        ),
                        name="notice_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("about_id__isnull", True),
                                ("case__isnull", False),
                                ("due_at__isnull", True),
                                models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "alarm",
                                            "appealed",
                                            "ask_late",
                                            "ask_up",
                                            "asked",
                                            "complained",
                                            "correct",
                                            "decide_late",
                                            "decide_up",
                                            "decided",
                                            "found",
                                            "state_late",
                                            "state_up",
                                        ],
                                    ),
                                    _negated=True,
                                ),
                            ),
                            models.Q(
                                ("about_id__isnull", False),
                                ("case__isnull", True),
                                ("note__isnull", True),
                                ("promise__isnull", True),
                                (
                                    "kind__in",
                                    [
                                        "alarm",
                                        "appealed",
                                        "ask_late",
                                        "ask_up",
                                        "asked",
                                        "complained",
                                        "correct",
                                        "decide_late",
                                        "decide_up",
                                        "decided",
                                        "found",
                                        "state_late",
                                        "state_up",
                                    ],
                                ),
                                models.Q(("words", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notice_about_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("case__isnull", True)),
                        fields=("kind", "about_id", "to_account"),
                        name="notice_account_once",
                    ),
                ],
            },
        ),
    ]
