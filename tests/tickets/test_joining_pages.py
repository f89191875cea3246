"""Merge, split, link, dismiss on the workspace: who may, what is shown before, what follows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Organization
from tests.conftest import person
from tickets import actions
from tickets.models import Link, Ticket

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
WITH_FORM = ["ticket_merge", "ticket_split", "ticket_link", "ticket_dismiss"]


@pytest.fixture
def desk(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture
def second(ticket, rui, kite):
    return actions.create(
        requester=rui, by=rui, organization=kite, priority="P1", subject="All black", body="Now everywhere."
    )


@pytest.fixture
def foreign(zoe):
    """Zoe's ticket, of another organisation."""
    ondo = Organization.objects.get(name="Ondo Fitness")
    return actions.create(
        requester=zoe, by=zoe, organization=ondo, priority="P2", subject="Ondo secret", body="Ondo words"
    )


def url(name, ticket, *more):
    return reverse(name, args=[ticket.number, *more])


# --- Who may


@pytest.mark.parametrize("name", WITH_FORM)
def test_joining_is_the_desks(client, ticket, ana, mia, rui, zoe, name):
    address = url(name, ticket)
    assert client.get(address)["Location"].startswith("/accounts/login/")
    for user, status in ((zoe, 404), (rui, 403), (ana, 200), (mia, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status
        if status != 200:
            assert client.post(address).status_code == status


@pytest.mark.parametrize("name", ["ticket_restore", "ticket_unlink"])
def test_taking_back_is_the_desks_and_never_a_link(client, ticket, ana, rui, zoe, name):
    address = url(name, ticket, *([1] if name == "ticket_unlink" else []))
    for user, status in ((zoe, 404), (rui, 403)):
        client.force_login(user)
        assert client.post(address).status_code == status
    client.force_login(ana)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 409


def test_what_belongs_together_is_shown_to_the_desk_only(client, ticket, ana, rui, zoe):
    address = url("ticket_connections", ticket)
    for user, status in ((zoe, 403), (rui, 403), (ana, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status


@pytest.mark.parametrize(("name", "field"), [("ticket_merge", "into"), ("ticket_link", "to")])
def test_a_ticket_that_is_not_there_cannot_be_named(desk, ticket, name, field):
    for number in ("99", "x", "-1", str(ticket.number), "9" * 30):
        assert desk.get(url(name, ticket), {field: number}).status_code == 404
        assert desk.post(url(name, ticket), {field: number}).status_code == 404


# --- Merge


def test_the_other_ticket_is_found_by_number_and_words_among_those_of_the_customer(
    desk, ticket, second, foreign
):
    def found(words):
        return desk.get(url("ticket_merge", ticket), {"q": words}).context["found"]

    assert found("") == [second]
    assert found("everywhere") == [second]
    assert found("Ondo") == []
    assert found(f"#{second.number}") == [second]
    assert found("\0") == [second]
    assert found(str(foreign.number)) == [foreign]  # to be told why it does not fit


def test_what_will_happen_is_said_before(desk, ticket, second):
    page = desk.get(url("ticket_merge", second), {"into": ticket.number}).content.decode()
    assert f"#{second.number} is closed and points to #{ticket.number}" in page
    assert f"The response of #{second.number} is cancelled" in page
    assert 'name="earlier_start"' not in page and 'name="share"' not in page

    other_way = desk.get(url("ticket_merge", ticket), {"into": second.number}).content.decode()
    assert 'name="earlier_start"' in other_way


def test_two_customers_are_refused_with_a_way_out(desk, ticket, foreign):
    page = desk.get(url("ticket_merge", ticket), {"into": foreign.number}).content.decode()
    assert "belong to different customers" in page and "Link them instead" in page
    answer = desk.post(url("ticket_merge", ticket), {"into": foreign.number, "share": "on"})
    assert answer.status_code == 422
    assert not Ticket.objects.exclude(merged_into=None).exists()


def test_merging_leads_to_the_survivor(desk, ticket, second):
    answer = desk.post(url("ticket_merge", second), {"into": ticket.number})
    assert answer["Location"] == ticket.get_absolute_url()
    page = desk.get(ticket.get_absolute_url()).content.decode()
    assert url("ticket_thread", second) in page
    old = desk.get(second.get_absolute_url()).content.decode()
    assert f"This ticket was merged into #{ticket.number}" in old
    assert url("ticket_restore", second) in old

    again = desk.post(url("ticket_merge", second), {"into": ticket.number}, headers=HTMX)
    assert (again.status_code, again["HX-Retarget"]) == (409, "#action")


def test_colleagues_are_named_before_they_share(desk, ticket, kite):
    bea = person("Bea Berg", domain="kite.example")
    Membership.objects.create(user=bea, organization=kite)
    hers = actions.create(
        requester=bea, by=bea, organization=kite, priority="P2", subject="Black too", body="?"
    )
    page = desk.get(url("ticket_merge", hers), {"into": ticket.number}).content.decode()
    assert "may read both conversations: Bea Berg, Rui Tan" in page
    assert desk.post(url("ticket_merge", hers), {"into": ticket.number}).status_code == 422
    done = desk.post(url("ticket_merge", hers), {"into": ticket.number, "share": "on"}, headers=HTMX)
    assert done["HX-Redirect"] == ticket.get_absolute_url()


def test_the_merge_is_taken_back_from_the_source(desk, ticket, second, ana):
    actions.merge(second, into=ticket, by=ana)
    desk.post(url("ticket_restore", second))
    second.refresh_from_db()
    assert (second.status, second.merged_into) == ("new", None)
    assert url("ticket_thread", second) not in desk.get(ticket.get_absolute_url()).content.decode()


def test_the_words_of_a_source_are_read_by_who_may_see_it(client, ticket, second, ana, rui, zoe):
    actions.note(second, by=ana, body="CANARY-NOTE")
    actions.merge(second, into=ticket, by=ana)
    address = url("ticket_thread", second)
    client.force_login(zoe)
    assert client.get(address, headers=HTMX).status_code == 404
    client.force_login(rui)
    part = client.get(address, headers=HTMX).content.decode()
    assert "Now everywhere." in part and "CANARY" not in part and "<html" not in part
    assert client.get(address)["Location"] == second.get_absolute_url()
    client.force_login(ana)
    assert "CANARY-NOTE" in client.get(address, headers=HTMX).content.decode()


def test_the_requester_is_led_to_the_survivor_and_writes_there(client, ticket, second, ana, rui):
    actions.merge(second, into=ticket, by=ana)
    client.force_login(rui)
    page = client.get(second.get_absolute_url()).content.decode()
    assert f"Your answer is added to #{ticket.number}." in page
    assert "goes on in another one" in page
    answer = client.post(url("ticket_reply", second), {"body": "Also on iOS."})
    assert answer["Location"].startswith(ticket.get_absolute_url())
    assert ticket.messages.last().body == "Also on iOS."


@pytest.mark.parametrize("viewer", ["ana", "rui"])
def test_merged_tickets_cost_at_most_ten_queries(client, ticket, second, ana, rui, kite, viewer, request):
    for source in (
        second,
        actions.create(requester=rui, by=rui, organization=kite, priority="P3", subject="Third", body="?"),
    ):
        actions.merge(source, into=ticket, by=ana)
    client.force_login(request.getfixturevalue(viewer))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(ticket.get_absolute_url()).status_code == 200
    assert len(queries) <= 10, [query["sql"][:100] for query in queries]


# --- Split


def test_splitting_offers_the_messages_and_leads_to_the_new_ticket(desk, ticket, rui, ana):
    actions.note(ticket, by=ana, body="CANARY-NOTE")
    actions.reply(ticket, by=rui, body="And the echo?")
    page = desk.get(url("ticket_split", ticket)).content.decode()
    assert "And the echo?" in page and "CANARY" not in page

    chosen = {"messages": [ticket.messages.last().pk], "subject": "Echo", "priority": "P3"}
    empty = desk.post(url("ticket_split", ticket), {**chosen, "messages": []})
    assert empty.status_code == 422 and "Echo" in empty.content.decode()
    answer = desk.post(url("ticket_split", ticket), chosen, headers=HTMX)
    new = Ticket.objects.get(subject="Echo")
    assert answer["HX-Redirect"] == new.get_absolute_url()
    assert "CANARY" not in desk.get(new.get_absolute_url()).content.decode()
    linked = desk.get(url("ticket_connections", new)).content.decode()
    assert "was split from" in linked and f"#{ticket.number}" in linked


def test_messages_of_another_ticket_are_not_split_off(desk, ticket, foreign):
    data = {"messages": [foreign.messages.get().pk], "subject": "Mine now", "priority": "P3"}
    assert desk.post(url("ticket_split", ticket), data).status_code == 422
    assert not Ticket.objects.filter(subject="Mine now").exists()


# --- Link and dismiss


@pytest.mark.parametrize(
    ("kind", "here", "there"),
    [("blocks", "blocks", "is blocked by"), ("parent-back", "is a child of", "is the parent of")],
)
def test_a_link_reads_right_from_both_sides(desk, ticket, second, kind, here, there):
    assert desk.get(url("ticket_link", ticket), {"to": second.number}).status_code == 200
    desk.post(url("ticket_link", ticket), {"to": second.number, "kind": kind})
    for one, words in ((ticket, here), (second, there)):
        assert words in desk.get(url("ticket_connections", one)).content.decode()
    again = desk.post(url("ticket_link", ticket), {"to": second.number, "kind": kind})
    assert again.status_code == 409
    desk.post(url("ticket_unlink", second, Link.objects.get().pk))
    assert not Link.objects.exists()


def test_a_requester_sees_no_link_nor_the_other_customers_ticket(client, ticket, foreign, ana, rui):
    actions.link(ticket, to=foreign, kind="related", by=ana)
    client.force_login(rui)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert f"#{foreign.number}" not in page and "Ondo" not in page


def test_a_duplicate_names_the_other_ticket_for_the_desk_only(client, ticket, second, foreign, ana, rui):
    client.force_login(ana)
    address = url("ticket_dismiss", second)
    assert client.post(address, {"why": "duplicate", "of": "99"}).status_code == 422
    client.post(address, {"why": "duplicate", "of": f"#{foreign.number}"})
    second.refresh_from_db()
    assert second.status == "closed"
    assert f"#{foreign.number}" in client.get(second.get_absolute_url()).content.decode()
    client.force_login(rui)
    page = client.get(second.get_absolute_url()).content.decode()
    assert f"#{foreign.number}" not in page and "duplicate" not in page.lower()
