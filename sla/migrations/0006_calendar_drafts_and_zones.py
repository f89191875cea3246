import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from sla.calendars.zones import rules_of


def note_the_rules(apps, schema_editor):
    """Calendars so far counted by the rules of this machine: write them down."""
    for version in apps.get_model("sla", "CalendarVersion").objects.all():
        version.zone_data = rules_of(version.definition["tz"])
        version.applied_at = version.created_at
        version.save(update_fields=["zone_data", "applied_at"])


class Migration(migrations.Migration):

    dependencies = [
        ("sla", "0005_fewer_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('name_zh', models.CharField(blank=True, max_length=80, verbose_name='name in Chinese')),
                ('definition', models.JSONField()),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='ZoneDatabase',
            fields=[
                ('version', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('first_seen_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='calendarversion',
            name='applied_at',
            field=models.DateTimeField(help_text='When the clocks of open tickets had all gone over to this version (C2).', null=True),
        ),
        migrations.AddField(
            model_name='calendarversion',
            name='zone_data',
            field=models.BinaryField(default=bytes, help_text='RFC 9636; empty: the rules of the machine.'),
        ),
        migrations.RunPython(note_the_rules, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='calendarversion',
            index=models.Index(condition=models.Q(('applied_at', None)), fields=['id'], name='calendar_version_to_apply'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarversion',
            trigger=pgtrigger.compiler.Trigger(name='no_change', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."calendar_id" IS DISTINCT FROM (NEW."calendar_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."definition" IS DISTINCT FROM (NEW."definition") OR OLD."zone_data" IS DISTINCT FROM (NEW."zone_data") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."note" IS DISTINCT FROM (NEW."note"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='38d8d8341d7fa85be29a7cd4d74e7272ab78a6e6', operation='UPDATE', pgid='pgtrigger_no_change_c3445', table='sla_calendarversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarversion',
            trigger=pgtrigger.compiler.Trigger(name='no_removal', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='812e17243e60f7528a9e57c0b32904292210dc2f', operation='DELETE', pgid='pgtrigger_no_removal_f5522', table='sla_calendarversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarversion',
            trigger=pgtrigger.compiler.Trigger(name='no_truncation', sql=pgtrigger.compiler.UpsertTriggerSql(func="raise exception 'rows of % are never removed', TG_TABLE_NAME;", hash='88c1d69d69c0ced799ba0bf5593f68c2a613e26b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncation_9a5d8', table='sla_calendarversion', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='calendardraft',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_drafts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='calendardraft',
            name='based_on',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.calendarversion'),
        ),
        migrations.AddField(
            model_name='calendardraft',
            name='calendar',
            field=models.ForeignKey(help_text='Empty: a new one.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='sla.calendar'),
        ),
        migrations.AddConstraint(
            model_name='calendardraft',
            constraint=models.UniqueConstraint(fields=('author', 'calendar'), name='calendar_draft_once', nulls_distinct=False),
        ),
    ]
