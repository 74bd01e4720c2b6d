from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_handed_over_watched_and_avoided"),
        ("directory", "0001_initial"),
        ("intake", "0003_about_whom_and_one_open_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["city", "due_at"], name="promise_by_due"),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["city", "made_at"], name="promise_by_made"),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("kept_at__isnull", False)), fields=["city", "kept_at"], name="promise_by_kept"
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("released_at__isnull", False)),
                fields=["city", "released_at"],
                name="promise_by_released",
            ),
        ),
        migrations.AddIndex(
            model_name="rating",
            index=models.Index(fields=["at"], name="rating_by_time"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["city", "handed_at"], name="transfer_by_time"),
        ),
    ]
