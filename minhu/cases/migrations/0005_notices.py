import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_by_day_for_figures"),
        ("directory", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_kind_known",
        ),
        migrations.AddField(
            model_name="notice",
            name="about_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="words",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AlterField(
            model_name="notice",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="cases.case"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["city", "kind", "at"], name="notice_by_kind"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
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
                        ],
                    )
                ),
                name="notice_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("about_id__isnull", True),
                        ("case__isnull", False),
                        ("due_at__isnull", True),
                        models.Q(("kind__in", ["alarm", "correct"]), _negated=True),
                    ),
                    models.Q(
                        ("about_id__isnull", False),
                        ("case__isnull", True),
                        ("note__isnull", True),
                        ("promise__isnull", True),
                        ("kind__in", ["alarm", "correct"]),
                        models.Q(("words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="notice_about_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("case__isnull", True)),
                fields=("kind", "about_id", "to_official"),
                name="notice_official_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("case__isnull", True)),
                fields=("kind", "about_id", "to_office", "to_role"),
                name="notice_role_once",
            ),
        ),
    ]
