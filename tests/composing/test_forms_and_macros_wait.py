"""What forms and macros tell a customer waits as a reply of the composer does."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from composing import releasing, running
from composing.actions import send
from composing.models import Habits, Outgoing
from drafts.models import Draft
from events.models import Event
from events.presenting import plain_sentence
from macros.models import Macro, Run
from macros.steps import Do, Step
from notifications.models import Mail
from tickets import actions
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "held_for_15_seconds")]

HTMX = {"HX-Request": "true"}
ASK_FOR_LOG = [Step(Do.TAKE), Step(Do.ASK, text="Please send the log of {{number}}.")]


def traces():
    return Event.objects.count(), Message.objects.count(), Mail.objects.count()


def kinds(ticket):
    return [event.kind for event in ticket.events.all()]


def post(client, name, *args, **data):
    return client.post(reverse(name, args=args), data, headers=HTMX)


@pytest.fixture
def second(rui, kite):
    return actions.create(
        by=rui, requester=rui, organization=kite, subject="No sound", body="…", priority="P3"
    )


@pytest.fixture
def wait_over(clock):
    def release():
        clock.shift(timedelta(seconds=16))
        return releasing.release_due(timezone.now())

    return release


def test_facts_that_are_asked_for_leave_later_and_come_back_into_their_form(desk, ticket, wait_over):
    before = traces()
    asked = {"facts": ["sdk_version", "platform"], "optional": "platform", "body": "Which ones?"}
    answer = post(desk, "ticket_ask", ticket.number, **asked)
    assert "outgoing:held" in answer["HX-Trigger"]
    assert traces() == before

    held = Outgoing.objects.get()
    undone = post(desk, "outgoing_take_back", held.pk)
    form = f"{reverse('ticket_ask', args=[ticket.number])}?again={held.pk}"
    assert form in undone["HX-Trigger"]
    assert "outgoing:returned" not in undone["HX-Trigger"]
    assert not Draft.objects.exists()
    again = desk.get(form, headers=HTMX).content.decode()
    assert "Which ones?" in again
    assert again.count(" checked") == 3

    post(desk, "ticket_ask", ticket.number, **asked)
    assert wait_over() == 1
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.PENDING
    assert ticket.asked_facts == [
        {"key": "sdk_version", "required": True},
        {"key": "platform", "required": False},
    ]


def test_a_form_that_was_taken_back_is_filled_in_for_its_writer_alone(client, desk, ticket, ana, lena):
    post(desk, "ticket_ask", ticket.number, facts="platform", body="CANARY")
    held = Outgoing.objects.get()
    post(desk, "outgoing_take_back", held.pk)
    client.force_login(lena)
    form = client.get(reverse("ticket_ask", args=[ticket.number]), {"again": held.pk}, headers=HTMX)
    assert "CANARY" not in form.content.decode()


def test_an_agreed_date_leaves_later(desk, ticket, ana, wait_over):
    actions.set_priority(ticket, by=ana, priority="P4", reason="A question")
    tomorrow = timezone.now() + timedelta(days=1)
    post(desk, "ticket_agree", ticket.number, agreed_at=f"{tomorrow:%Y-%m-%dT%H:%M}", body="By tomorrow.")
    assert "ticket.date_agreed" not in kinds(ticket)
    assert wait_over() == 1
    agreed = ticket.events.get(kind="ticket.date_agreed")
    assert agreed.data["agreed_at"].startswith(f"{tomorrow:%Y-%m-%dT%H}")


def test_a_ticket_resolved_from_its_form_is_not_resolved_yet(desk, ticket, ana, wait_over):
    answer = post(desk, "ticket_resolve", ticket.number, body="Fixed in 4.3.3.", then="next")
    assert answer["HX-Redirect"]
    assert kinds(ticket) == ["ticket.created"]
    post(desk, "outgoing_take_back", Outgoing.objects.get().pk)
    assert Draft.objects.get(owner=ana).text == "Fixed in 4.3.3."

    actions.reply(ticket, by=ana, body="Fixed in 4.3.3.")
    post(desk, "ticket_resolve", ticket.number, body="")
    assert Outgoing.objects.waiting().get().what == "resolution"
    assert wait_over() == 1
    assert kinds(ticket)[-1] == "ticket.resolved"


def resolve_without_words(desk, ticket):
    post(desk, "ticket_resolve", ticket.number, body="", read=ticket.events.count())
    return Outgoing.objects.waiting().get()


@pytest.fixture
def answered(ticket, ana):
    return actions.reply(ticket, by=ana, body="Fixed in 4.3.3.")


def test_nothing_is_resolved_over_words_that_nobody_has_read(desk, answered, rui, ana, wait_over):
    held = resolve_without_words(desk, answered)
    actions.reply(answered, by=rui, body="It is back again.")
    assert wait_over() == 0
    told = answered.events.last()
    assert (told.kind, told.data["cause"], told.data["tell"]) == (
        "ticket.reply_withheld",
        "answered",
        [ana.pk],
    )
    sentence = plain_sentence(told, ana)
    assert "wanted to resolve this" in sentence
    assert "the customer answered first" in sentence
    assert "draft" not in sentence
    assert not Draft.objects.exists()
    held.refresh_from_db()
    assert held.state == "withheld"

    # Once: whoever has read it resolves it.
    resolve_without_words(desk, answered)
    assert wait_over() == 1
    assert kinds(answered)[-1] == "ticket.resolved"


def test_a_resolution_that_a_colleague_made_is_told_without_a_draft(desk, answered, ana, lena, wait_over):
    resolve_without_words(desk, answered)
    actions.resolve(answered, by=lena)
    assert wait_over() == 0
    sentence = plain_sentence(answered.events.last(), ana)
    assert "was not possible: This ticket is already resolved." in sentence
    assert "draft" not in sentence


def test_sent_now_and_refused_a_resolution_speaks_of_no_text(desk, answered, lena):
    held = resolve_without_words(desk, answered)
    actions.resolve(answered, by=lena)
    page = desk.post(reverse("outgoing_send_now", args=[held.pk]), follow=True).content.decode()
    assert "It was not done: the ticket says why." in page
    assert "your draft again" not in page


def test_words_that_finish_a_ticket_come_back_where_the_customer_was_faster(answered, rui, ana, wait_over):
    send(answered, by=ana, body="Closing this.", then="resolve")
    actions.reply(answered, by=rui, body="It is back again.")
    assert wait_over() == 0
    assert "Its text is a draft again." in plain_sentence(answered.events.last(), ana)
    assert Draft.objects.get(owner=ana).text == "Closing this."


def test_a_macro_that_resolves_does_not_either(answered, rui, ana, wait_over):
    running.run([Step(Do.RESOLVE)], [answered], ana, key=uuid.uuid4())
    actions.reply(answered, by=rui, body="It is back again.")
    assert wait_over() == 0
    assert "was not done, for the customer answered first" in plain_sentence(answered.events.last(), ana)
    answered.refresh_from_db()
    assert answered.status != "resolved"


def test_a_form_is_held_back_once_with_what_the_customer_said_meanwhile(desk, ticket, rui):
    opened = desk.get(reverse("ticket_resolve", args=[ticket.number]), {"seen": 1}, headers=HTMX)
    assert 'name="read" value="1"' in opened.content.decode()
    actions.reply(ticket, by=rui, body="It is back again.")
    held_back = post(desk, "ticket_resolve", ticket.number, body="Fixed.", read=1)
    page = held_back.content.decode()
    assert held_back.status_code == 409
    assert "It is back again." in page
    assert "Fixed." in page
    assert 'name="read" value="2"' in page
    assert not Outgoing.objects.exists()
    assert post(desk, "ticket_resolve", ticket.number, body="Fixed.", read=2).status_code == 204
    assert Outgoing.objects.waiting().count() == 1


def test_a_macro_that_tells_a_customer_something_waits_with_all_its_steps(desk, ticket, ana, wait_over):
    macro = Macro.objects.create(name="Ask for the log", owner=ana, steps=[one.dump() for one in ASK_FOR_LOG])
    before = traces()
    key = uuid.uuid4()
    answer = post(desk, "macro_run", ticket=ticket.number, macro=macro.pk, key=key)
    assert "outgoing:held" in answer["HX-Trigger"]
    again = post(desk, "macro_run", ticket=ticket.number, macro=macro.pk, key=key)
    assert again.status_code == 204
    assert traces() == before
    held = Outgoing.objects.get()
    assert (held.body, held.what) == (f"Please send the log of #{ticket.number}.", "macro")
    beside = desk.get(reverse("ticket_beside", args=[ticket.number]), headers=HTMX).content.decode()
    assert "Ask for the log" in beside

    # Changed meanwhile: what was looked at is what is done.
    Macro.objects.update(steps=[Step(Do.NOTE, text="something else").dump()])
    assert (wait_over(), wait_over()) == (1, 0)
    assert kinds(ticket) == ["ticket.created", "ticket.taken", "ticket.asked"]
    macro.refresh_from_db()
    assert (macro.uses, Run.objects.get().done) == (1, [ticket.number])
    held.refresh_from_db()
    assert (held.state, held.event.kind) == ("sent", "ticket.taken")


def test_a_macro_on_many_tickets_is_taken_back_in_one_go(client, desk, ticket, second, ana, lena, wait_over):
    running.run(ASK_FOR_LOG, [ticket, second], ana, key=uuid.uuid4())
    bar = desk.get(reverse("outgoing")).content.decode()
    assert bar.count("<form") == 1
    assert "2 tickets" in bar
    key = Run.objects.get().pk
    client.force_login(lena)
    assert post(client, "outgoing_take_back_run", key).status_code == 404
    client.force_login(ana)
    assert "nothing happened on 2 tickets" in post(client, "outgoing_take_back_run", key).content.decode()
    assert post(client, "outgoing_take_back_run", key).status_code == 409
    assert wait_over() == 0
    assert kinds(ticket) + kinds(second) == ["ticket.created"] * 2
    assert not Draft.objects.exists()


def test_a_ticket_that_refuses_does_so_at_once_and_holds_up_no_other(ticket, second, ana, lena, wait_over):
    actions.resolve(second, by=lena, body="Solved.")
    began, leaves = running.run(ASK_FOR_LOG, [ticket, second], ana, key=uuid.uuid4())
    assert leaves is not None
    assert list(began.refused) == [str(second.number)]

    # And what becomes impossible while it waits is told, with the name of what was to be done.
    actions.resolve(ticket, by=lena, body="Solved.")
    assert wait_over() == 0
    told = ticket.events.last()
    assert (told.kind, told.data["tell"]) == ("ticket.reply_withheld", [ana.pk])
    assert told.data["macro"].startswith("Take the ticket")
    assert not Draft.objects.exists()


def test_steps_of_the_desk_and_who_never_waits_do_not_wait(ticket, second, ana):
    assert running.run([Step(Do.TAKE)], [ticket], ana, key=uuid.uuid4())[1] is None
    Habits.objects.create(user=ana, can_undo=False)
    began, leaves = running.run(ASK_FOR_LOG, [ticket, second], ana, key=uuid.uuid4())
    assert leaves is None
    assert sorted(began.done) == [ticket.number, second.number]
