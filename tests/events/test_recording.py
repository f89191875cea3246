import pytest
from django.test import override_settings

from events import announcing, recording, tasks
from events.models import Event
from helpdesk import hints
from helpdesk.batches import asked_once, done_together
from tickets import actions
from tickets.actions.changing import locked

pytestmark = pytest.mark.django_db

heard: list[int] = []
fail_on: list[str] = []
lock_on: list[str] = []
asked: list[str] = []
written: list[list[str]] = []


@asked_once
def who_leads(tier):
    asked.append(tier)


@done_together
def write(kinds):
    written.append(list(kinds))


def listen(event):
    who_leads("L1")
    write([event.kind])
    if event.kind in lock_on:
        locked(event.ticket)
    if event.kind in fail_on:
        raise RuntimeError("the listener is broken")
    heard.append(event.pk)


@pytest.fixture(autouse=True)
def a_messenger(monkeypatch):
    monkeypatch.setattr(hints, "_messenger", hints._Messenger())


@pytest.fixture(autouse=True)
def a_listener():
    heard.clear()
    fail_on.clear()
    lock_on.clear()
    asked.clear()
    written.clear()
    announcing._listeners.cache_clear()
    with override_settings(EVENT_LISTENERS=["tests.events.test_recording.listen"]):
        yield
    announcing._listeners.cache_clear()


def test_the_sweep_announces_what_was_recorded_once(ticket):
    tasks.announce_pending()
    tasks.announce_pending()
    assert heard == [ticket.events.get().pk]
    assert not Event.objects.pending().exists()


def test_a_listener_that_fails_is_asked_again_and_does_not_hold_up_the_others(ticket, ana):
    actions.note(ticket, by=ana, body="after it")
    created, noted = ticket.events.all()
    fail_on.append("ticket.created")
    tasks.announce_pending()
    assert heard == [noted.pk]
    # Nothing was written for a batch that failed: then for each event by itself, with the one that fails
    # undone by its transaction.
    assert written == [["ticket.created"], ["ticket.created"], ["ticket.noted"]]
    fail_on.clear()
    tasks.announce_pending()
    assert heard == [noted.pk, created.pk]


def test_many_are_announced_together_and_ask_once_what_is_the_same_for_all(
    ticket, ana, django_assert_max_num_queries
):
    for number in range(10):
        actions.note(ticket, by=ana, body=f"note {number}")
    with django_assert_max_num_queries(8):  # look, lock, read, mark, and the savepoint
        tasks.announce_pending()
    assert heard == list(ticket.events.values_list("pk", flat=True))
    assert asked == ["L1"]
    assert written == [["ticket.created", *["ticket.noted"] * 10]]
    assert not Event.objects.pending().exists()


def test_an_event_for_which_a_ticket_is_locked_is_announced_alone_after_the_others(ticket, ana):
    actions.note(ticket, by=ana, body="after it")
    created, noted = ticket.events.all()
    lock_on.append("ticket.created")
    tasks.announce_pending()
    assert heard == [noted.pk, created.pk]
    assert not Event.objects.pending().exists()


def test_what_is_recorded_silently_is_never_announced(ticket, ana):
    tasks.announce_pending()
    heard.clear()
    with recording.silently():
        actions.note(ticket, by=ana, body="history")
    tasks.announce_pending()
    assert heard == []


def test_a_broker_that_is_away_does_not_turn_a_saved_change_into_an_error(
    ticket, ana, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **options):
        refused.append(args)
        raise ConnectionError("Redis is away")

    refused = []
    monkeypatch.setattr(tasks.announce, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        actions.note(ticket, by=ana, body="saved all the same")
    assert hints.wait_until_given()
    assert refused == [((ticket.events.last().pk,),)]
    assert ticket.notes.count() == 1
    assert Event.objects.pending().count() == 2


def test_many_events_that_fail_never_hide_the_newer_ones(ticket, ana, monkeypatch):
    monkeypatch.setattr(tasks, "SWEEP_BATCH", 1)
    monkeypatch.setattr(tasks.hints, "give", lambda task, *arguments: task(*arguments))
    actions.note(ticket, by=ana, body="after it")
    created, noted = ticket.events.all()
    fail_on.append("ticket.created")
    tasks.announce_pending()
    assert heard == [noted.pk]
    # Nothing was written for a batch that failed: then for each event by itself, with the one that fails
    # undone by its transaction.
    assert written == [["ticket.created"], ["ticket.created"], ["ticket.noted"]]
    assert list(Event.objects.pending()) == [created]
