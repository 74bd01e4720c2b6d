import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0009_held_by_line"),
        ("directory", "0001_initial"),
        ("directory", "__first__"),
        ("insight", "0002_quality"),
        ("intake", "0005_number_checks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heard",
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
                ("seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="StreamTurn",
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
                ("holder", models.CharField(blank=True, max_length=60)),
                ("until", models.DateTimeField()),
                ("decided", models.PositiveIntegerField(default=0)),
                ("changes", models.JSONField(default=list)),
                ("measured", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="hotissue",
            name="examples",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="hotissue",
            name="places",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="hotissue",
            name="titled_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.CreateModel(
            name="Embedded",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                ("of", models.CharField(max_length=32)),
                ("vector", models.BinaryField()),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reader", models.CharField(blank=True, max_length=80)),
                ("kind", models.CharField(blank=True, max_length=12)),
                ("kind_confidence", models.FloatField(default=0.0)),
                ("kind_words", models.JSONField(default=list)),
                ("urgency", models.CharField(default="normal", max_length=8)),
                ("urgency_words", models.JSONField(default=list)),
                ("subject", models.CharField(blank=True, max_length=120)),
                ("subject_confidence", models.FloatField(default=0.0, null=True)),
                ("likely_subject", models.CharField(blank=True, max_length=120)),
                ("subject_words", models.JSONField(default=list)),
                ("unclear", models.BooleanField(default=False)),
                ("claimed_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reading", to="cases.case"
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["city", "subject", "-read_at"], name="reading_by_subject"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["claimed_at"], name="reading_claimed"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["", "enquiry", "request", "complaint", "report", "suggestion"])
                        ),
                        name="reading_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("urgency__in", ["normal", "urgent"])), name="reading_urgency_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind_confidence__gte", 0),
                            ("kind_confidence__lte", 1),
                            models.Q(
                                ("subject_confidence__isnull", True),
                                models.Q(("subject_confidence__gte", 0), ("subject_confidence__lte", 1)),
                                _connector="OR",
                            ),
                        ),
                        name="reading_confidence_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField()),
                ("confidence", models.FloatField()),
                ("office_confidence", models.FloatField()),
                ("words", models.JSONField(default=list)),
                (
                    "office",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
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
                    "reading",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="insight.reading",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("reading", "rank"), name="proposal_once_a_rank"),
                    models.CheckConstraint(
                        condition=models.Q(("rank__gte", 1), ("rank__lte", 3)), name="proposal_at_most_three"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__gte", 0),
                            ("confidence__lte", 1),
                            ("office_confidence__gte", 0),
                            ("office_confidence__lte", 1),
                        ),
                        name="proposal_confidence_is_a_share",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rectification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(default="begun", max_length=12)),
                ("times", models.PositiveSmallIntegerField(default=1)),
                ("due_at", models.DateTimeField(null=True)),
                ("begun_at", models.DateTimeField()),
                ("verified_at", models.DateTimeField(null=True)),
                ("title", models.CharField(blank=True, max_length=80)),
                ("words", models.TextField(blank=True)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "begun_by",
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
                    "issue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rectification", to="insight.hotissue"
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.office"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.official"
                    ),
                ),
                (
                    "published_by",
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
                "indexes": [
                    models.Index(fields=["city", "state"], name="rectification_by_state"),
                    models.Index(fields=["city", "-published_at"], name="rectification_published"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "begun",
                                    "researched",
                                    "under_way",
                                    "claimed",
                                    "failed",
                                    "verified",
                                    "published",
                                    "reopened",
                                    "called_off",
                                ],
                            )
                        ),
                        name="rectification_state_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("times__gte", 1)), name="rectification_times_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_at__isnull", False),
                            ("state__in", ["begun", "researched", "called_off", "reopened"]),
                            _connector="OR",
                        ),
                        name="rectification_under_way_has_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["published", "verified"]), _negated=True),
                            ("verified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="rectification_done_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at__isnull", True), ("published_by__isnull", True)),
                            models.Q(
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                                models.Q(("words", ""), _negated=True),
                                models.Q(("title", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rectification_published_in_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="rectification_published_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=200)),
                ("who", models.CharField(max_length=80)),
                ("due_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("done", models.CharField(blank=True, max_length=500)),
                ("done_at", models.DateTimeField(null=True)),
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
                    "done_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rectification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="insight.rectification"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("what", ""), _negated=True), models.Q(("who", ""), _negated=True)),
                        name="measure_says_what_and_who",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done", ""), ("done_at__isnull", True)),
                            models.Q(("done_at__gte", models.F("at")), models.Q(("done", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="measure_done_in_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RectifyStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(max_length=12)),
                ("words", models.CharField(blank=True, max_length=1000)),
                ("at", models.DateTimeField()),
                ("remind_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("escalate_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
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
                    "rectification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="insight.rectification",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["rectification", "at"], name="rectify_step_by_time"),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True), ("remind_at__isnull", False)),
                        fields=["remind_at"],
                        name="rectify_step_clock",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "begun",
                                    "researched",
                                    "under_way",
                                    "claimed",
                                    "failed",
                                    "verified",
                                    "published",
                                    "reopened",
                                    "called_off",
                                ],
                            )
                        ),
                        name="rectify_step_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("rectification",),
                        name="rectify_step_one_now",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_at__isnull", True), ("escalate_at__isnull", True), ("remind_at__isnull", True)
                            ),
                            models.Q(("escalate_at__gte", models.F("due_at")), ("remind_at__lte", models.F("due_at"))),
                            _connector="OR",
                        ),
                        name="rectify_step_clock_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reporter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("done_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
                (
                    "done_told",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.text"
                    ),
                ),
                (
                    "promise",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rectified_for", to="cases.promise"
                    ),
                ),
                (
                    "rectification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reporters",
                        to="insight.rectification",
                    ),
                ),
                (
                    "told",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.text"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["rectification"],
                        name="reporter_to_be_told",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("rectification", "case"), name="reporter_once_a_rectification"),
                    models.CheckConstraint(
                        condition=models.Q(("done_told__isnull", True), ("done_at__isnull", False), _connector="OR"),
                        name="reporter_told_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nth", models.PositiveSmallIntegerField()),
                ("commitment", models.CharField(max_length=64)),
                ("seed_sealed", models.BinaryField()),
                ("committed_at", models.DateTimeField()),
                ("drawn_at", models.DateTimeField(null=True)),
                ("reporters", models.PositiveIntegerField(default=0)),
                ("size", models.PositiveSmallIntegerField(default=0)),
                ("seed", models.CharField(blank=True, max_length=64)),
                ("verdict", models.CharField(blank=True, max_length=8)),
                ("judged_at", models.DateTimeField(null=True)),
                (
                    "rectification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="insight.rectification",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rectification", "nth"), name="sample_once_a_time"),
                    models.UniqueConstraint(
                        condition=models.Q(("judged_at__isnull", True)),
                        fields=("rectification",),
                        name="sample_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("drawn_at__isnull", True), ("size", 0)),
                            models.Q(("drawn_at__isnull", False), ("size__gte", 1)),
                            _connector="OR",
                        ),
                        name="sample_drawn_has_a_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("judged_at__isnull", True), ("seed", ""), ("verdict", "")),
                            models.Q(
                                ("judged_at__isnull", False),
                                ("verdict__in", ["passed", "failed"]),
                                models.Q(("seed", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="sample_judged_shows_its_seed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveIntegerField()),
                ("unreachable_at", models.DateTimeField(null=True)),
                ("solved", models.BooleanField(null=True)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(null=True)),
                (
                    "asked",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.text"
                    ),
                ),
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
                    "call",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="recheck", to="intake.call"
                    ),
                ),
                (
                    "text",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="recheck", to="intake.text"
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rechecks", to="insight.reporter"
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rechecks",
                        to="insight.sample",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("sample", "reporter"), name="recheck_once_a_reporter"),
                    models.UniqueConstraint(fields=("sample", "rank"), name="recheck_once_a_rank"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("at__isnull", True),
                                ("by__isnull", True),
                                ("call__isnull", True),
                                ("solved__isnull", True),
                                ("text__isnull", True),
                            ),
                            models.Q(
                                ("at__isnull", False),
                                ("by__isnull", False),
                                ("call__isnull", False),
                                ("solved__isnull", False),
                                ("text__isnull", True),
                            ),
                            models.Q(
                                ("at__isnull", False),
                                ("by__isnull", False),
                                ("call__isnull", True),
                                ("solved__isnull", False),
                                ("text__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="recheck_answered_by_evidence",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("source_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("words", models.TextField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"),
                ),
                (
                    "city",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="directory.office",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["city", "-at"], name="search_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "source_id"), name="search_entry_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["case", "text", "added", "call", "reply", "note"])),
                        name="search_entry_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchProgress",
            fields=[
                (
                    "city",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="directory.office",
                    ),
                ),
                ("seq", models.BigIntegerField(default=0)),
                ("filled_to", models.BigIntegerField(default=0, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("seq__gte", 0)), name="search_progress_from_nought")
                ],
            },
        ),
        migrations.CreateModel(
            name="Streamed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="streamed", to="cases.case"
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
            ],
            options={
                "indexes": [models.Index(fields=["city", "id"], name="streamed_in_order")],
            },
        ),
        migrations.CreateModel(
            name="Apart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("one", models.CharField(max_length=40)),
                ("other", models.CharField(max_length=40)),
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
                    models.UniqueConstraint(fields=("city", "one", "other"), name="apart_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one", models.F("other")), _negated=True), name="apart_of_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=8)),
                ("was", models.CharField(blank=True, max_length=120)),
                ("said", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("entry", models.BigIntegerField(null=True)),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="cases.case"
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
            ],
            options={
                "indexes": [models.Index(fields=["question", "id"], name="correction_to_learn")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("question__in", ["kind", "urgency", "subject", "owner"])),
                        name="correction_question_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("said", ""), _negated=True), name="correction_says_something"
                    ),
                    models.UniqueConstraint(fields=("city", "entry", "question"), name="correction_once_an_entry"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Duplicate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField()),
                ("same_citizen", models.BooleanField()),
                ("reasons", models.JSONField(default=list)),
                ("found_at", models.DateTimeField()),
                ("dismissed_at", models.DateTimeField(null=True)),
                ("ruled_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="may_repeat",
                        to="cases.case",
                    ),
                ),
                (
                    "dismissed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "earlier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="may_be_repeated_by", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "earlier"), name="duplicate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="duplicate_score_is_a_share"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("case", models.F("earlier")), _negated=True), name="duplicate_of_another"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cases", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
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
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="gone_by", to="insight.hotissue"
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="insight.hotissue"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)), fields=("gone",), name="merge_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("into", models.F("gone")), _negated=True), name="merge_of_two"
                    ),
                ],
            },
        ),
    ]
