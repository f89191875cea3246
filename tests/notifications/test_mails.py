"""What the mails say, to whom, in which language; and what never stands in one."""

import pytest
from django.core import mail as django_mail
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from events.recording import record
from notifications import sending
from notifications.composing import compose
from notifications.models import Mail
from tests.notifications.conftest import announce_all
from tickets import actions
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


def sent(to=None):
    """Announce and send everything; returns the mails (to this person), first to last."""
    announce_all()
    sending.send_due()
    return [mail for mail in django_mail.outbox if to is None or mail.to == [to.email]]


def html(mail):
    return mail.alternatives[0].content


def test_a_new_ticket_is_acknowledged_without_a_word_of_what_the_sender_wrote(rui, kite, clock):
    ticket = actions.create(
        requester=rui,
        by=rui,
        organization=kite,
        subject="BUY-CHEAP-PILLS at evil.example",
        body="CLICK-HERE",
        priority="P2",
    )
    (mail,) = sent(rui)
    assert mail.subject == f"[#{ticket.number}] We have received your ticket"
    for text in (mail.subject, mail.body, html(mail)):
        assert "PILLS" not in text and "CLICK-HERE" not in text and "evil.example" not in text
    assert "An engineer will answer by 2026-07-13 09:30 UTC." in mail.body
    assert f"http://localhost:8000/tickets/{ticket.number}/" in mail.body
    assert mail.extra_headers["Auto-Submitted"] == "auto-replied"


def test_an_acknowledgement_speaks_the_requesters_language_and_time_zone(rui, kite, clock):
    User.objects.filter(pk=rui.pk).update(language="zh-hans", time_zone="Asia/Shanghai")
    rui.refresh_from_db()
    ticket = actions.create(
        requester=rui, by=rui, organization=kite, subject="黑屏", body="黑屏", priority="P1"
    )
    (mail,) = sent(rui)
    assert mail.subject == f"[#{ticket.number}] 我们已收到您的工单"
    assert "2026-07-13 17:15" in mail.body


def test_a_public_reply_is_mailed_as_it_was_written_with_its_markdown_cleaned(ticket, ana, rui):
    sent()
    actions.reply(
        ticket,
        by=ana,
        body="Call `setup()` **first**.\n\n\n<script>alert(1)</script>\n\n![x](https://evil.example/x)",
    )
    mail = sent(rui)[-1]
    assert mail.subject == f"[#{ticket.number}] Black screen on Android 14 after joinChannel"
    assert "Ana Nunes replied." in mail.body
    assert "Call `setup()` **first**.\n\n\n<script>alert(1)</script>" in mail.body
    assert "<strong>first</strong>" in html(mail) and "<code>setup()</code>" in html(mail)
    assert "<script" not in html(mail) and "<img" not in html(mail)


def test_the_html_of_a_reply_is_what_the_cleaner_makes_of_it(ticket, ana, rui):
    from helpdesk.markdown import render_message

    body = "# Title\n\n<b onclick=x>bold</b> [a](javascript:alert(1)) <style>p{}</style>"
    actions.reply(ticket, by=ana, body=body)
    assert render_message(body) in html(sent(rui)[-1])


def test_mails_of_a_ticket_are_one_thread_for_each_person(ticket, ana, rui):
    actions.reply(ticket, by=ana, body="one")
    actions.ask_requester(ticket, by=ana, body="two")
    mails = sent(rui)
    assert len({mail.extra_headers["Message-ID"] for mail in mails}) == 3
    assert len({mail.extra_headers["References"] for mail in mails}) == 1
    assert len({mail.subject for mail in mails[1:]}) == 1


def test_what_a_person_says_is_no_automatic_mail_and_what_the_product_says_is(ticket, ana, rui, lena):
    sent()
    actions.reply(ticket, by=ana, body="Hello")
    actions.assign(ticket, by=ana, to=lena)
    assert "Auto-Submitted" not in sent(rui)[-1].extra_headers
    assert sent(lena)[-1].extra_headers["Auto-Submitted"] == "auto-generated"


def test_nobody_outside_can_guess_the_name_of_a_mail(ticket, rui, zoe):
    from notifications.message_ids import message_id

    event = ticket.events.get()
    mine, other = message_id(event=event, person=rui), message_id(event=event, person=zoe)
    assert mine != other
    assert mine.startswith(f"<ticket-{ticket.number}.1.") and mine.endswith("@localhost>")


def test_a_missed_promise_is_told_with_its_deadline_in_the_readers_zone_and_that_it_was_noticed_late(
    ticket, ana, lena
):
    User.objects.filter(pk=lena.pk).update(time_zone="Asia/Shanghai")
    fresh = Ticket.objects.get(pk=ticket.pk)
    due = ticket.created_at.replace(hour=9, minute=30)
    record(
        "sla.breached",
        fresh,
        by=None,
        at=due,
        target="response",
        level="breach",
        tier="L1",
        due_at=due,
        notify=True,
        late=True,
    )
    mail = sent(lena)[-1]
    assert mail.subject.startswith(f"[#{ticket.number}] Promise missed · ")
    assert "17:30 was missed." in mail.body
    assert "noticed late" in mail.body and "noticed late" in html(mail)
    assert "P2 high · L1 · new · Kite Live" in mail.body


def test_a_lowered_priority_is_mailed_with_its_reason(ticket, ana, rui):
    actions.set_priority(ticket, by=ana, priority="P3", reason="a workaround is known")
    mail = sent(rui)[-1]
    assert "from P2 to P3" in mail.body and "a workaround is known" in mail.body


def test_files_are_named_and_stay_behind_the_sign_in(ticket, ana, rui):
    from django.core.files.uploadedfile import SimpleUploadedFile

    actions.reply(ticket, by=ana, body="See the log.", files=[SimpleUploadedFile("fix.txt", b"patch")])
    mail = sent(rui)[-1]
    assert "fix.txt" in mail.body and not mail.attachments


def test_names_of_agents_are_told_and_their_addresses_are_not(ticket, ana, rui):
    actions.take(ticket, by=ana)
    actions.reply(ticket, by=ana, body="Hello")
    mail = sent(rui)[-1]
    assert "Ana Nunes" in mail.body
    assert "desk.example" not in mail.body + html(mail) + str(mail.message())


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(subject=st.text(min_size=1, max_size=200))
def test_no_subject_adds_a_header(ticket, ana, subject):
    """Whatever stands in a subject, the mail has the headers it always has, and the subject survives."""
    Mail.objects.all().delete()
    actions.reply(ticket, by=ana, body="Hello")
    announce_all()
    mail = Mail.objects.select_related("event__ticket", "user").latest("pk")
    mail.event.ticket.subject = subject.replace("\0", "")
    from email import message_from_bytes, policy

    parsed = message_from_bytes(compose(mail).message().as_bytes(), policy=policy.default)
    assert set(parsed.keys()) == {
        "Content-Type",
        "MIME-Version",
        "Subject",
        "From",
        "To",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "X-Auto-Response-Suppress",
    }
    assert len(parsed.keys()) == 10


def test_an_internal_note_stands_in_no_mail(ticket, ana, axel, lena, mia, rui):
    """The canary: every kind of event that sends mail, with a note said around each."""
    canary = "CANARY-c0ffee"
    actions.take(ticket, by=ana)
    steps = [
        lambda: actions.reply(ticket, by=ana, body="a reply"),
        lambda: actions.ask_requester(ticket, by=ana, body="a question"),
        lambda: actions.reply(ticket, by=rui, body="an answer"),
        lambda: actions.hold(ticket, by=ana, reason="a release"),
        lambda: actions.set_priority(ticket, by=ana, priority="P3", reason="lower"),
        lambda: actions.set_priority(ticket, by=ana, priority="P1", reason="higher"),
        lambda: actions.hand_over(ticket, by=ana, tier="L2", to=lena, reason=f"{canary} is the reason"),
        lambda: actions.assign(ticket, by=lena, to=ana),
        lambda: actions.resolve(ticket, by=ana, body="solved"),
        lambda: actions.reopen(ticket, by=rui),
        lambda: actions.close(actions.resolve(ticket, by=ana, body="solved again"), by=ana),
    ]
    for step in steps:
        actions.note(ticket, by=axel, body=f"{canary} what we think of it")
        step()
    mails = sent()
    assert len(mails) == 10
    for mail in mails:
        text = mail.subject + mail.body + html(mail) + str(mail.message())
        if mail.to == [rui.email]:
            assert canary not in text
        else:
            assert f"{canary} what we think" not in text


def test_an_event_that_names_a_note_as_its_message_mails_no_note(ticket, ana, rui):
    """Numbers of notes and messages overlap, and a message of another ticket is not this one's."""
    actions.note(ticket, by=ana, body="CANARY-note")
    note = ticket.notes.get()
    other = actions.create(requester=ana, by=ana, subject="Another", body="CANARY-other", priority="P4")
    sent()
    for number in (note.pk, Message.objects.get(ticket=other).pk):
        fresh = Ticket.objects.get(pk=ticket.pk)
        record("ticket.replied", fresh, by=ana, at=ticket.created_at, message=number, author_kind="agent")
    for mail in sent(rui)[-2:]:
        assert "CANARY" not in mail.body + html(mail)
