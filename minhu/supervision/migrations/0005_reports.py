from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0001_initial"),
        ("supervision", "0004_ladder"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="daycount",
            name="day_count_parts_within_whole",
        ),
        migrations.AddField(
            model_name="daycount",
            name="up_answered",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="daycount",
            name="went_up",
            field=models.PositiveIntegerField(db_default=0, default=0),
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
                    ("up_answered__lte", models.F("went_up")),
                ),
                name="day_count_parts_within_whole",
            ),
        ),
    ]
