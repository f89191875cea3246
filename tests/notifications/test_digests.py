"""Fifty promises that reach a level in one minute are one mail, and one row among the notices."""

import threading
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tier, User
from events import announcing
from events.models import Event
from notifications import live, sending
from notifications.models import Mail, Notice
from sla import scanning
from tests.conftest import MONDAY_9AM, person
from tests.notifications.conftest import announce_all
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def lars(db):
    """Leads L1, and reads Chinese in Shanghai."""
    return person(
        "Lars Holm",
        role=User.Role.AGENT,
        tier=Tier.L1,
        is_lead=True,
        language="zh-hans",
        time_zone="Asia/Shanghai",
    )


@pytest.fixture
def waits(settings):
    """As in production: an alert waits a minute for others, that of a P1 ten seconds."""
    settings.ALERT_DIGEST_WAIT = timedelta(seconds=60)
    settings.ALERT_DIGEST_WAIT_P1 = timedelta(seconds=10)


@pytest.fixture
def storm(clock, rui, kite, ana):
    """`storm("P2", "P1", minutes=28)`: tickets given to Ana, scanned so long after nine.

    All are filed at nine, the P1s twelve minutes later: at 28 minutes 90 % of the time to answer a P2 are
    used, and the answer to a P1 is missed.
    """

    def strike(*priorities, minutes):
        for priority in priorities:
            ticket = actions.create(
                requester=rui,
                by=rui,
                organization=kite,
                subject=f"Black {priority}",
                body="x",
                priority=priority,
                at=MONDAY_9AM + timedelta(minutes=12 if priority == "P1" else 0),
            )
            actions.assign(ticket, by=None, to=ana)
        announce_all()
        sending.send_due()
        django_mail.outbox.clear()
        clock.move_to(MONDAY_9AM + timedelta(minutes=minutes))
        scanning.scan(timezone.now())
        announce_all()

    return strike


def sent(to):
    sending.send_due()
    return [mail for mail in django_mail.outbox if mail.to == [to.email]]


def test_fifty_promises_are_one_mail(storm, ana):
    storm(*["P2"] * 50, minutes=28)
    (mail,) = sent(ana)
    assert mail.subject == "50 promises at risk"
    for ticket in Ticket.objects.all():
        assert f"http://localhost:8000/tickets/{ticket.number}/" in mail.body
        assert f"/tickets/{ticket.number}/" in mail.alternatives[0].content
    rows = Mail.objects.filter(user=ana, is_alert=True)
    assert {row.state for row in rows} == {"sent"} and rows.count() == 50
    assert sent(ana) == [mail]


def test_one_or_two_go_by_themselves(storm, ana):
    storm("P2", "P2", minutes=28)
    assert [mail.subject.endswith("Promise at risk · Black P2") for mail in sent(ana)] == [True, True]


def test_from_how_many_on_is_a_setting(storm, ana, settings):
    settings.ALERT_DIGEST_FROM = 2
    storm("P2", "P2", minutes=28)
    assert [mail.subject for mail in sent(ana)] == ["2 promises at risk"]


def test_it_can_be_switched_off(storm, ana, settings):
    settings.ALERT_DIGEST_FROM = 0
    storm(*["P2"] * 5, minutes=28)
    assert len(sent(ana)) == 5


def test_the_most_urgent_stands_first(storm, ana):
    storm("P2", "P1", "P2", "P1", minutes=28)
    (mail,) = sent(ana)
    assert mail.subject == "4 promises: 2 missed, 2 at risk"
    lines = [line[:2] for line in mail.body.splitlines() if " #" in line]
    assert lines == ["P1", "P1", "P2", "P2"]


def test_it_speaks_the_readers_language_and_zone(storm, ana, lars):
    storm(*["P2"] * 4, minutes=28)
    (mail,) = sent(lars)
    assert mail.subject == "4 项承诺即将超时"
    assert "2026-07-13 17:30" in mail.body
    assert sent(ana)[-1].subject == "4 promises at risk"


def test_other_mails_are_not_gathered(storm, ana, lars, rui):
    storm(*["P2"] * 3, minutes=28)
    for ticket in Ticket.objects.all():
        actions.assign(ticket, by=lars, to=person(f"New{ticket.pk}", role=User.Role.AGENT, tier=Tier.L1))
        actions.assign(ticket, by=lars, to=ana)
    announce_all()
    assert [mail.subject.partition("· ")[2] or mail.subject for mail in sent(ana)] == [
        "3 promises at risk",
        *["Black P2"] * 3,
    ]


def test_an_alert_waits_a_minute_for_others_and_a_p1_ten_seconds(waits, clock, storm, ana, rui, kite):
    storm("P2", minutes=28)
    due = Mail.objects.get(user=ana, is_alert=True).due_at
    assert due == timezone.now() + timedelta(seconds=60)
    assert sent(ana) == []
    clock.shift(timedelta(seconds=61))
    assert len(sent(ana)) == 1


def test_a_p1_takes_along_what_waits(waits, clock, storm, ana):
    storm("P1", "P2", "P2", minutes=28)
    assert sent(ana) == []
    clock.shift(timedelta(seconds=11))
    assert [mail.subject for mail in sent(ana)] == ["3 promises: 1 missed, 2 at risk"]
    clock.shift(timedelta(minutes=2))
    assert len(sent(ana)) == 1


def test_an_earlier_alert_of_its_ticket_does_not_hold_up_a_p1(waits, clock, storm, ana):
    storm("P2", minutes=28)
    ticket = Ticket.objects.get()
    actions.set_priority(ticket, by=None, priority="P1", reason="x")
    clock.shift(timedelta(minutes=2))
    Mail.objects.filter(is_alert=True, user=ana).update(due_at=timezone.now() + timedelta(seconds=50))
    clock.shift(timedelta(seconds=1))
    scanning.scan(timezone.now() + timedelta(minutes=1))
    announce_all()
    mails = Mail.objects.filter(is_alert=True, user=ana).order_by("pk")
    assert len(mails) == 2
    assert max(mail.due_at for mail in mails) <= timezone.now() + timedelta(seconds=10)


def test_a_batch_is_written_with_a_few_statements_and_once(storm, ana, lars, mia, clock, monkeypatch):
    said = []
    monkeypatch.setattr(live, "announce_notices", lambda people: said.append(set(people)))
    storm(*["P2"] * 40, minutes=1)
    clock.move_to(MONDAY_9AM + timedelta(minutes=31))
    scanning.scan(timezone.now())
    # An earlier attempt got as far as this and died.
    breach = Event.objects.filter(kind="sla.breached").first()
    Notice.objects.create(user=ana, event=breach)
    said.clear()
    with CaptureQueriesContext(connection) as queries:
        while announcing.announce_oldest(100) is not None:
            pass
    written = [one["sql"] for one in queries if "notifications_" in one["sql"]]
    breaches = Event.objects.filter(kind="sla.breached")
    assert (breaches.count(), Event.objects.pending().count()) == (40, 0)
    people = {ana, lars, mia}
    for rows in (Notice.objects.filter(event__in=breaches), Mail.objects.filter(event__in=breaches)):
        told = {user: sorted(events) for user, events in by_user(rows).items()}
        assert told == {person.pk: sorted(breach.pk for breach in breaches) for person in people}
    assert len(written) < 20
    assert len(said) < 5


def by_user(rows):
    found = {}
    for user, event in rows.values_list("user", "event"):
        found.setdefault(user, []).append(event)
    return found


# --- Exactly once


def test_many_senders_at_once_send_each_alert_in_one_mail(transactional_db, storm, ana, smtp):
    storm(*["P2"] * 12, minutes=28)
    outcomes = []

    def send():
        outcomes.append(sending.send_due())
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mails = [mail for mail in smtp.messages if mail["to"] == ana.email and "promises" in mail["subject"]]
    assert len(mails) == 1
    assert sum(outcome.sent for outcome in outcomes) == 12
    assert {row.state for row in Mail.objects.filter(is_alert=True)} == {"sent"}


def test_who_died_after_sending_sends_the_same_digest_under_the_same_name(clock, storm, ana, monkeypatch):
    storm(*["P2"] * 3, minutes=28)

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_finish", die)
        with pytest.raises(KeyboardInterrupt):
            sending.send_due()
    (first,) = django_mail.outbox
    clock.shift(timedelta(seconds=1))
    assert sending.send_due().sent == 0  # still in the dead sender's hands

    late = actions.create(requester=ana, by=ana, subject="later", body="x", priority="P1")
    actions.assign(late, by=None, to=ana)
    announce_all()
    clock.shift(timedelta(minutes=14))
    scanning.scan(timezone.now())
    announce_all()
    again = [
        mail for mail in sent(ana) if mail.extra_headers["Message-ID"] == first.extra_headers["Message-ID"]
    ]
    assert len(again) == 2
    assert again[1].body.count("/tickets/") == first.body.count("/tickets/") == 3


def test_a_digest_that_the_server_puts_off_goes_later_as_it_was(clock, storm, ana, scripted, settings):
    storm(*["P2"] * 3, minutes=28)
    backend = settings.EMAIL_BACKEND
    scripted(RCPT="450 later")
    assert sending.send_due().put_off == 3
    settings.EMAIL_BACKEND = backend
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(timedelta(minutes=1))
    assert [mail.subject for mail in sent(ana)] == ["3 promises at risk"]


def test_who_lost_the_rights_meanwhile_is_told_nothing(storm, ana):
    storm(*["P2"] * 3, minutes=28)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert sent(ana) == []
    assert {row.state for row in Mail.objects.filter(user=ana, is_alert=True)} == {"dropped"}


def test_a_digest_that_ends_its_sender_three_times_lets_its_parts_go(clock, storm, ana, monkeypatch):
    storm(*["P2"] * 3, minutes=28)

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "compose_digest", die)
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                sending.send_due()
            clock.shift(sending.LEASE + timedelta(seconds=1))
    sending.send_due()
    states = Mail.objects.filter(user=ana, is_alert=True).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["failed", "sent", "sent"]


# --- Among the notices


def page(user, name="notices"):
    client = Client()
    client.force_login(user)
    return client.get(reverse(name))


def test_many_alerts_of_a_minute_are_one_row_that_opens(storm, ana):
    storm("P1", *["P2"] * 4, minutes=28)
    for name in ("notices", "notices_bell"):
        rows = page(ana, name).context["rows"]
        group = rows[0]
        assert len(group.rows) == 5
        assert group.headline == "5 promises: 1 missed, 4 at risk"
        assert group.rows[0].notice.event.kind == "sla.breached"
        text = page(ana, name).content.decode()
        assert group.headline in text
        assert all(reverse("notice_open", args=[row.notice.pk]) in text for row in group.rows)


def test_a_few_alerts_stand_by_themselves(storm, ana):
    storm("P2", "P2", minutes=28)
    rows = page(ana).context["rows"]
    assert not any(hasattr(row, "rows") for row in rows)


def test_what_was_read_is_not_grouped_with_what_was_not(storm, ana):
    storm(*["P2"] * 6, minutes=28)
    for notice in list(ana.notices.filter(event__kind="sla.warned")[:3]):
        client = Client()
        client.force_login(ana)
        client.post(reverse("notice_read", args=[notice.pk]))
    groups = [row for row in page(ana).context["rows"] if hasattr(row, "rows")]
    assert [len(group.rows) for group in groups] == [3, 3]
