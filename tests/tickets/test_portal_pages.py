import pytest
from django.urls import reverse

from accounts.models import Membership
from tests.conftest import person
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo(kite):
    """Leads Kite Live."""
    bo = person("Bo Berg", domain="kite.example")
    Membership.objects.create(user=bo, organization=kite, role=Membership.Role.LEAD)
    return bo


def page(client, user, url):
    client.force_login(user)
    return client.get(url)


@pytest.mark.parametrize("name", ["portal", "my_tickets", "ticket_new"])
def test_who_is_not_signed_in_is_asked_to(client, name, db):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", ["portal", "my_tickets", "ticket_new"])
def test_the_pages_of_the_portal_answer(client, rui, ticket, name, language):
    rui.language = language
    rui.save(update_fields=["language"])
    assert page(client, rui, reverse(name)).status_code == 200


def test_a_stranger_gets_404_for_a_ticket_and_its_doors(client, ticket, rui, zoe):
    client.force_login(zoe)
    assert client.get(ticket.get_absolute_url()).status_code == 404
    for name in ("ticket_reply", "ticket_solved", "ticket_reopen"):
        assert client.post(reverse(name, args=[ticket.number]), {"body": "x"}).status_code == 404
    assert ticket.messages.count() == 1
    assert page(client, rui, ticket.get_absolute_url()).status_code == 200


def test_a_colleague_sees_it_only_as_the_organisations_lead(client, ticket, bo):
    assert page(client, bo, ticket.get_absolute_url()).status_code == 200
    bo.memberships.update(role=Membership.Role.MEMBER)
    assert client.get(ticket.get_absolute_url()).status_code == 404


def test_the_requesters_page_tells_the_story_without_the_desks_own(client, ticket, rui, ana, lena):
    actions.take(ticket, by=ana)
    actions.note(ticket, by=ana, body="CANARY-NOTE")
    actions.reply(ticket, by=ana, body="We are **looking** into it.")
    actions.hand_over(ticket, by=ana, tier="L2", to=lena, reason="CANARY-REASON")
    text = page(client, rui, ticket.get_absolute_url()).content.decode()

    assert "<b>Ana Nunes</b> took the ticket." in text
    assert "<strong>looking</strong>" in text
    assert "With Lena Wolf" in text
    assert "CANARY" not in text


def test_a_question_is_put_before_the_requester(client, ticket, rui, ana):
    actions.ask_requester(ticket, by=ana, body="Which SDK version?")
    assert "Your answer is needed" in page(client, rui, ticket.get_absolute_url()).content.decode()


def test_an_answer_goes_to_the_conversation_and_the_browser_may_forget_its_draft(client, ticket, rui):
    client.force_login(rui)
    draft = "8b0d4b43-0a24-4f0e-9d9a-111111111111"
    url = reverse("ticket_reply", args=[ticket.number])
    response = client.post(url, {"body": "4.3.2", "draft": draft}, follow=True)
    assert ticket.messages.last().body == "4.3.2"
    assert f'data-draft-done="{draft}"' in response.content.decode()


def test_an_empty_answer_is_refused_beside_the_composer(client, ticket, rui):
    client.force_login(rui)
    response = client.post(reverse("ticket_reply", args=[ticket.number]), {"body": "  "})
    assert response.status_code == 422
    assert "Please write something first." in response.content.decode()
    assert ticket.messages.count() == 1


def test_the_sign_in_that_interrupted_an_answer_leads_back_to_the_ticket(client, ticket, rui):
    for name in ("ticket_reply", "ticket_solved", "ticket_reopen"):
        response = page(client, rui, reverse(name, args=[ticket.number]))
        assert (response.status_code, response.url) == (302, ticket.get_absolute_url())
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.NEW


def test_the_customer_says_that_it_is_solved_and_confirms_a_resolution(client, ticket, rui, ana):
    client.force_login(rui)
    client.post(reverse("ticket_solved", args=[ticket.number]))
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.RESOLVED
    client.post(reverse("ticket_solved", args=[ticket.number]))
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.CLOSED


def test_it_is_not_solved_opens_it_again_with_a_word(client, ticket, rui, ana):
    actions.resolve(ticket, by=ana, body="Use 4.3.3.")
    client.force_login(rui)
    url = reverse("ticket_reopen", args=[ticket.number])
    assert client.post(url, {"reason": " "}).status_code == 422
    response = client.post(url, {"reason": "still black"}, follow=True)
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.OPEN
    assert "still black" in response.content.decode()


def test_an_answer_to_a_closed_ticket_files_one_that_follows_it_and_says_so_before(client, ticket, rui, ana):
    actions.resolve(ticket, by=ana, body="Use 4.3.3.")
    actions.close(ticket, by=ana)
    text = page(client, rui, ticket.get_absolute_url()).content.decode()
    assert f"#{ticket.number} is closed. Your answer files a new ticket that follows it." in text

    client.post(reverse("ticket_reply", args=[ticket.number]), {"body": "It is back."})
    follow_up = Ticket.objects.get(follows=ticket)
    assert follow_up.messages.get().body == "It is back."


@pytest.mark.parametrize("messages", [3, 60])
def test_a_ticket_page_costs_the_same_queries_however_long_the_conversation(
    client, ticket, rui, ana, lena, django_assert_max_num_queries, messages
):
    actions.take(ticket, by=ana)
    actions.assign(ticket, by=ana, to=lena)
    for index in range(messages // 2):
        actions.reply(ticket, by=ana, body=f"answer {index}")
        actions.reply(ticket, by=rui, body=f"question {index}")
    client.force_login(rui)
    with django_assert_max_num_queries(10):
        assert client.get(ticket.get_absolute_url()).status_code == 200
