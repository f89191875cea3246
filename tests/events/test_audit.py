import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction

from events import audit
from events.models import Event
from events.recording import record
from tickets import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(ticket, ana, rui):
    actions.take(ticket, by=ana)
    actions.reply(ticket, by=ana, body="Which version?")
    return actions.reply(ticket, by=rui, body="4.3.2")


def behind_the_products_back(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("set local session_replication_role = origin")


def test_an_untouched_history_holds(history):
    assert list(audit.verify()) == []


def test_the_hash_is_that_of_the_whole_content_as_canonical_json(history, ana):
    """Written by hand here: what was hashed by an earlier release must still hold."""
    for event in history.events.all():
        content = {
            "ticket": event.ticket_id,
            "sequence": event.sequence,
            "kind": event.kind,
            "at": event.at.isoformat(timespec="microseconds"),
            "recorded_at": event.recorded_at.isoformat(timespec="microseconds"),
            "actor": event.actor_id,
            "data": event.data,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        assert event.hash == hashlib.sha256((event.previous_hash + text).encode()).hexdigest()


def test_data_is_hashed_as_it_is_read_back(ticket):
    """Numbers as keys are texts in JSON, and sort as such; a moment is a text."""
    facts = {10: "ten", 9: {"at": ticket.created_at, "names": ("毛", 'O\'Neill \\ "x"')}}
    with transaction.atomic():
        record("ticket.noted", ticket, by=None, at=ticket.created_at, facts=facts)
    assert ticket.events.last().data["facts"]["9"]["names"] == ["毛", 'O\'Neill \\ "x"']
    assert list(audit.verify()) == []


def test_the_database_refuses_to_change_or_remove_an_event(history):
    for attempt in (
        lambda: Event.objects.update(kind="ticket.nothing"),
        lambda: Event.objects.all()._raw_delete(using="default"),
        lambda: connection.cursor().execute("truncate events_event cascade"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert Event.objects.count() == 4


def test_a_changed_row_is_found(history):
    behind_the_products_back("update events_event set at = at - interval '1 hour' where sequence = 2")
    assert [(f.sequence, f.problem) for f in audit.verify()] == [(2, "its content was changed")]


def test_a_row_changed_together_with_its_hash_is_found_by_the_next(history):
    event = history.events.get(sequence=2)
    event.data = {"changes": {}}
    behind_the_products_back(
        "update events_event set data = '{\"changes\": {}}', hash = %s where sequence = 2",
        event.expected_hash(),
    )
    assert [f.sequence for f in audit.verify()] == [3]


def test_a_removed_row_is_found_in_the_middle_and_at_the_end(history):
    behind_the_products_back("delete from events_event where sequence = 4")
    assert [f.problem for f in audit.verify()] == ["the chain ends at 3, the ticket says 4"]
    behind_the_products_back("delete from events_event where sequence = 2")
    assert any("missing" in f.problem for f in audit.verify())


def test_swapped_rows_are_found(history):
    behind_the_products_back("update events_event set sequence = sequence + 100 where sequence in (2, 3)")
    behind_the_products_back("update events_event set sequence = 105 - sequence where sequence > 100")
    assert list(audit.verify())


def test_a_ticket_whose_whole_history_is_gone_is_found(history):
    behind_the_products_back("delete from events_event")
    assert [f.ticket for f in audit.verify()] == [history.pk]
