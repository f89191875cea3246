"""The command palette finds only what the person may see."""

import pytest
from django.urls import reverse

from accounts.models import Organization
from macros.models import Macro
from tickets import actions

pytestmark = pytest.mark.django_db


def found(client, q, **query):
    answer = client.get(reverse("palette"), {"q": q, **query})
    assert answer.status_code == 200
    return {group["title"]: group["items"] for group in answer.json()["groups"]}


def test_it_wants_a_person(client):
    assert client.get(reverse("palette"), {"q": "x"}).status_code == 302


def test_an_agent_finds_tickets_by_number_and_by_words(client, ana, ticket):
    client.force_login(ana)
    for typed in (str(ticket.number), f"#{ticket.number}", "black joinChannel"):
        (one,) = found(client, typed)["Tickets"]
        assert one["url"] == ticket.get_absolute_url()
        assert ticket.subject in one["title"]


def test_finished_tickets_are_found_too(client, ana, ticket):
    actions.resolve(ticket, by=ana, body="Solved.")
    client.force_login(ana)
    assert found(client, str(ticket.number))["Tickets"][0]["hint"].startswith("resolved")


def test_customers_by_their_name_and_by_a_person(client, ana, ticket, rui, kite):
    client.force_login(ana)
    for typed in ("kite", rui.name[:4], rui.email):
        (one,) = found(client, typed)["Customers"]
        assert one["title"] == kite.name
        assert "Kite" in client.get(one["url"]).text


def test_a_requester_finds_own_tickets_and_no_customers(client, rui, zoe, ticket, kite):
    Organization.objects.create(name="Kite Rivals")
    client.force_login(rui)
    groups = found(client, "kite")
    assert "Customers" not in groups
    assert found(client, str(ticket.number))["Tickets"]
    client.force_login(zoe)
    assert found(client, str(ticket.number)) == {}
    assert found(client, "black") == {}


def test_macros_are_offered_for_the_ticket_on_the_screen(client, ana, lena, ticket):
    Macro.objects.create(name="Ask for the log", owner=ana, steps=[{"do": "take"}])
    Macro.objects.create(name="Ask Lena", owner=lena, steps=[{"do": "take"}])
    client.force_login(ana)
    (one,) = found(client, "ask", ticket=ticket.number)["Macros"]
    assert one["title"] == "Ask for the log"
    assert str(ticket.number) in one["url"]


def test_no_words_find_nothing(client, ana, ticket):
    client.force_login(ana)
    assert found(client, "  ") == {}
    assert found(client, "\0") == {}


def test_it_costs_few_statements(client, ana, ticket, django_assert_max_num_queries):
    client.force_login(ana)
    found(client, "kite", ticket=ticket.number)  # what is kept between questions is there from now on
    with django_assert_max_num_queries(13):
        found(client, "kite live android", ticket=ticket.number)
