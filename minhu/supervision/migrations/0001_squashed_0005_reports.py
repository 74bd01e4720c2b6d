import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("supervision", "0001_draws"),
        ("supervision", "0002_figures"),
        ("supervision", "0003_complaints"),
        ("supervision", "0004_ladder"),
        ("supervision", "0005_reports"),
    ]

    initial = True

    dependencies = [
        ("cases", "0004_by_day_for_figures"),
        ("directory", "0001_initial"),
        ("directory", "__first__"),
        ("intake", "0004_orders_of_checks"),
    ]

    operations = [
        migrations.CreateModel(
            name="InspectorPhone",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="inspector_phone",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("number_sealed", models.BinaryField()),
                ("masked", models.CharField(max_length=24)),
            ],
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("committed_at", models.DateTimeField()),
                ("commitment", models.CharField(blank=True, max_length=64)),
                ("seed_sealed", models.BinaryField(null=True)),
                ("not_drawn", models.CharField(blank=True, max_length=16)),
                ("drawn_at", models.DateTimeField(null=True)),
                ("table", models.TextField(blank=True)),
                ("table_digest", models.CharField(blank=True, max_length=64)),
                ("revealed_at", models.DateTimeField(null=True)),
                ("seed", models.CharField(blank=True, max_length=64)),
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
                    models.UniqueConstraint(fields=("city", "on"), name="draw_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("not_drawn", ""),
                            ("not_drawn__in", ["holiday", "not_committed", "no_checker", "no_lines"]),
                            _connector="OR",
                        ),
                        name="draw_reason_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("commitment", ""),
                            models.Q(("committed_at__lt", models.F("opens_at")), ("seed_sealed__isnull", False)),
                            _connector="OR",
                        ),
                        name="draw_committed_the_day_before",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("drawn_at__isnull", True),
                            models.Q(
                                ("drawn_at__gte", models.F("opens_at")),
                                ("not_drawn", ""),
                                models.Q(("commitment", ""), _negated=True),
                                models.Q(("table", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="draw_on_its_day_from_a_table",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revealed_at__isnull", True), ("seed", "")),
                            models.Q(
                                ("revealed_at__gte", models.F("closes_at")), models.Q(("seed", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="draw_seed_shown_after_the_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("band", models.CharField(max_length=10)),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                ("state", models.CharField(default="drawn", max_length=10)),
                ("himself", models.BooleanField(null=True)),
                ("to_the_point", models.BooleanField(null=True)),
                ("polite", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("judged_at", models.DateTimeField(null=True)),
                ("ring_seconds", models.FloatField(null=True)),
                ("answered_by_kind", models.CharField(blank=True, max_length=10)),
                ("text_state", models.CharField(blank=True, max_length=10)),
                ("promise_due_at", models.DateTimeField(null=True)),
                ("promise_kept", models.BooleanField(null=True)),
                ("finding", models.CharField(blank=True, max_length=10)),
                ("over_at", models.DateTimeField(null=True)),
                (
                    "call",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_of",
                        to="intake.call",
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
                    "judged_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="directory.line"
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="supervision.draw",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["city", "from_at"], name="check_by_time"),
                    models.Index(
                        condition=models.Q(("over_at__isnull", True)), fields=["state"], name="check_under_way"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("draw", "line"), name="check_once_a_draw"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["drawn", "placed", "judged", "over", "not_placed"])),
                        name="check_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("band__in", ["early", "noon", "afternoon", "late"])),
                        name="check_band_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_at__gt", models.F("from_at"))), name="check_has_a_window"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("judged_at__isnull", True),
                            models.Q(("call__isnull", False), ("judged_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="check_judged_on_a_call",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("over_at__isnull", False), ("state__in", ["over", "not_placed"])),
                            models.Q(
                                models.Q(("state__in", ["over", "not_placed"]), _negated=True),
                                ("over_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="check_over_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finding", ""),
                            models.Q(("finding__in", ["passed", "failed", "unjudged"]), ("state", "over")),
                            _connector="OR",
                        ),
                        name="check_finding_when_over",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LivenessTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cycle", models.CharField(max_length=6)),
                ("health", models.CharField(max_length=16)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "check_of",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="supervision.check"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="liveness_tests", to="directory.line"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["city", "cycle", "line"], name="liveness_by_cycle")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("health__in", ["alive", "dead", "wrong_person", "never_answered"])),
                        name="liveness_health_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by__isnull", False), ("check_of__isnull", False), _connector="OR"),
                        name="liveness_seen_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("proposed", models.CharField(blank=True, max_length=300)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("kept_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "kept_line",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.line",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="directory.line"
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "found",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction",
                        to="supervision.livenesstest",
                    ),
                ),
                (
                    "kept_test",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supervision.livenesstest",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept_at__isnull", True)), fields=["city", "due_at"], name="correction_owed"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kept_at__isnull", True)), fields=("line",), name="correction_open_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("made_at"))), name="correction_has_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_at__isnull", True), models.Q(("proposed", ""), _negated=True), _connector="OR"
                        ),
                        name="correction_approved_as_proposed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_approved_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept_at__isnull", True),
                            models.Q(("approved_at__isnull", False), ("kept_line__isnull", False)),
                            ("kept_test__isnull", False),
                            _connector="OR",
                        ),
                        name="correction_kept_by_evidence",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nth", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("result", models.CharField(blank=True, max_length=20)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "caller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.citizen"
                    ),
                ),
                (
                    "check_of",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tries",
                        to="supervision.check",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.callorder"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("check_of", "nth"), name="check_try_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("result", "")), fields=("check_of",), name="check_one_try_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("nth__gte", 1), ("nth__lte", 3)), name="check_tried_three_times"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswerWatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_to", models.DateTimeField()),
                ("usual", models.FloatField(null=True)),
                ("limit", models.FloatField(null=True)),
                ("score", models.FloatField(default=0.0)),
                ("since", models.PositiveIntegerField(default=0)),
                ("told", models.BooleanField(default=False)),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer_watch",
                        to="directory.line",
                    ),
                ),
                (
                    "office",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer_watch",
                        to="directory.office",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("line__isnull", False), ("office__isnull", True)),
                            models.Q(("line__isnull", True), ("office__isnull", False)),
                            _connector="OR",
                        ),
                        name="answer_watch_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0)), name="answer_watch_score_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day_on", models.DateField()),
                ("counted_at", models.DateTimeField()),
                ("unsettled", models.BooleanField(default=False)),
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
                "indexes": [models.Index(fields=["city", "counted_at"], name="counted_day_oldest")],
                "constraints": [models.UniqueConstraint(fields=("city", "day_on"), name="counted_day_once")],
            },
        ),
        migrations.CreateModel(
            name="DayCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day_on", models.DateField()),
                ("hour", models.PositiveSmallIntegerField()),
                ("calls", models.PositiveIntegerField(default=0)),
                ("in_person", models.PositiveIntegerField(default=0)),
                ("answered", models.PositiveIntegerField(default=0)),
                ("matters", models.PositiveIntegerField(default=0)),
                ("contact_due", models.PositiveIntegerField(default=0)),
                ("contact_in_time", models.PositiveIntegerField(default=0)),
                ("promises_made", models.PositiveIntegerField(default=0)),
                ("kept", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0)),
                ("broken", models.PositiveIntegerField(default=0)),
                ("rated", models.PositiveIntegerField(default=0)),
                ("solved", models.PositiveIntegerField(default=0)),
                ("satisfied", models.PositiveIntegerField(default=0)),
                ("transfers", models.PositiveIntegerField(default=0)),
                ("enquiries", models.PositiveIntegerField(default=0)),
                ("requests", models.PositiveIntegerField(default=0)),
                ("complaints", models.PositiveIntegerField(default=0)),
                ("reports", models.PositiveIntegerField(default=0)),
                ("suggestions", models.PositiveIntegerField(default=0)),
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
                        related_name="+",
                        to="directory.line",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.official",
                    ),
                ),
                ("up_answered", models.PositiveIntegerField(db_default=0, default=0)),
                ("went_up", models.PositiveIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "supervision_daycount",
                "indexes": [
                    models.Index(fields=["city", "hour", "day_on", "calls"], name="day_count_by_hour"),
                    models.Index(fields=["city", "day_on"], name="day_count_by_day"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("hour__lte", 24)), name="day_count_hour_of_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(("line__isnull", True), ("official__isnull", True), _connector="OR"),
                        name="day_count_of_line_or_holder",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("line__isnull", False)),
                        fields=("city", "day_on", "hour", "line"),
                        name="day_count_line_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("line__isnull", True), ("official__isnull", False)),
                        fields=("city", "day_on", "hour", "official"),
                        name="day_count_holder_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("line__isnull", True), ("official__isnull", True)),
                        fields=("city", "day_on", "hour"),
                        name="day_count_nobody_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered__lte", models.F("calls")),
                            ("contact_in_time__lte", models.F("contact_due")),
                            ("in_person__lte", models.F("answered")),
                            ("contact_due__lte", models.F("matters")),
                            ("satisfied__lte", models.F("solved")),
                            ("solved__lte", models.F("rated")),
                            ("up_answered__lte", models.F("went_up")),
                        ),
                        name="day_count_parts_within_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DecayAlarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("usual", models.FloatField()),
                ("calls", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("over_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "seen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "watch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alarms",
                        to="supervision.answerwatch",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["watch", "-at"], name="decay_alarm_by_watch")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("over_at__isnull", True)), fields=("watch",), name="decay_alarm_once_a_fall"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seen_at__isnull", True), ("seen_by__isnull", True)),
                            models.Q(("seen_at__isnull", False), ("seen_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="decay_alarm_seen_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Complaint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ground", models.CharField(max_length=16)),
                ("channel", models.CharField(max_length=8)),
                ("state", models.CharField(default="received", max_length=10)),
                ("made_at", models.DateTimeField()),
                ("ask_due_at", models.DateTimeField()),
                ("asked", models.CharField(blank=True, max_length=1000)),
                ("asked_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("verdict", models.CharField(blank=True, max_length=12)),
                ("found_at", models.DateTimeField(null=True)),
                ("appeal_until", models.DateTimeField(null=True)),
                ("decide_due_at", models.DateTimeField(null=True)),
                (
                    "again",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="intake.call",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="complaints", to="cases.case"
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
                        related_name="+",
                        to="directory.line",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="directory.official",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["city", "-made_at"], name="complaint_by_time"),
                    models.Index(
                        condition=models.Q(("found_at__isnull", False)),
                        fields=["city", "found_at"],
                        name="complaint_by_finding",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["received", "asked", "found", "appealed", "settled"])),
                        name="complaint_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ground__in",
                                ["unanswered", "not_called_back", "fobbed_off", "rude", "not_solved", "other"],
                            )
                        ),
                        name="complaint_ground_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["call", "text", "web", "hotline"])),
                        name="complaint_channel_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["received", "asked"])),
                        fields=("case",),
                        name="complaint_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("asked", ""),
                                ("asked_at__isnull", True),
                                ("asked_by__isnull", True),
                                ("state", "received"),
                            ),
                            models.Q(
                                models.Q(("state", "received"), _negated=True),
                                models.Q(("asked", ""), _negated=True),
                                ("asked_by__isnull", False),
                                ("due_at__gt", models.F("asked_at")),
                                ("official__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="complaint_asked_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("found_at__isnull", True), ("state__in", ["received", "asked"]), ("verdict", "")),
                            models.Q(
                                ("appeal_until__isnull", False),
                                ("found_at__isnull", False),
                                ("state__in", ["found", "appealed", "settled"]),
                                ("verdict__in", ["true", "perfunctory", "not_true", "not_provable", "excused"]),
                            ),
                            _connector="OR",
                        ),
                        name="complaint_found_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decide_due_at__isnull", False), ("state__in", ["appealed", "settled"])),
                            models.Q(
                                models.Q(("state__in", ["appealed", "settled"]), _negated=True),
                                ("decide_due_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="complaint_appealed_is_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(max_length=8)),
                ("reason", models.CharField(max_length=1000)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="supervision.complaint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["citizen", "official"])), name="appeal_side_known"
                    ),
                    models.UniqueConstraint(fields=("complaint", "side"), name="appeal_once_a_side"),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="appeal_says_why"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by__isnull", True), ("side", "citizen")),
                            models.Q(("by__isnull", False), ("side", "official")),
                            _connector="OR",
                        ),
                        name="appeal_by_its_side",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComplaintFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("instance", models.PositiveSmallIntegerField()),
                ("verdict", models.CharField(max_length=12)),
                ("excuse", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(max_length=1000)),
                ("told", models.CharField(max_length=1000)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="supervision.complaint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("complaint", "instance"), name="complaint_found_once_an_instance"),
                    models.CheckConstraint(
                        condition=models.Q(("instance__gte", 1), ("instance__lte", 2)), name="complaint_two_instances"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict__in", ["true", "perfunctory", "not_true", "not_provable", "excused"])
                        ),
                        name="complaint_verdict_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "excuse__in",
                                    [
                                        "out_of_remit",
                                        "abusive_caller",
                                        "outage",
                                        "emergency_duty",
                                        "protected_meeting",
                                        "leave_with_delegate",
                                        "caller_hung_up",
                                        "caller_not_reached",
                                        "honest_error",
                                    ],
                                ),
                                ("verdict", "excused"),
                            ),
                            models.Q(models.Q(("verdict", "excused"), _negated=True), ("excuse", "")),
                            _connector="OR",
                        ),
                        name="complaint_excused_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("told", ""), _negated=True)
                        ),
                        name="complaint_found_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComplaintWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=8)),
                ("body", models.TextField(blank=True)),
                ("key", models.CharField(max_length=80, null=True, unique=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="words", to="supervision.complaint"
                    ),
                ),
                (
                    "text",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaint",
                        to="intake.text",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["call", "text", "web", "hotline"])),
                        name="complaint_words_channel_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidencePack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "complaint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pack", to="supervision.complaint"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.CharField(max_length=1000)),
                ("excuse", models.CharField(blank=True, max_length=20)),
                ("late", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "complaint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement",
                        to="supervision.complaint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("excuse", ""),
                            (
                                "excuse__in",
                                [
                                    "out_of_remit",
                                    "abusive_caller",
                                    "outage",
                                    "emergency_duty",
                                    "protected_meeting",
                                    "leave_with_delegate",
                                    "caller_hung_up",
                                    "caller_not_reached",
                                    "honest_error",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="statement_excuse_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("body", ""), _negated=True), name="statement_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=10)),
                ("why", models.CharField(max_length=16)),
                ("proposed_at", models.DateTimeField()),
                ("word", models.CharField(blank=True, max_length=500)),
                ("word_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=10)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("decided_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
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
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="directory.official"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["city", "-proposed_at"], name="proposal_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["reminder", "interview", "referral"])),
                        name="proposal_step_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["count", "one_at_a_time", "perfunctory", "not_attended"])),
                        name="proposal_why_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=("official",),
                        name="proposal_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["", "taken", "dismissed"])), name="proposal_decision_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decision", ""), ("reason", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decided_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at__isnull", True), ("decided_by__isnull", False), _connector="OR"
                        ),
                        name="proposal_decided_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("word", ""), ("word_at__isnull", True)),
                            models.Q(("word_at__isnull", False), models.Q(("word", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="proposal_word_in_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("read_at__isnull", True), ("decision", "taken"), _connector="OR"),
                        name="proposal_read_when_taken",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Interview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("place", models.CharField(max_length=120)),
                ("arranged_at", models.DateTimeField()),
                ("attended", models.BooleanField(null=True)),
                ("minutes", models.CharField(blank=True, max_length=4000)),
                ("recorded_at", models.DateTimeField(null=True)),
                (
                    "arranged_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "led_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interviews",
                        to="supervision.proposal",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["proposal", "-at"], name="interview_by_proposal")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("recorded_at__isnull", True)),
                        fields=("proposal",),
                        name="interview_arranged_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("attended", True)), fields=("proposal",), name="interview_attended_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place", ""), _negated=True), name="interview_has_a_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("minutes", ""), ("recorded_at__isnull", True)),
                            models.Q(("recorded_at__isnull", False), models.Q(("minutes", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="interview_recorded_with_minutes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("attended__isnull", True), ("led_by__isnull", True), ("recorded_at__isnull", True)
                            ),
                            models.Q(
                                ("attended__isnull", False),
                                ("led_by__isnull", False),
                                ("recorded_at__gte", models.F("at")),
                            ),
                            _connector="OR",
                        ),
                        name="interview_recorded_afterwards",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ground",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("is_new", models.BooleanField()),
                (
                    "official",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.official",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grounds",
                        to="supervision.proposal",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("proposal", "key"), name="ground_once_a_proposal"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_new", True)),
                        fields=("official", "key"),
                        name="ground_occasions_one_proposal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["failed_check", "complaint", "perfunctory", "missed_interview"])
                        ),
                        name="ground_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepAppeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("granted", models.BooleanField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appeal", to="supervision.proposal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="step_appeal_in_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("reason", "")),
                            models.Q(("decided_at__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="step_appeal_decided_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True), ("decided_by__isnull", True), ("granted__isnull", True)
                            ),
                            models.Q(
                                ("decided_at__isnull", False), ("decided_by__isnull", False), ("granted__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="step_appeal_decided_by_a_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("to", models.CharField(max_length=120)),
                ("reference", models.CharField(max_length=80)),
                ("on", models.DateField()),
                ("filed_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referral", to="supervision.proposal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("to", ""), _negated=True), models.Q(("reference", ""), _negated=True)
                        ),
                        name="referral_says_where",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LadderEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("claimed", models.CharField(blank=True, max_length=20)),
                ("statement", models.CharField(blank=True, max_length=500)),
                ("stated_at", models.DateTimeField(null=True)),
                ("excuse", models.CharField(blank=True, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("weighed_at", models.DateTimeField(null=True)),
                (
                    "check_of",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ladder_event",
                        to="supervision.check",
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
                    "interview",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ladder_event",
                        to="supervision.interview",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ladder_events",
                        to="directory.official",
                    ),
                ),
                (
                    "weighed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["city", "official", "at"], name="ladder_event_by_official")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("check_of__isnull", False), ("interview__isnull", True), ("kind", "failed_check")
                            ),
                            models.Q(
                                ("check_of__isnull", True), ("interview__isnull", False), ("kind", "missed_interview")
                            ),
                            _connector="OR",
                        ),
                        name="ladder_event_has_its_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "claimed__in",
                                [
                                    "",
                                    "out_of_remit",
                                    "abusive_caller",
                                    "outage",
                                    "emergency_duty",
                                    "protected_meeting",
                                    "leave_with_delegate",
                                    "caller_hung_up",
                                    "caller_not_reached",
                                    "honest_error",
                                ],
                            ),
                            (
                                "excuse__in",
                                [
                                    "",
                                    "out_of_remit",
                                    "abusive_caller",
                                    "outage",
                                    "emergency_duty",
                                    "protected_meeting",
                                    "leave_with_delegate",
                                    "caller_hung_up",
                                    "caller_not_reached",
                                    "honest_error",
                                ],
                            ),
                        ),
                        name="ladder_event_excuse_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stated_at__isnull", True), ("statement", "")),
                            models.Q(("stated_at__isnull", False), models.Q(("statement", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="ladder_event_stated_in_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("weighed_at__isnull", True)),
                            models.Q(("weighed_at__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="ladder_event_weighed_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("excuse", ""), ("weighed_at__isnull", True), ("weighed_by__isnull", True)),
                            models.Q(("weighed_at__isnull", False), ("weighed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ladder_event_weighed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stated_at__isnull", True), ("stated_at__lte", models.F("until")), _connector="OR"
                        ),
                        name="ladder_event_stated_in_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weighed_at__isnull", True),
                            models.Q(("excuse", ""), _negated=True),
                            ("stated_at__isnull", False),
                            ("weighed_at__gte", models.F("until")),
                            _connector="OR",
                        ),
                        name="ladder_event_heard_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("claimed", ""), models.Q(("statement", ""), _negated=True), _connector="OR"
                        ),
                        name="ladder_event_claim_in_words",
                    ),
                ],
            },
        ),
    ]
