import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("supervision", "0001_draws"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            ],
            options={
                "db_table": "supervision_daycount",
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
        ),
        migrations.AddConstraint(
            model_name="answerwatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("line__isnull", False), ("office__isnull", True)),
                    models.Q(("line__isnull", True), ("office__isnull", False)),
                    _connector="OR",
                ),
                name="answer_watch_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="answerwatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0)), name="answer_watch_score_not_negative"
            ),
        ),
        migrations.AddIndex(
            model_name="countedday",
            index=models.Index(fields=["city", "counted_at"], name="counted_day_oldest"),
        ),
        migrations.AddConstraint(
            model_name="countedday",
            constraint=models.UniqueConstraint(fields=("city", "day_on"), name="counted_day_once"),
        ),
        migrations.AddIndex(
            model_name="daycount",
            index=models.Index(fields=["city", "hour", "day_on", "calls"], name="day_count_by_hour"),
        ),
        migrations.AddIndex(
            model_name="daycount",
            index=models.Index(fields=["city", "day_on"], name="day_count_by_day"),
        ),
        migrations.AddConstraint(
            model_name="daycount",
            constraint=models.CheckConstraint(condition=models.Q(("hour__lte", 24)), name="day_count_hour_of_a_day"),
        ),
        migrations.AddConstraint(
            model_name="daycount",
            constraint=models.CheckConstraint(
                condition=models.Q(("line__isnull", True), ("official__isnull", True), _connector="OR"),
                name="day_count_of_line_or_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="daycount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered__lte", models.F("calls")),
                    ("contact_in_time__lte", models.F("contact_due")),
                    ("in_person__lte", models.F("answered")),
                    ("contact_due__lte", models.F("matters")),
                    ("satisfied__lte", models.F("solved")),
                    ("solved__lte", models.F("rated")),
                ),
                name="day_count_parts_within_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="daycount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("line__isnull", False)),
                fields=("city", "day_on", "hour", "line"),
                name="day_count_line_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="daycount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("line__isnull", True), ("official__isnull", False)),
                fields=("city", "day_on", "hour", "official"),
                name="day_count_holder_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="daycount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("line__isnull", True), ("official__isnull", True)),
                fields=("city", "day_on", "hour"),
                name="day_count_nobody_once",
            ),
        ),
        migrations.AddIndex(
            model_name="decayalarm",
            index=models.Index(fields=["watch", "-at"], name="decay_alarm_by_watch"),
        ),
        migrations.AddConstraint(
            model_name="decayalarm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("over_at__isnull", True)), fields=("watch",), name="decay_alarm_once_a_fall"
            ),
        ),
        migrations.AddConstraint(
            model_name="decayalarm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("seen_at__isnull", True), ("seen_by__isnull", True)),
                    models.Q(("seen_at__isnull", False), ("seen_by__isnull", False)),
                    _connector="OR",
                ),
                name="decay_alarm_seen_by_somebody",
            ),
        ),
    ]
