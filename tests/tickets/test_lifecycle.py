from datetime import timedelta

import pytest
from django.conf import settings

from helpdesk.errors import InvalidInput, InvalidTransition
from tickets import actions, tasks

pytestmark = pytest.mark.django_db


def test_nobody_can_resolve_what_nobody_answered(ticket, ana):
    with pytest.raises(InvalidInput):
        actions.resolve(ticket, by=ana)
    assert actions.resolve(ticket, by=ana, body="Fixed in 4.3.3.").status == "resolved"


def test_resolving_twice_is_refused(ticket, ana):
    actions.resolve(ticket, by=ana, body="Fixed.")
    with pytest.raises(InvalidTransition):
        actions.resolve(ticket, by=ana, body="Fixed again.")


def test_reopening_counts_and_takes_the_moment_back(ticket, ana):
    actions.resolve(ticket, by=ana, body="Fixed.")
    ticket = actions.reopen(ticket, by=ana, reason="The fix was rolled back.")
    assert (ticket.status, ticket.resolved_at, ticket.reopen_count) == ("open", None, 1)
    with pytest.raises(InvalidTransition):
        actions.reopen(ticket, by=ana)


def test_a_priority_change_needs_a_reason_and_a_difference(ticket, ana):
    with pytest.raises(InvalidInput):
        actions.set_priority(ticket, by=ana, priority="P1", reason="  ")
    with pytest.raises(InvalidTransition):
        actions.set_priority(ticket, by=ana, priority="P2", reason="again")
    with pytest.raises(InvalidInput):
        actions.set_priority(ticket, by=ana, priority="P0", reason="no such thing")
    ticket = actions.set_priority(ticket, by=ana, priority="P1", reason="All viewers are affected.")
    event = ticket.events.last()
    assert event.changes == {"priority": ["P2", "P1"]}
    assert event.data["reason"] == "All viewers are affected."


def test_holding_needs_a_reason_and_resuming_forgets_it(ticket, ana):
    with pytest.raises(InvalidInput):
        actions.hold(ticket, by=ana, reason="")
    ticket = actions.hold(ticket, by=ana, reason="Fix ships with 4.3.3 on Thursday.")
    assert (ticket.status, ticket.hold_reason) == ("on_hold", "Fix ships with 4.3.3 on Thursday.")
    ticket = actions.resume(ticket, by=ana)
    assert (ticket.status, ticket.hold_reason) == ("open", "")


def test_what_stays_resolved_is_closed_after_some_days(clock, ticket, ana):
    actions.resolve(ticket, by=ana, body="Fixed.")
    clock.shift(settings.AUTO_CLOSE_AFTER - timedelta(seconds=1))
    tasks.close_resolved()
    ticket.refresh_from_db()
    assert ticket.status == "resolved"

    clock.shift(timedelta(seconds=1))
    tasks.close_resolved()
    tasks.close_resolved()
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert [event.kind for event in ticket.events.all()].count("ticket.closed") == 1


def test_an_agreed_date_belongs_to_a_p4_and_lies_ahead(clock, ticket, ana):
    tomorrow = ticket.created_at + timedelta(days=1)
    with pytest.raises(InvalidTransition):
        actions.agree_date(ticket, by=ana, agreed_at=tomorrow, body="By tomorrow.")
    actions.set_priority(ticket, by=ana, priority="P4", reason="A wish.")
    with pytest.raises(InvalidInput):
        actions.agree_date(ticket, by=ana, agreed_at=ticket.created_at, body="Now.")
    ticket = actions.agree_date(ticket, by=ana, agreed_at=tomorrow, body="By tomorrow.")
    assert ticket.events.last().kind == "ticket.date_agreed"
    assert ticket.messages.last().body == "By tomorrow."
