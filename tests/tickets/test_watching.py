"""Who follows a ticket hears what its requester hears."""

import pytest
from django.urls import reverse

from accounts.models import Membership
from events.models import Event
from helpdesk.errors import InvalidTransition
from notifications.audience import Way, audience
from tests.conftest import person
from tickets import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo(kite):
    """Leads Rui's organisation, so sees Rui's tickets."""
    bo = person("Bo Lin", domain="kite.example")
    Membership.objects.create(user=bo, organization=kite, role=Membership.Role.LEAD)
    return bo


def told(ticket, kind):
    event = Event.objects.select_related("ticket").filter(ticket=ticket.pk, kind=kind).latest("pk")
    return audience(event)


def test_a_colleague_who_follows_is_told_of_replies_and_the_requester_that_they_follow(ticket, ana, rui, bo):
    actions.reply(ticket, by=ana, body="Which device?")
    assert told(ticket, "ticket.replied") == {rui: Way.BOTH}
    actions.watch(ticket, by=bo)
    assert told(ticket, "ticket.watched") == {rui: Way.NOTICE}
    actions.reply(ticket, by=ana, body="And which version?")
    assert told(ticket, "ticket.replied") == {rui: Way.BOTH, bo: Way.BOTH}
    actions.unwatch(ticket, by=bo)
    actions.reply(ticket, by=ana, body="Hello?")
    assert told(ticket, "ticket.replied") == {rui: Way.BOTH}


def test_nobody_follows_twice_or_their_own(ticket, rui, bo):
    with pytest.raises(InvalidTransition):
        actions.watch(ticket, by=rui)
    with pytest.raises(InvalidTransition):
        actions.unwatch(ticket, by=bo)
    actions.watch(ticket, by=bo)
    with pytest.raises(InvalidTransition):
        actions.watch(ticket, by=bo)


def test_who_no_longer_sees_the_ticket_is_told_nothing(ticket, ana, bo):
    actions.watch(ticket, by=bo)
    bo.memberships.all().delete()
    actions.reply(ticket, by=ana, body="Which device?")
    assert bo not in told(ticket, "ticket.replied")


def test_the_page_lets_a_lead_follow_and_stop_and_a_stranger_not_even_look(ticket, client, rui, bo, zoe):
    follow, stop = (reverse(name, args=[ticket.pk]) for name in ("ticket_watch", "ticket_unwatch"))
    client.force_login(zoe)
    assert client.post(follow).status_code == 404
    client.force_login(rui)
    assert client.post(follow).status_code == 403
    assert b"ticket_watch" not in client.get(ticket.get_absolute_url()).content
    client.force_login(bo)
    assert follow.encode() in client.get(ticket.get_absolute_url()).content
    assert client.get(follow).status_code == 405
    assert client.post(follow).status_code == 302
    assert ticket.watchers.get().user == bo
    assert stop.encode() in client.get(ticket.get_absolute_url()).content
    assert client.post(stop).status_code == 302
    assert not ticket.watchers.exists()
