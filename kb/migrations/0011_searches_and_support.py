from typing import Any


import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.utils.crypto import salted_hmac


def digest_sessions(apps: Any, schema_editor: Any) -> None:
    """Ratings named the sessions of readers by their keys; now by what kb.views.reading makes of them."""
    ratings = apps.get_model("kb", "Rating").objects
    for rating in ratings.filter(reader__startswith="session:"):
        key = rating.reader.removeprefix("session:")
        digest = salted_hmac("kb.rating", key, algorithm="sha256").hexdigest()[:40]
        ratings.filter(pk=rating.pk).update(reader=f"session:{digest}")


class Migration(migrations.Migration):

    dependencies = [
        ('kb', '0010_synonyms_changes'),
        ('products', '0002_sdk_versions'),
        ('tickets', '0007_watchers'),
    ]

    operations = [
        migrations.RunPython(digest_sessions, migrations.RunPython.noop),
        migrations.AddField(
            model_name='article',
            name='support_ended_on',
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='rating',
            name='reader',
            field=models.CharField(help_text="A person's id, or a digest of the session of somebody not signed in.", max_length=64),
        ),
        migrations.CreateModel(
            name='ReadBefore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, help_text='When the ticket was filed.')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_before', to='kb.article')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_before', to='tickets.ticket')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='read_before_by_moment')],
                'constraints': [models.UniqueConstraint(fields=('article', 'ticket'), name='read_before_once')],
            },
        ),
        migrations.CreateModel(
            name='Search',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(help_text='Of one page of results: told twice, it counts once.', unique=True)),
                ('words', models.CharField(help_text='Secrets and addresses masked.', max_length=200)),
                ('language', models.CharField(max_length=10)),
                ('platform', models.CharField(blank=True, max_length=20)),
                ('results', models.PositiveSmallIntegerField()),
                ('was_clicked', models.BooleanField(default=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('clicked', models.ForeignKey(help_text='The first result that was opened.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='kb.article')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='products.product')),
                ('ticket', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='searches_before', to='tickets.ticket')),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='search_by_moment')],
            },
        ),
    ]
