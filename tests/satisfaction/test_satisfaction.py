"""How did we do: asked once, answered by a person and not by a scanner, counted honestly."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail, signing
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from events.models import Event
from helpdesk.errors import InvalidTransition
from notifications import sending
from notifications.models import Notice
from satisfaction import actions, links, reports
from satisfaction.models import Question, Unasked
from tests.conftest import person
from tests.notifications.conftest import announce_all
from tickets import actions as tickets

pytestmark = pytest.mark.django_db

CANARY = "canary-of-the-comment"


@pytest.fixture
def resolved(clock, ticket, ana):
    tickets.resolve(ticket, by=ana, body="Update to 4.3.3.")
    announce_all()
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def question(resolved):
    return Question.objects.get()


def path_of(question, score=""):
    return urlsplit(links.address(question, score))._replace(scheme="", netloc="").geturl()


# --- Asking


def test_the_mail_of_the_resolution_asks_in_the_requesters_language(clock, ticket, ana, rui):
    rui.language = "zh-hans"
    rui.save()
    tickets.resolve(ticket, by=ana, body="请升级。")
    announce_all()
    announce_all()
    sending.send_due()
    assert Question.objects.count() == 1
    (message,) = [one for one in mail.outbox if one.to == [rui.email] and "score=" in one.body]
    found = re.findall(r"https?://\S+/satisfaction/\S+", message.body)
    assert len(found) == 3 and "满意" in message.body
    assert found[0] in message.alternatives[0].content


def test_a_person_is_asked_at_most_once_a_week(clock, resolved, ana, rui, kite):
    again = tickets.create(by=rui, requester=rui, organization=kite, subject="x", body="x", priority="P3")
    for days, count in ((3, 1), (4, 2)):
        clock.shift(timedelta(days=days))
        tickets.resolve(again, by=ana, body="Done.")
        announce_all()
        assert Question.objects.count() == count
        tickets.reopen(again, by=rui)


def test_no_question_where_the_organisation_does_not_want_it_or_it_is_open_again(
    clock, ticket, ana, rui, kite
):
    actions.set_asked(kite, is_asked=False)
    tickets.resolve(ticket, by=ana, body="Done.")
    announce_all()
    assert not Question.objects.exists()
    actions.set_asked(kite, is_asked=True)
    tickets.reopen(ticket, by=rui)
    tickets.resolve(ticket, by=ana, body="Done.")
    tickets.reopen(ticket, by=rui)
    announce_all()
    assert not Question.objects.exists()


# --- Answering by the link


def test_a_scanner_that_follows_every_link_answers_nothing(client, question):
    for score in ("good", "fair", "bad"):
        page = client.get(path_of(question, score))
        assert page.status_code == 200
        assert "data-sends-itself" not in page.text, "a scanner runs scripts, too"
        assert "no-store" in page["Cache-Control"] and page["X-Robots-Tag"] == "noindex, nofollow"
        assert client.head(path_of(question, score)).status_code == 200
    question.refresh_from_db()
    assert question.score == ""


def test_whoever_is_signed_in_as_the_addressee_needs_one_press(client, question, rui):
    client.force_login(rui)
    page = client.get(path_of(question, "good"))
    assert "data-sends-itself" in page.text
    question.refresh_from_db()
    assert question.score == "", "not even then by GET"
    assert "data-sends-itself" not in client.get(path_of(question)).text


def test_an_answer_is_recorded_once_told_once_and_may_be_changed_for_a_week(clock, client, question, rui):
    path = path_of(question, "bad")
    for _press in range(2):
        page = client.post(path, {"score": "bad", "comment": "Too slow"})
        assert page.status_code == 200 and "recorded" in page.text
    assert Event.objects.filter(kind="ticket.rated").count() == 1
    clock.shift(timedelta(days=6))
    client.post(path, {"score": "good", "comment": ""})
    question.refresh_from_db()
    assert (question.score, question.ticket.events.last().data["before"]) == ("good", "bad")
    clock.shift(timedelta(days=2))
    assert client.post(path, {"score": "bad"}).status_code == 409
    question.refresh_from_db()
    assert question.score == "good"
    assert client.post(path, {"score": "splendid"}).status_code == 422


def test_a_forged_link_opens_nothing(client, question, rui, zoe):
    token = links.token(question)
    other = signing.dumps([question.pk, question.ticket_id, zoe.pk], salt="satisfaction.question")
    salted = signing.dumps([question.pk, question.ticket_id, rui.pk], salt="something.else")
    odd = signing.dumps({"pk": question.pk}, salt="satisfaction.question")
    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), "x", other, salted, odd):
        address = reverse("satisfaction_answer", args=[forged])
        assert client.get(address).status_code == 404
        assert client.post(address, {"score": "good"}).status_code == 404
    question.refresh_from_db()
    assert question.score == ""


def test_an_expired_link_says_so(clock, client, question):
    path = path_of(question)
    clock.shift(timedelta(days=31))
    assert client.post(path, {"score": "good"}).status_code == 409
    clock.shift(timedelta(days=7))
    assert client.post(path, {"score": "good"}).status_code == 410
    question.refresh_from_db()
    assert question.score == ""


def test_a_link_is_of_no_use_to_others_signed_in_nor_after_leaving(client, question, ana, rui, zoe):
    path = path_of(question)
    for somebody in (zoe, ana):
        client.force_login(somebody)
        assert client.get(path).status_code == 404
        assert client.post(path, {"score": "bad"}).status_code == 404
    client.logout()
    Membership.objects.filter(user=rui).delete()
    assert client.post(path, {"score": "bad"}).status_code == 404


def test_a_post_without_the_pages_token_is_refused(question):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(path_of(question), {"score": "bad"}).status_code == 403


# --- Pages


def test_on_the_page_one_press_is_enough_and_only_the_asked_have_it(
    client, resolved, question, rui, zoe, ana, kite
):
    here = reverse("satisfaction_here", args=[question.pk])
    lead = person("Leo Lead", domain="kite.example")
    Membership.objects.create(user=lead, organization=kite, role="lead")
    for somebody in (zoe, lead, ana):
        client.force_login(somebody)
        assert client.post(here, {"score": "bad"}).status_code == 404
        assert "satisfaction/here" not in client.get(resolved.get_absolute_url(), follow=False).text
    client.force_login(rui)
    assert here in client.get(resolved.get_absolute_url()).text
    assert client.post(here, {"score": "good", "comment": CANARY}).status_code == 302
    question.refresh_from_db()
    assert (question.score, question.comment) == ("good", CANARY)
    client.force_login(lead)
    assert CANARY not in client.get(resolved.get_absolute_url()).text, "what Rui told the desk stays there"
    client.force_login(ana)
    assert CANARY in client.get(reverse("ticket_connections", args=[resolved.number])).text


def test_a_bad_answer_is_told_to_the_lead(question, rui):
    lead = person("Lou Lead", role="agent", tier="L1", is_lead=True)
    actions.answer(question, by=rui, score="bad")
    announce_all()
    assert Notice.objects.filter(user=lead, event__kind="ticket.rated").count() == 1
    assert not Notice.objects.filter(user=rui, event__kind="ticket.rated").exists()


def test_the_report_tells_no_share_of_few_answers():
    few = reports.Line("", asked=9, good=3, fair=1, bad=0)
    many = reports.Line("", asked=90, good=45, fair=3, bad=2)
    assert few.share is None
    assert (many.share, many.between) == (90, (78, 96))
    assert reports.Line("", 0, 0, 0, 0).between == (0, 100)


def test_only_managers_have_the_report_and_the_switch(client, question, ana, rui, mia, kite):
    actions.answer(question, by=rui, score="bad", comment=CANARY)
    for somebody, status in ((rui, 404), (ana, 404)):
        client.force_login(somebody)
        assert client.get(reverse("satisfaction_report")).status_code == status
        assert client.post(reverse("satisfaction_switches"), {"organization": kite.pk}).status_code == 403
    client.force_login(mia)
    page = client.get(reverse("satisfaction_report")).text
    assert CANARY in page and "Below 5 answers no share is told." in page and "Live SDK" in page
    sent = {"organization": kite.pk, "asked": "no"}
    assert client.post(reverse("satisfaction_switches"), sent).status_code == 302
    assert Unasked.objects.get().organization == kite
    assert "not asked" in client.get(reverse("satisfaction_switches")).text


def test_an_answer_after_the_time_is_refused(clock, question, rui):
    with pytest.raises(InvalidTransition):
        actions.answer(question, by=rui, score="good", at=timezone.now() + timedelta(days=40))
