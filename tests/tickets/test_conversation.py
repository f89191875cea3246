from datetime import timedelta

import pytest

from helpdesk.errors import InvalidInput, InvalidTransition
from tickets import actions
from tickets.models import Message, Note, Ticket

pytestmark = pytest.mark.django_db


def kinds(ticket):
    return [event.kind for event in ticket.events.all()]


def test_filing_a_ticket_records_its_first_message_and_one_event(clock, ticket, rui):
    message = ticket.messages.get()
    event = ticket.events.get()

    assert (ticket.status, ticket.tier, ticket.channel) == ("new", "L1", "web")
    assert (message.author, message.author_kind) == (rui, Message.Author.REQUESTER)
    assert (event.kind, event.actor, event.data["message"]) == ("ticket.created", rui, message.pk)


def test_one_form_sent_twice_is_one_ticket(rui, kite, ticket):
    again = actions.create(
        requester=rui,
        by=rui,
        organization=kite,
        priority="P2",
        subject="Black screen",
        body="again",
        submission_key=ticket.submission_key,
    )
    assert again == ticket
    assert Message.objects.count() == 1


def test_a_ticket_needs_a_subject_and_a_description(rui, kite):
    with pytest.raises(InvalidInput):
        actions.create(requester=rui, by=rui, organization=kite, priority="P2", subject=" ", body="x")
    with pytest.raises(InvalidInput):
        actions.create(requester=rui, by=rui, organization=kite, priority="P2", subject="x", body=" \n")
    assert not Ticket.objects.exists()


def test_an_agents_reply_opens_a_new_ticket_and_is_the_first_response(clock, ticket, ana):
    clock.shift(timedelta(minutes=5))
    ticket = actions.reply(ticket, by=ana, body="Looking into it.")

    assert ticket.status == "open"
    assert ticket.first_replied_at == ticket.created_at + timedelta(minutes=5)
    assert ticket.events.last().changes == {"status": ["new", "open"]}


def test_asking_waits_for_the_customer_and_the_answer_opens_the_ticket_again(ticket, ana, rui):
    ticket = actions.ask_requester(ticket, by=ana, body="Which SDK version?")
    assert ticket.status == "pending"
    ticket = actions.reply(ticket, by=rui, body="4.3.2")
    assert ticket.status == "open"
    assert kinds(ticket) == ["ticket.created", "ticket.asked", "ticket.replied"]


def test_the_customers_word_reopens_a_resolved_ticket(ticket, ana, rui):
    actions.resolve(ticket, by=ana, body="Set the surface again in onUserJoined.")
    ticket = actions.reply(ticket, by=rui, body="Still black.")
    assert (ticket.status, ticket.resolved_at, ticket.reopen_count) == ("open", None, 1)


def test_the_customers_word_on_a_closed_ticket_files_a_new_one_that_follows_it(ticket, ana, rui):
    actions.resolve(ticket, by=ana, body="Done.")
    actions.close(ticket, by=ana)
    follow_up = actions.reply(ticket, by=rui, body="It is back.")

    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert follow_up != ticket
    assert (follow_up.follows, follow_up.status, follow_up.priority) == (ticket, "new", "P2")
    assert follow_up.messages.get().body == "It is back."


def test_an_agent_cannot_reply_to_a_closed_ticket(ticket, ana):
    actions.resolve(ticket, by=ana, body="Done.")
    actions.close(ticket, by=ana)
    with pytest.raises(InvalidTransition):
        actions.reply(ticket, by=ana, body="One more thing")


def test_a_note_stands_apart_from_what_the_customer_sees(ticket, ana, rui, zoe):
    actions.note(ticket, by=ana, body="Edge jkt-2 drops key frames.")

    assert Note.objects.visible_to(ana).count() == 1
    assert not Note.objects.visible_to(rui).exists()
    assert not Note.objects.visible_to(zoe).exists()
    assert ticket.messages.count() == 1
    assert "Edge" not in str(ticket.events.last().data)


def test_the_event_names_the_text_by_its_digest_so_that_a_changed_text_is_found(ticket):
    from tickets.actions.saying import digest

    assert ticket.events.get().data["digest"] == digest(ticket.messages.get().body)


def test_sent_messages_and_notes_are_never_edited_or_removed(ticket, ana):
    from django.db import DatabaseError, transaction

    actions.note(ticket, by=ana, body="a note")
    for rows in (Message.objects.all(), Note.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(body="changed")
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(using="default")
