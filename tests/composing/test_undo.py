"""A reply waits before it leaves, and until then it is nothing to anybody but the desk."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from composing import actions, habits, releasing
from composing.models import Habits, Outgoing
from drafts.models import Draft
from events.models import Event
from files import uploads
from files.models import Upload
from helpdesk.errors import InvalidTransition
from notifications.models import Mail, Notice
from tests.conftest import MONDAY_9AM
from tickets import actions as ticket_actions
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "held_for_15_seconds")]

HTMX = {"HX-Request": "true"}
CANARY = "CANARY-HELD: set the surface again."


def kinds(ticket):
    return [event.kind for event in ticket.events.all()]


def say(client, ticket, body=CANARY, **data):
    headers = data.pop("headers", {})
    return client.post(reverse("ticket_say", args=[ticket.number]), {"body": body, **data}, headers=headers)


@pytest.fixture
def held(clock, ticket, ana):
    clock.shift(timedelta(minutes=5))
    return actions.send(ticket, by=ana, body=CANARY, then="resolve")


def test_nothing_has_happened_before_it_leaves(clock, desk, ticket, rui, bo, ana):
    before = (Event.objects.count(), Message.objects.count(), Mail.objects.count(), Notice.objects.count())
    assert say(desk, ticket, then="resolve", seen="1", headers=HTMX).status_code == 200
    held = Outgoing.objects.get()
    assert held.release_at == MONDAY_9AM + timedelta(seconds=15)
    after = (Event.objects.count(), Message.objects.count(), Mail.objects.count(), Notice.objects.count())
    assert after == before
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_replied_at, ticket.chain_length) == ("new", None, 1)


def test_no_customer_sees_what_is_held_or_that_something_is(client, ticket, held, rui, bo, zoe):
    places = [
        ticket.get_absolute_url(),
        reverse("my_tickets"),
        reverse("notices"),
        f"/api/v1/tickets/{ticket.number}/",
        f"/api/v1/tickets/{ticket.number}/messages/",
    ]
    for customer in (rui, bo):
        client.force_login(customer)
        for place in places:
            answer = client.get(place)
            assert "CANARY" not in answer.content.decode()
        assert client.get(reverse("outgoing")).status_code == 403
        assert client.get(reverse("ticket_beside", args=[ticket.number])).status_code == 403
        for name in ("outgoing_take_back", "outgoing_send_now"):
            assert client.post(reverse(name, args=[held.pk])).status_code == 403
    assert not Outgoing.objects.visible_to(rui).exists()
    client.force_login(zoe)
    assert client.get(reverse("ticket_beside", args=[ticket.number])).status_code == 403


def test_it_leaves_with_its_event_and_status_at_the_moment_it_leaves(clock, ticket, held, ana):
    """Rule B2: the customer has an answer when it is sent to them, not when the engineer pressed a key."""
    assert not releasing.release(held.pk, at=held.release_at - timedelta(seconds=1))
    clock.shift(timedelta(seconds=15))
    assert releasing.release_due(timezone.now()) == 1
    held.refresh_from_db()
    ticket.refresh_from_db()
    message = ticket.messages.last()
    assert (held.state, held.event.kind) == (Outgoing.State.SENT, "ticket.resolved")
    assert (message.body, message.author, message.created_at) == (CANARY, ana, held.release_at)
    assert (ticket.status, ticket.first_replied_at) == ("resolved", held.release_at)
    assert ticket.clocks.get(target="response").stopped_at == held.release_at


def test_a_late_release_is_dated_when_it_left(clock, ticket, held):
    clock.shift(timedelta(hours=1))
    releasing.release_due(timezone.now())
    ticket.refresh_from_db()
    assert ticket.first_replied_at == timezone.now()


def test_it_leaves_once_however_often_it_is_asked_to(clock, ticket, held):
    clock.shift(timedelta(seconds=15))
    assert releasing.release(held.pk, at=timezone.now())
    assert not releasing.release(held.pk, at=timezone.now())
    assert releasing.release_due(timezone.now()) == 0
    assert [one.body for one in ticket.messages.all()].count(CANARY) == 1


def test_undo_puts_the_text_and_the_files_back_into_the_composer(clock, desk, ticket, ana):
    upload = uploads.store(ana, place=f"reply-{ticket.pk}", file=SimpleUploadedFile("trace.log", b"a line\n"))
    say(desk, ticket, files_uploaded=[str(upload.pk)])
    held = Outgoing.objects.get()
    assert [one.name for one in held.files] == ["trace.log"]
    assert not uploads.waiting(ana, f"reply-{ticket.pk}")

    # A day in the sweep's reach, and still there: it belongs to a reply that is on its way.
    uploads.sweep(timezone.now() + timedelta(days=30))
    clock.shift(timedelta(seconds=14))
    answer = desk.post(reverse("outgoing_take_back", args=[held.pk]), headers=HTMX)
    assert answer.status_code == 204
    assert CANARY in answer["HX-Trigger"]
    assert Draft.objects.get(owner=ana, place=f"reply-{ticket.pk}").text == CANARY
    assert [one.name for one in uploads.waiting(ana, f"reply-{ticket.pk}")] == ["trace.log"]
    assert releasing.release_due(timezone.now() + timedelta(hours=1)) == 0
    assert kinds(ticket) == ["ticket.created"]


def test_what_was_begun_since_is_kept_below_what_comes_back(ticket, held, ana):
    Draft.objects.create(owner=ana, place=f"reply-{ticket.pk}", content={"body": ["And one more thing"]})
    actions.take_back(held, by=ana)
    assert Draft.objects.get().text == f"{CANARY}\n\nAnd one more thing"


def test_who_is_too_late_is_told_so(clock, desk, ticket, held):
    clock.shift(timedelta(seconds=15))
    releasing.release_due(timezone.now())
    answer = desk.post(reverse("outgoing_take_back", args=[held.pk]), headers=HTMX)
    assert answer.status_code == 409
    assert "sent already" in answer.content.decode()
    assert ticket.messages.filter(body=CANARY).count() == 1


def test_only_its_author_undoes_it(client, held, ana, lena):
    client.force_login(lena)
    assert client.post(reverse("outgoing_take_back", args=[held.pk])).status_code == 403
    client.force_login(ana)
    assert CANARY in client.post(reverse("outgoing_take_back", args=[held.pk])).content.decode()


def test_a_promise_is_not_broken_by_waiting(clock, ticket, ana):
    clock.move_to(ticket.next_due_at - timedelta(seconds=10))
    sent = actions.send(ticket, by=ana, body="Looking.")
    assert isinstance(sent, Ticket)
    assert ticket.clocks.get(target="response").state == "met"


def test_who_does_not_want_to_wait_does_not(clock, desk, ticket, ana):
    say(desk, ticket, body="At once, by Shift", at_once="1")
    desk.post(reverse("outgoing_undo_switch"), {"can_undo": "0"})
    assert Habits.objects.get(user=ana).can_undo is False
    say(desk, ticket, body="At once, always")
    assert [message.body for message in ticket.messages.all()][1:] == ["At once, by Shift", "At once, always"]
    assert not Outgoing.objects.exists()


def test_what_cannot_be_sent_is_refused_before_it_waits(desk, ticket, ana):
    ticket_actions.resolve(ticket, by=ana, body="Done.")
    answer = say(desk, ticket, then="resolve", headers=HTMX)
    assert answer.status_code == 409
    assert not Outgoing.objects.exists()
    assert say(desk, ticket, body="   ").status_code == 422


def test_what_became_impossible_while_it_waited_goes_back_with_the_reason(clock, ticket, held, ana, lena):
    ticket_actions.resolve(ticket, by=lena, body="It was the surface.")
    ticket_actions.close(ticket, by=lena)
    clock.shift(timedelta(seconds=15))
    assert releasing.release_due(timezone.now()) == 0
    held.refresh_from_db()
    event = ticket.events.last()
    assert (held.state, event.kind, event.data["tell"]) == ("withheld", "ticket.reply_withheld", [ana.pk])
    assert Draft.objects.get(owner=ana).text == CANARY


def test_who_left_the_desk_sends_nothing_any_more(clock, ticket, held, ana):
    ana.is_active = False
    ana.save(update_fields=["is_active"])
    clock.shift(timedelta(seconds=15))
    assert releasing.release_due(timezone.now()) == 0
    assert ticket.events.last().data["cause"] == "left_the_desk"


def test_one_that_fails_keeps_no_other_from_leaving(clock, ticket, held, ana, monkeypatch):
    second = actions.send(ticket, by=ana, body="And the log?")
    perform = releasing.perform

    def fails(then, ticket, **told):
        if told["body"] == CANARY:
            raise OSError("the disk is away")
        return perform(then, ticket, **told)

    monkeypatch.setattr(releasing, "perform", fails)
    clock.shift(timedelta(seconds=15))
    assert releasing.release_due(timezone.now()) == 1
    held.refresh_from_db()
    second.refresh_from_db()
    assert (held.state, second.state) == ("waiting", "sent")
    monkeypatch.undo()
    assert releasing.release_due(timezone.now()) == 1


def test_a_form_sent_twice_waits_once(ticket, held, ana):
    assert actions.send(ticket, by=ana, body=CANARY, then="resolve") == held


def test_taken_back_twice_is_refused(held, ana):
    actions.take_back(held, by=ana)
    with pytest.raises(InvalidTransition):
        actions.take_back(held, by=ana)


def test_the_next_ticket_is_not_one_whose_last_word_is_on_its_way(desk, ticket, rui, kite):
    second = ticket_actions.create(
        requester=rui, by=rui, organization=kite, subject="b", body="b", priority="P3"
    )
    queue = {"queue": "view=all", "goes_on": "1"}
    first = say(desk, ticket, then="resolve", **queue)
    assert first["Location"] == second.get_absolute_url()
    last = say(desk, second, then="resolve", **queue)
    assert last["Location"].startswith(reverse("queue"))


def test_the_last_way_to_send_is_the_usual_one_the_next_time(desk, ticket, ana):
    say(desk, ticket, then="wait", goes_on="1", queue="view=all")
    usual = habits.of(ana)
    assert (usual.then, usual.goes_on) == ("wait", True)
    page = desk.get(ticket.get_absolute_url()).content.decode()
    assert "<span data-then-words>Send and wait</span>" in page


def test_a_new_session_learns_the_habits_after_the_page(client, desk, ticket, ana):
    Habits.objects.create(user=ana, then="resolve")
    part = desk.get(reverse("ticket_beside", args=[ticket.number]), headers=HTMX).content.decode()
    assert "<span data-then-words>Send and resolve</span>" in part
    assert (
        "data-then-words"
        not in desk.get(reverse("ticket_beside", args=[ticket.number]), headers=HTMX).content.decode()
    )


def test_nobody_uploads_to_where_held_files_wait(ana, held):
    from helpdesk.errors import InvalidInput

    with pytest.raises(InvalidInput):
        uploads.begin(ana, place=held.place, name="a.log", size=7)
    assert not Upload.objects.exists()
