import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("kb", "0004_kinds_from_shelves"),
        ("products", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="article",
            index=django.contrib.postgres.indexes.GinIndex(fields=["error_codes"], name="article_error_codes"),
        ),
        # Ranking reads this vector of hundreds of articles: it stays in the row. Out of line each cost several
        # pages more, and the planner, which does not count them, read the whole table instead of the index.
        migrations.RunSQL(
            [
                "alter table kb_article alter column search set storage main",
                "update kb_article set search = (search::text)::tsvector where search is not null",
            ],
            "alter table kb_article alter column search set storage extended",
        ),
    ]
