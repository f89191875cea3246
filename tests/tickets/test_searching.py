"""The search over tickets: the words where they stand, and only what a person may see."""

import pytest
from django.urls import reverse

from tickets import actions
from tickets.models import DeskWords, Ticket
from tickets.query.asker import Asker
from tickets.query.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def talked_about(ticket, ana, rui):
    actions.reply(ticket, by=ana, body="Please send <b>the log</b> of joinChannel, 全部观众都看不到画面吗？")
    actions.note(ticket, by=ana, body="canaryword: the decoder of the Kirin chip drops frames.")
    actions.reply(ticket, by=rui, body="The frames are dropped after ERR_TOKEN_EXPIRED.")
    return ticket


def hits(client, query):
    response = client.get(reverse("ticket_search"), {"q": query})
    assert response.status_code == 200, response
    return response.context["rows"], response.content.decode()


def test_the_words_are_marked_where_they_stand_in_both_languages(client, ana, talked_about):
    client.force_login(ana)
    for query, mark in (
        ("dropping", "<mark>dropped</mark>"),
        ("观众", "<mark>观众</mark>"),
        ("ERR_TOKEN_EXPIRED", "<mark>TOKEN</mark>"),
        ("joinChannel", "<mark>joinChannel</mark>"),
        ("canaryword", "<mark>canaryword</mark>"),
    ):
        found, page = hits(client, query)
        assert [one["number"] for one in found] == [str(talked_about.number)], query
        assert mark in page, (query, page[page.index('class="hits"') :][:1500])
    assert "internal note" in page
    _found, page = hits(client, "log")
    assert "&lt;b&gt;the <mark>log</mark>&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("dropped", "Frames are <mark>dropped</mark> on Kirin: see the guide."),
        ("guide", "see the <mark>guide</mark>."),
        ("setSurface", "<mark>setSurface</mark>(view)"),
        # Where only the address of a link has the word, it is shown as it was written.
        ("codecs", "(https://docs.example/<mark>codecs</mark>)"),
    ],
)
def test_what_was_written_in_markdown_is_quoted_in_words(client, ticket, ana, query, text):
    said = (
        "## Found\n\nFrames are **dropped** on `Kirin`: see _the_ [guide](https://docs.example/codecs).\n\n"
        "```java\nsetSurface(view)\n```\n\n- *old* drivers\n"
    )
    actions.reply(ticket, by=ana, body=said)
    client.force_login(ana)
    quoted = hits(client, query)[0][0]["text"]
    assert text in quoted
    if query != "codecs":
        assert not set("*_`#[") & set(quoted)


def test_words_may_stand_in_messages_and_notes_together_and_finished_tickets_are_found(
    client, ana, talked_about
):
    actions.resolve(talked_about, by=ana, body="Fixed.")
    client.force_login(ana)
    assert len(hits(client, "canaryword token android")[0]) == 1
    assert len(hits(client, "canaryword status:active")[0]) == 0
    assert len(hits(client, '"Kirin chip" priority:P2')[0]) == 1


def test_no_word_of_a_note_finds_anything_for_a_customer_by_any_door(client, rui, zoe, talked_about):
    def finds(user, text):
        client.force_login(user)
        mine = client.get(reverse("my_tickets"), {"q": text, "show": "all"}).context["tickets"]
        api = client.get("/api/v1/tickets/", {"query": text}).json()["results"]
        palette = client.get(reverse("palette"), {"q": text}).json()["groups"]
        there = read(text, Asker(user, talked_about.created_at), active_only=False).tickets()
        return [bool(mine), bool(api), any(group["title"] == "Tickets" for group in palette), there.exists()]

    assert DeskWords.objects.filter(search="canaryword").exists()
    assert not Ticket.objects.filter(search="canaryword").exists()
    for word in ("canaryword", "Kirin", "canaryword status:any"):
        assert finds(rui, word) == [False] * 4
    assert finds(rui, "token") == [True] * 4
    assert finds(zoe, "token") == [False] * 4


def test_customers_search_their_own_with_the_same_language_and_are_told_what_means_nothing(
    client, rui, talked_about
):
    client.force_login(rui)
    assert client.get(reverse("ticket_search"), {"q": "token"}).status_code == 403
    found = client.get(reverse("my_tickets"), {"q": "priority:P2 frames"})
    assert list(found.context["tickets"]) == [talked_about]
    page = client.get(reverse("my_tickets"), {"q": "priority:P9"}).content.decode()
    assert "there are P1, P2, P3, P4" in page and 'value="priority:P9"' in page


def test_programs_ask_in_the_same_language(client, ana, talked_about):
    client.force_login(ana)
    found = client.get("/api/v1/tickets/", {"query": "tier:L1 canaryword"}).json()["results"]
    assert [one["number"] for one in found] == [talked_about.number]
    refused = client.get("/api/v1/tickets/", {"query": "tier:L9"})
    assert refused.status_code == 400 and "there are L1, L2, TAM" in refused.content.decode()


def test_a_page_of_hits_takes_few_queries(client, ana, talked_about, django_assert_max_num_queries):
    client.force_login(ana)
    hits(client, "frames")
    with django_assert_max_num_queries(7):
        hits(client, "frames")
