"""The words of what is there already: those of the ticket's own index, and those of its notes."""

from django.contrib.postgres.search import SearchVector
from django.db import migrations
from django.db.models import F, Func, Value

from helpdesk.text import segmented


def fill(apps, schema_editor):
    DeskWords = apps.get_model("tickets", "DeskWords")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "insert into tickets_deskwords (ticket_id, notes, search)"
            " select number, '', coalesce(search, '') from tickets_ticket on conflict do nothing"
        )
    notes = apps.get_model("tickets", "Note").objects.values_list("ticket", "body")
    for ticket, body in notes.iterator():
        words = SearchVector(Value(segmented(body[:20_000])), weight="C", config="english")
        DeskWords.objects.filter(ticket=ticket).update(
            notes=Func(F("notes"), words, template="(%(expressions)s)", arg_joiner=" || "),
            search=Func(F("search"), words, template="(%(expressions)s)", arg_joiner=" || "),
        )


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_words_for_the_desk")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
