from django.db import migrations


class Migration(migrations.Migration):
    """Numbers have five digits from the first ticket on."""

    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "alter table tickets_ticket alter column number restart with 10001", migrations.RunSQL.noop
        )
    ]
