from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from sla import recomputing, scanning
from sla.models import Clock
from tests.conftest import MONDAY_9AM
from tickets import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_busy_ticket(clock, ticket, ana, rui):
    """Asked, answered, breached, escalated, lowered, resolved and reopened."""
    actions.take(ticket, by=ana)
    clock.move_to(MONDAY_9AM + timedelta(minutes=40))
    scanning.scan(MONDAY_9AM + timedelta(minutes=40))
    actions.ask_requester(ticket, by=ana, body="Which version?")
    clock.shift(timedelta(hours=1))
    actions.reply(ticket, by=rui, body="4.3.2")
    actions.set_priority(ticket, by=ana, priority="P3", reason="one room only")
    clock.shift(timedelta(hours=1))
    actions.resolve(ticket, by=ana, body="Done.")
    clock.shift(timedelta(hours=1))
    return actions.reply(ticket, by=rui, body="Not quite.")


def test_stored_clocks_are_what_the_events_say(a_busy_ticket):
    assert list(recomputing.differences()) == []


def test_a_row_that_was_tampered_with_is_found_named_and_repaired(a_busy_ticket):
    right = a_busy_ticket.clocks.get(target="resolution").due_at
    Clock.objects.filter(target="resolution").update(due_at=right + timedelta(days=1))
    (difference,) = recomputing.differences()
    assert (difference.ticket, difference.clock, difference.field) == (
        a_busy_ticket.pk,
        "resolution",
        "due_at",
    )
    assert difference.computed == right

    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("recompute_clocks", check=True, stdout=out)
    assert "1 differences" in out.getvalue()
    assert "because" in out.getvalue() and "P3 allows 1 day, 0:00:00" in out.getvalue()
    assert "1:00:00 paused" in out.getvalue()
    call_command("recompute_clocks", stdout=StringIO())
    assert list(recomputing.differences()) == []
    assert a_busy_ticket.clocks.get(target="resolution").due_at == right


def test_a_next_deadline_that_is_wrong_on_the_ticket_is_found(a_busy_ticket):
    type(a_busy_ticket).objects.update(next_due_at=MONDAY_9AM)
    assert [difference.field for difference in recomputing.differences()] == ["next_due_at"]
