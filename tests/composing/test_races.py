"""Two releasers, a killed one, and an undo in the last moment: with real transactions."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from composing import actions, releasing
from composing.meanwhile import Overtaken
from composing.models import Outgoing
from helpdesk.errors import InvalidTransition
from tickets import actions as ticket_actions

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20


@pytest.fixture
def held(settings, ticket, ana):
    settings.UNDO_SEND_SECONDS = 15
    return actions.send(ticket, by=ana, body="Set the surface again.", then="resolve")


def in_thread(work, failures):
    def run():
        try:
            work()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_four_releasers_send_it_once(ticket, held):
    at, start, results, failures = held.release_at, threading.Barrier(4), [], []

    def work():
        start.wait(SECONDS)
        results.append(releasing.release(held.pk, at=at))

    for thread in [in_thread(work, failures) for _ in range(4)]:
        thread.join(SECONDS)
    assert not failures
    assert sorted(results) == [False, False, False, True]
    assert ticket.messages.filter(body=held.body).count() == 1
    assert ticket.events.filter(kind="ticket.resolved").count() == 1


class Killed(BaseException):
    """What no `except Exception` on the way may swallow, as a kill is."""


def test_a_releaser_that_dies_leaves_everything_for_the_sweep(ticket, held, monkeypatch):
    end = releasing._end

    def dies(*_args):
        raise Killed

    monkeypatch.setattr(releasing, "_end", dies)
    with pytest.raises(Killed):
        releasing.release_due(held.release_at)
    assert ticket.messages.count() == 1
    monkeypatch.setattr(releasing, "_end", end)
    assert releasing.release_due(held.release_at + timedelta(minutes=2)) == 1
    assert ticket.messages.filter(body=held.body).count() == 1


def test_an_undo_while_it_leaves_waits_and_is_refused(ticket, held, ana, monkeypatch):
    perform, inside, go_on = releasing.perform, threading.Event(), threading.Event()

    def slowly(*args, **told):
        inside.set()
        go_on.wait(SECONDS)
        return perform(*args, **told)

    monkeypatch.setattr(releasing, "perform", slowly)
    failures, refused = [], []
    release = in_thread(lambda: releasing.release(held.pk, at=held.release_at), failures)
    assert inside.wait(SECONDS)

    def undo():
        with pytest.raises(InvalidTransition) as refusal:
            actions.take_back(held, by=ana)
        refused.append(str(refusal.value))

    undoing = in_thread(undo, failures)
    go_on.set()
    for thread in (release, undoing):
        thread.join(SECONDS)
    assert not failures
    assert refused == ["This reply has been sent already."]
    assert ticket.messages.filter(body=held.body).count() == 1


def test_an_undo_first_and_nothing_leaves(ticket, held, ana):
    with transaction.atomic():
        actions.take_back(held, by=ana)
        failures, results = [], []
        release = in_thread(lambda: results.append(releasing.release(held.pk, at=held.release_at)), failures)
        release.join(SECONDS)
    assert (results, failures) == ([False], [])
    assert ticket.messages.count() == 1


def test_the_customers_word_and_the_reply_never_pass_each_other_unseen(ticket, ana, rui):
    """The reply asks for what is new under the lock that the customer's word needs: it waits for it."""
    read, failures, refused = ticket.chain_length, [], []

    def reply():
        with pytest.raises(Overtaken) as overtaken:
            actions.send(ticket, by=ana, body="Which version?", read=read, at_once=True)
        refused.append(overtaken.value.read)

    with transaction.atomic():
        ticket_actions.reply(ticket, by=rui, body="It is 4.3.2.")
        replying = in_thread(reply, failures)
        replying.join(0.3)
        assert replying.is_alive()
    replying.join(SECONDS)
    assert (refused, failures) == ([read], [])
    assert not ticket.messages.filter(body="Which version?").exists()


def test_a_reply_for_later_and_an_answer_at_the_same_moment_meet_without_a_deadlock(ticket, ana, rui):
    later = timezone.now() + timedelta(hours=1)
    held = actions.send(ticket, by=ana, body="Any news?", later=later)
    start, failures = threading.Barrier(2), []

    def answer():
        start.wait(SECONDS)
        ticket_actions.reply(ticket, by=rui, body="It is 4.3.2.")
        releasing.withhold_answered(ticket, at=later)

    def release():
        start.wait(SECONDS)
        releasing.release(held.pk, at=later)

    for thread in [in_thread(answer, failures), in_thread(release, failures)]:
        thread.join(SECONDS)
    assert not failures
    held.refresh_from_db()
    assert held.state in (Outgoing.State.SENT, Outgoing.State.WITHHELD)
    assert ticket.messages.filter(body="Any news?").count() == (held.state == Outgoing.State.SENT)
