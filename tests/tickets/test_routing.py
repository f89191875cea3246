import pytest

from accounts.models import Organization, User
from helpdesk.errors import InvalidInput, InvalidTransition
from tests.conftest import person
from tickets import actions

pytestmark = pytest.mark.django_db


def test_taking_a_new_ticket_makes_it_mine_and_open(ticket, ana):
    ticket = actions.take(ticket, by=ana)
    assert (ticket.assignee, ticket.status) == (ana, "open")
    with pytest.raises(InvalidTransition):
        actions.take(ticket, by=ana)


def test_a_customer_can_neither_take_nor_be_given_a_ticket(ticket, ana, rui):
    with pytest.raises(InvalidInput):
        actions.take(ticket, by=rui)
    with pytest.raises(InvalidInput):
        actions.assign(ticket, by=ana, to=rui)


def test_released_it_lies_in_the_queue_again(ticket, ana):
    actions.take(ticket, by=ana)
    ticket = actions.release(ticket, by=ana)
    assert ticket.assignee is None
    with pytest.raises(InvalidTransition):
        actions.release(ticket, by=ana)


def test_handing_over_needs_a_reason_and_another_tier(ticket, ana, lena):
    with pytest.raises(InvalidInput):
        actions.hand_over(ticket, by=ana, tier="L2", reason="")
    with pytest.raises(InvalidTransition):
        actions.hand_over(ticket, by=ana, tier="L1", reason="x")
    with pytest.raises(InvalidInput):
        actions.hand_over(ticket, by=ana, tier="L2", reason="x", to=ana)
    ticket = actions.hand_over(ticket, by=ana, tier="L2", reason="Needs the edge logs.", to=lena)
    assert (ticket.tier, ticket.assignee) == ("L2", lena)


def test_a_hand_over_to_tam_reaches_the_organisations_own_tam(ticket, ana):
    tam = person("Mo Khan", role=User.Role.AGENT, tier="TAM")
    Organization.objects.filter(pk=ticket.organization_id).update(tam=tam)
    ticket = actions.hand_over(ticket, by=ana, tier="TAM", reason="Key customer.")
    assert ticket.assignee == tam


def test_escalation_climbs_one_tier_at_a_time_and_stops_at_the_top(clock, ticket, ana):
    actions.take(ticket, by=ana)
    at = ticket.created_at
    ticket = actions.escalate(ticket, because={"target": "response"}, at=at)
    assert (ticket.tier, ticket.assignee) == ("L2", ana)
    ticket = actions.escalate(ticket, because={"target": "resolution"}, at=at)
    assert ticket.tier == "TAM"
    ticket = actions.escalate(ticket, because={"target": "resolution"}, at=at)
    assert [event.kind for event in ticket.events.all()].count("ticket.escalated") == 2
