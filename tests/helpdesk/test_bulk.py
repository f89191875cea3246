from datetime import timedelta

import pytest

from accounts.models import User
from helpdesk import bulk
from sla.models import Clock
from tests.conftest import MONDAY_9AM
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_named_columns_of_many_rows_are_written_in_one_statement_and_no_others(
    clock, ticket, ana, mia, django_assert_num_queries
):
    ticket.assignee, ticket.next_due_at, ticket.subject = ana, None, "changed in memory only"
    with django_assert_num_queries(1):
        bulk.update([ticket], ["assignee", "next_due_at"])
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.next_due_at) == (ana, None)
    assert ticket.subject == "Black screen on Android 14 after joinChannel"

    ana.name, mia.name, mia.is_lead = "Ana “A.” O'Neill, {x}", "毛", True
    bulk.update([ana, mia], ["name", "is_lead"])
    assert set(User.objects.filter(pk__in=[ana.pk, mia.pk]).values_list("name", "is_lead")) == {
        ("Ana “A.” O'Neill, {x}", False),
        ("毛", True),
    }


def test_moments_keep_their_microseconds(clock, ticket):
    ticket.next_due_at = MONDAY_9AM.replace(microsecond=123456)
    bulk.update([ticket], ["next_due_at"])
    assert Ticket.objects.get(pk=ticket.pk).next_due_at.microsecond == 123456


@pytest.mark.parametrize("text", ["NULL", "null", "", " a ", "a\\b", 'a"b', "a,b\n{c}\t'd'", "\\N", "毛 %s"])
def test_a_text_is_written_as_it_is(ticket, text):
    ticket.subject = text
    bulk.update([ticket], ["subject"])
    assert Ticket.objects.get(pk=ticket.pk).subject == text


@pytest.mark.parametrize(
    "length",
    [
        timedelta(microseconds=-1),
        timedelta(days=-2, hours=3),
        timedelta(0),
        timedelta(days=400, microseconds=7),
    ],
)
def test_durations_keep_their_sign_and_their_microseconds(ticket, length):
    clock = Clock.objects.filter(ticket=ticket).first()
    clock.elapsed, clock.paused = length, None
    bulk.update([clock], ["elapsed", "paused"])
    clock.refresh_from_db()
    assert (clock.elapsed, clock.paused) == (length, None)


def test_nothing_to_write_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.update([], ["subject"])


def test_new_rows_get_their_keys_in_order_and_say_what_django_would_have_written(ticket, ana):
    from events.models import Event
    from sla.engine import State

    template = Clock.objects.filter(ticket=ticket).first()
    columns = [field.attname for field in Clock._meta.concrete_fields if not field.primary_key]
    values = {name: getattr(template, name) for name in columns}
    rows = [Clock(**{**values, "target": "next_response", "cycle": cycle}) for cycle in (1, 2, 3)]
    rows[0].state, rows[1].holder_at_breach = State.MET, ana
    bulk.insert(rows)
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    assert not any(row._state.adding for row in rows)
    for row in rows:
        stored = Clock.objects.get(pk=row.pk)
        assert [getattr(stored, name) for name in columns] == [getattr(row, name) for name in columns]

    event = Event(
        ticket=ticket,
        sequence=99,
        kind="x",
        at=MONDAY_9AM,
        recorded_at=MONDAY_9AM,
        data={"quoted": "O'Neill \\ “{x}” 毛", "at": MONDAY_9AM, "none": None, "list": [1, {"a": True}]},
        previous_hash="a",
        hash="b",
    )
    bulk.insert([event])
    assert Event.objects.get(pk=event.pk).data == {
        "quoted": "O'Neill \\ “{x}” 毛",
        "at": "2026-07-13T09:00:00Z",
        "none": None,
        "list": [1, {"a": True}],
    }


def test_no_new_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert([])
