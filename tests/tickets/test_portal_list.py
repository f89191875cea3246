import re

import pytest
from django.urls import reverse

from accounts.models import Membership
from tests.conftest import person
from tickets import actions, mine

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo(kite):
    """Leads Kite Live."""
    bo = person("Bo Berg", domain="kite.example")
    Membership.objects.create(user=bo, organization=kite, role=Membership.Role.LEAD)
    return bo


@pytest.fixture
def filed(rui, kite, live_sdk):
    def filed(subject, by=rui, priority="P3", **facts):
        return actions.create(
            requester=by, by=by, organization=kite, priority=priority, subject=subject, body="x", **facts
        )

    return filed


def listed(client, user, **query):
    client.force_login(user)
    response = client.get(reverse("my_tickets"), query)
    assert response.status_code == 200
    return [ticket.subject for ticket in response.context["tickets"]]


def test_the_parts_of_the_list(client, filed, rui, ana):
    filed("new")
    asked = filed("asked")
    actions.ask_requester(asked, by=ana, body="Which version?")
    held = filed("held")
    actions.hold(held, by=ana, reason="release")
    solved = filed("solved")
    actions.resolve(solved, by=ana, body="Done.")
    closed = filed("closed")
    actions.resolve(closed, by=ana, body="Done.")
    actions.close(closed, by=ana)

    assert listed(client, rui) == ["held", "asked", "new"]
    assert listed(client, rui, show="waiting") == ["asked"]
    assert listed(client, rui, show="solved") == ["closed", "solved"]
    assert listed(client, rui, show="all") == ["closed", "solved", "held", "asked", "new"]
    assert listed(client, rui, show="nonsense") == ["held", "asked", "new"]

    text = client.get(reverse("my_tickets")).content.decode()
    assert text.count("your answer is needed") == 1
    assert re.search(r"Waiting for me <b[^>]*>1</b>", text)


def test_nobody_finds_what_they_may_not_see(client, filed, rui, zoe, bo):
    filed("Black screen of Rui")
    filed("Echo of Bo", by=bo)
    assert listed(client, rui) == ["Black screen of Rui"]
    assert listed(client, bo) == ["Echo of Bo", "Black screen of Rui"]
    assert listed(client, bo, whose="mine") == ["Echo of Bo"]
    assert listed(client, zoe) == []
    assert listed(client, zoe, q="black") == []
    assert "Black screen" not in client.get(reverse("my_tickets"), {"q": "black"}).content.decode()


def test_a_lead_is_told_who_filed(client, filed, rui, bo):
    filed("Black screen")
    listed(client, bo)
    text = client.get(reverse("my_tickets")).content.decode()
    assert "Tickets of my organisation" in text
    assert "Rui Tan" in text


def test_words_find_tickets_in_both_languages_and_a_number_finds_its_ticket(client, filed, rui, ana):
    black = filed("Black screens on Android")
    filed("推流黑屏问题")
    actions.reply(black, by=ana, body="The surface is released too early.")

    assert listed(client, rui, q="black screen") == ["Black screens on Android"]
    assert listed(client, rui, q="surface") == ["Black screens on Android"]
    assert listed(client, rui, q="黑屏") == ["推流黑屏问题"]
    assert listed(client, rui, q=f"#{black.number}") == ["Black screens on Android"]
    assert listed(client, rui, q="nothing of the kind") == []


@pytest.mark.parametrize(
    "words", ["%", "\\", "'", '"', "(", "a & | !", "-", "x" * 5000, "a\0b", "<script>", "999999999999999999"]
)
def test_strange_words_find_nothing_and_break_nothing(client, rui, words):
    assert listed(client, rui, q=words) == []
    assert "<script>" not in client.get(reverse("my_tickets"), {"q": words}).content.decode()


def test_internal_notes_are_not_searched(client, filed, rui, ana):
    ticket = filed("Black screen")
    actions.note(ticket, by=ana, body="canarynote")
    assert listed(client, rui, q="canarynote") == []


def test_pages_follow_each_other_and_keep_the_question(client, filed, rui, monkeypatch):
    monkeypatch.setattr(mine, "PAGE_SIZE", 2)
    for index in range(5):
        filed(f"black {index}")
    client.force_login(rui)
    query, seen = "q=black", []
    while query:
        response = client.get(f"{reverse('my_tickets')}?{query}")
        seen += [ticket.subject for ticket in response.context["tickets"]]
        query = response.context["older"]
        assert not query or "q=black" in query
    assert seen == [f"black {index}" for index in (4, 3, 2, 1, 0)]
    back = client.get(f"{reverse('my_tickets')}?{response.context['newer']}")
    assert [ticket.subject for ticket in back.context["tickets"]] == ["black 2", "black 1"]


@pytest.mark.parametrize("place", ["x", "1~2", "9" * 40, "\0"])
def test_a_place_that_cannot_be_read_gives_the_first_page(client, filed, rui, place):
    filed("black")
    assert listed(client, rui, after=place) == ["black"]


def test_an_empty_list_says_what_to_do_next(client, rui):
    client.force_login(rui)
    for query, words in {
        "": "When something goes wrong, file a ticket",
        "show=waiting": "When an engineer asks you something",
        "show=solved": "Solved tickets stay here",
        "q=black": "Try fewer words",
    }.items():
        assert words in client.get(f"{reverse('my_tickets')}?{query}").content.decode()


@pytest.mark.parametrize(("name", "most"), [("my_tickets", 8), ("portal", 6)])
def test_the_pages_cost_the_same_queries_however_many_tickets(
    client, filed, rui, ana, django_assert_max_num_queries, name, most
):
    for index in range(12):
        actions.take(filed(f"number {index}"), by=ana)
    client.force_login(rui)
    client.get(reverse(name))
    with django_assert_max_num_queries(most):
        client.get(reverse(name))
