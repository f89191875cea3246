"""A reply that others have overtaken is held back once, with what is new."""

import pytest
from django.urls import reverse

from composing import actions
from composing.meanwhile import Overtaken
from tickets import actions as ticket_actions

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def say(client, ticket, read, **headers):
    data = {"body": "Which version?", "read": read, "seen": read}
    return client.post(reverse("ticket_say", args=[ticket.number]), data, headers=headers)


def test_it_is_held_back_once_with_the_difference(desk, ticket, rui, ana):
    ticket_actions.reply(ticket, by=rui, body="It is 4.3.2.")
    answer = say(desk, ticket, 1, **HTMX)
    text = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#composer-errors")
    assert "It is 4.3.2." in text and "Since this morning" not in text
    assert 'data-read-now="2"' in text
    assert ticket.messages.count() == 2
    assert say(desk, ticket, 2, **HTMX).status_code == 200
    assert ticket.messages.last().body == "Which version?"


def test_without_a_script_the_page_comes_back_with_text_and_difference(desk, ticket, rui):
    ticket_actions.reply(ticket, by=rui, body="It is 4.3.2.")
    answer = say(desk, ticket, 1)
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 409
    assert "Which version?</textarea>" in page and "Not sent" in page
    assert '<input type="hidden" name="read" value="2"' in page
    assert say(desk, ticket, 2).status_code == 302


@pytest.mark.parametrize("speaks", ["reply", "note", "ask_requester", "resolve"])
def test_a_colleagues_word_holds_it_back_too(ticket, ana, lena, speaks):
    getattr(ticket_actions, speaks)(ticket, by=lena, body="I have it.")
    with pytest.raises(Overtaken):
        actions.send(ticket, by=ana, body="Which version?", read=1)


def test_what_says_nothing_holds_nothing_back(ticket, ana, lena):
    ticket_actions.take(ticket, by=lena)
    ticket_actions.set_priority(ticket, by=lena, priority="P3", reason="One user.")
    ticket_actions.note(ticket, by=ana, body="my own note")
    actions.send(ticket, by=ana, body="Which version?", read=1)
    assert ticket.messages.last().body == "Which version?"


def test_a_reply_that_says_nothing_of_reading_is_sent(ticket, ana, rui):
    """The API, and forms from before."""
    ticket_actions.reply(ticket, by=rui, body="It is 4.3.2.")
    actions.send(ticket, by=ana, body="Which version?")
    assert ticket.messages.count() == 3
