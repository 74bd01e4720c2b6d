from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_hot_issues_told")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["city", "holder", "line"], name="case_by_holder_line"),
        ),
    ]
