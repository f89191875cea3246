"""The outbox: every mail goes, in order, and a second time only where nobody can know better."""

import threading
import time
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import connection, connections
from django.utils import timezone

from accounts.models import User
from notifications import sending
from notifications.models import Mail
from tests.notifications.conftest import announce_all
from tickets import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(ticket):
    """The acknowledgement of Rui's ticket, not yet sent."""
    announce_all()
    return Mail.objects.get()


def test_what_was_announced_is_sent_once(ticket, smtp):
    announce_all()
    sending.send_due()
    sending.send_due()
    (mail,) = smtp.messages
    row = Mail.objects.get()
    assert mail["to"] == "rui@kite.example" and mail["message-id"] == row.message_id
    assert (row.state, row.attempts, row.error) == ("sent", 1, "") and row.sent_at is not None


def test_an_announcement_that_is_repeated_writes_nothing_again(ticket, ana):
    from notifications.listeners import notify

    actions.reply(ticket, by=ana, body="Hello")
    announce_all()
    rows = Mail.objects.count()
    for event in ticket.events.all():
        notify(event)
    assert Mail.objects.count() == rows == 2
    assert ticket.requester.notices.count() == 1


def test_a_server_that_is_busy_is_asked_again_later(clock, waiting, scripted):
    scripted(RCPT="421 too many connections")
    assert sending.send_due().put_off == 1
    waiting.refresh_from_db()
    assert waiting.state == "waiting" and waiting.error == "SMTPRecipientsRefused: 421 too many connections"
    wait = waiting.due_at - timezone.now()
    assert timedelta(seconds=30) <= wait <= timedelta(seconds=38)


def test_the_waits_double_from_half_a_minute_to_six_hours_and_after_a_day_the_mail_is_given_up(
    clock, waiting, scripted
):
    server = scripted(BODY="451 local error")
    clock.move_to(waiting.created_at)
    waits = []
    while waiting.state == "waiting":
        clock.move_to(waiting.due_at)
        sending.send_due()
        before, _ = waiting.due_at, waiting.refresh_from_db()
        waits.append((waiting.due_at - before).total_seconds())
    for number, wait in enumerate(waits[:-1]):
        usual = min(30 * 2**number, 6 * 3600)
        assert max(30, 0.75 * usual) <= wait <= 1.25 * usual
    assert waiting.state == "failed" and waiting.error == "SMTPDataError: 451 local error"
    assert timedelta(hours=24) <= timezone.now() - waiting.created_at <= timedelta(hours=30)
    assert 10 <= len(server.bodies) <= 20


def test_an_address_that_does_not_exist_fails_at_once_and_is_left_in_peace(waiting, scripted):
    server = scripted(RCPT="550 5.1.1 no such user")
    sending.send_due()
    sending.send_due()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("failed", 1)
    assert waiting.error == "SMTPRecipientsRefused: 550 5.1.1 no such user"
    assert server.connections == 1


def test_a_password_that_the_server_refuses_is_our_trouble_and_not_the_mails(waiting, scripted, settings):
    scripted(EHLO="250-ready\r\n250 AUTH PLAIN", AUTH="535 wrong password")
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "secret"
    sending.send_due()
    waiting.refresh_from_db()
    assert waiting.state == "waiting" and waiting.error == "SMTPAuthenticationError: 535 wrong password"


@pytest.mark.parametrize("silent_at", ["CONNECT", "EHLO", "DATA", "BODY"])
def test_a_server_that_hangs_holds_a_sender_only_as_long_as_the_timeout(waiting, scripted, silent_at):
    scripted(**{silent_at: None})
    started = time.monotonic()
    assert sending.send_due().put_off == 1
    assert time.monotonic() - started < 5
    waiting.refresh_from_db()
    assert waiting.state == "waiting" and waiting.due_at > timezone.now()


def test_a_server_that_is_away_ends_the_batch_instead_of_failing_every_mail(ticket, ana, lena, settings):
    actions.reply(ticket, by=ana, body="Hello")
    actions.assign(ticket, by=ana, to=lena)
    announce_all()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert sending.send_due().put_off == 1
    assert Mail.objects.filter(attempts=0).count() == 2


def test_one_bad_mail_does_not_hold_up_the_others(ticket, ana, lena, monkeypatch):
    actions.assign(ticket, by=ana, to=lena)
    announce_all()
    compose = sending.compose

    def broken_for_rui(mail):
        if mail.user == ticket.requester:
            raise KeyError("broken template")
        return compose(mail)

    monkeypatch.setattr(sending, "compose", broken_for_rui)
    outcome = sending.send_due()
    assert (outcome.put_off, outcome.sent) == (1, 1)
    assert [mail.to for mail in django_mail.outbox] == [["lena@desk.example"]]


def test_mails_of_one_ticket_reach_a_person_in_the_order_of_the_events(ticket, ana, rui, scripted, smtp):
    announce_all()
    sending.send_due()
    smtp.messages.clear()
    actions.reply(ticket, by=ana, body="first")
    actions.reply(ticket, by=ana, body="second")
    announce_all()
    first, second = Mail.objects.waiting().order_by("pk")
    Mail.objects.filter(pk=first.pk).update(due_at=timezone.now() + timedelta(minutes=5))
    sending.send_due()
    assert smtp.messages == []
    Mail.objects.filter(pk=first.pk).update(due_at=timezone.now())
    sending.send_due()
    assert [mail["message-id"] for mail in smtp.messages] == [first.message_id, second.message_id]


def test_who_died_after_sending_sends_again_under_the_same_message_id(waiting, smtp, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_finish", die)
        with pytest.raises(Killed):
            sending.send_due()
    sending.send_due()
    assert len(smtp.messages) == 1, "the lease keeps others away"
    Mail.objects.update(due_at=timezone.now())
    sending.send_due()
    assert [mail["message-id"] for mail in smtp.messages] == [waiting.message_id] * 2


def test_a_mail_that_ends_its_sender_three_times_is_set_aside(waiting, smtp, monkeypatch):
    class Killed(BaseException):
        pass

    def die(mail):
        raise Killed

    for _ in range(3):
        Mail.objects.update(due_at=timezone.now())
        with monkeypatch.context() as patch:
            patch.setattr(sending, "compose", die)
            with pytest.raises(Killed):
                sending.send_due()
    Mail.objects.update(due_at=timezone.now())
    sending.send_due()
    waiting.refresh_from_db()
    assert waiting.state == "failed" and "set aside" in waiting.error
    assert smtp.messages == []


def test_who_lost_the_ticket_before_the_mail_left_does_not_get_it(ticket, ana, rui, smtp):
    actions.reply(ticket, by=ana, body="for the members only")
    announce_all()
    rui.memberships.all().delete()
    assert sending.send_due().dropped == 2
    assert smtp.messages == []
    assert set(Mail.objects.values_list("state", "error")) == {
        ("dropped", "the person may no longer see the ticket")
    }


def test_who_was_deactivated_before_the_mail_left_does_not_get_it(waiting, rui, smtp):
    rui.is_active = False
    rui.save(update_fields=["is_active"])
    sending.send_due()
    waiting.refresh_from_db()
    assert smtp.messages == [] and waiting.error == "the person may no longer sign in"


@pytest.mark.django_db(transaction=True)
def test_many_senders_at_once_send_each_mail_once(ticket, ana, smtp):
    for number in range(10):
        actions.create(
            requester=ticket.requester,
            by=ticket.requester,
            organization=ticket.organization,
            subject=f"Ticket {number}",
            body="?",
            priority="P4",
        )
    announce_all()
    at_once = threading.Barrier(4)

    def send():
        at_once.wait()
        try:
            sending.send_due()
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert Mail.objects.filter(state="sent", attempts=1).count() == 11
    assert len({mail["message-id"] for mail in smtp.messages}) == len(smtp.messages) == 11


@pytest.mark.django_db(transaction=True)
def test_a_mail_in_one_senders_hands_is_nobody_elses(ticket):
    announce_all()
    mine = sending.claim(timezone.now())
    assert mine is not None
    found = []

    def another():
        found.append(sending.claim(timezone.now()))
        connections.close_all()

    thread = threading.Thread(target=another)
    thread.start()
    thread.join()
    assert found == [None]


def test_looking_for_due_mail_reads_the_index_of_due_mail_and_not_what_was_sent(waiting):
    people = User.objects.bulk_create(
        User(email=f"p{number}@kite.example", name="P", password="!") for number in range(3000)
    )
    Mail.objects.bulk_create(
        Mail(user=one, event=waiting.event, ticket=waiting.ticket, message_id=f"<{one.pk}>", state="sent")
        for one in people
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze notifications_mail")
    plan = Mail.objects.due(timezone.now())[:1].explain()
    assert "mail_due" in plan and "Seq Scan" not in plan, plan
