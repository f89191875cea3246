import pytest
from django.test import override_settings

from events import announcing, recording, tasks
from events.models import Event
from helpdesk import hints
from tickets import actions

pytestmark = pytest.mark.django_db

heard: list[int] = []
fail_on: list[str] = []


def listen(event):
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
    fail_on.clear()
    tasks.announce_pending()
    assert heard == [noted.pk, created.pk]


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
    assert list(Event.objects.pending()) == [created]
