import pytest

from accounts.models import Membership
from tests.conftest import person
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


def sees(user, ticket):
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


def test_the_requester_and_the_desk_see_a_ticket_and_a_stranger_does_not(ticket, rui, ana, mia, zoe):
    assert sees(rui, ticket) and sees(ana, ticket) and sees(mia, ticket)
    assert not sees(zoe, ticket)
    assert not Message.objects.visible_to(zoe).exists()


def test_a_colleague_sees_it_only_as_the_organisations_lead(ticket, kite):
    bo = person("Bo Berg", domain="kite.example")
    membership = Membership.objects.create(user=bo, organization=kite)
    assert not sees(bo, ticket)
    membership.role = Membership.Role.LEAD
    membership.save(update_fields=["role"])
    assert sees(bo, ticket)


def test_who_left_the_organisation_no_longer_sees_its_tickets(ticket, rui):
    rui.memberships.all().delete()
    assert not sees(rui, ticket)


def test_who_may_not_sign_in_sees_nothing(ticket, rui, ana):
    for user in (rui, ana):
        user.is_active = False
        assert not sees(user, ticket)
