"""An engineer asks for facts by picking fields; the customer answers in place; the clock goes on."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from events.models import Event
from intake.models import RequestTypeVersion
from notifications.composing import compose
from notifications.models import Mail
from tests.conftest import MONDAY_9AM
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(db):
    return RequestTypeVersion.objects.select_related("request_type").get(request_type__code="broken")


@pytest.fixture
def ticket(clock, rui, kite, live_sdk, broken):
    return actions.create(
        requester=rui,
        by=rui,
        organization=kite,
        subject="Black screen",
        body="The remote video stays black.",
        priority="P2",
        product=live_sdk,
        platform="android",
        request_type=broken,
        answers={"affected": "main", "extent": "some", "environment": "production"},
    )


def ask(ticket, ana, *keys, body="", optional=()):
    wanted = [{"key": key, "required": key not in optional} for key in keys]
    return actions.ask_requester(ticket, by=ana, body=body, facts=wanted)


def resolution(ticket):
    return ticket.clocks.get(target="resolution")


def last(ticket):
    return Event.objects.filter(ticket=ticket).latest("sequence")


def test_asking_for_fields_waits_and_keeps_the_list_with_help_for_the_platform(ticket, ana):
    ticket = ask(ticket, ana, "sdk_version", "logs", optional=["logs"])
    assert ticket.status == "pending"
    assert ticket.asked_facts == [
        {"key": "sdk_version", "required": True},
        {"key": "logs", "required": False},
    ]
    event = last(ticket)
    assert event.kind == "ticket.asked"
    assert [one["key"] for one in event.data["facts"]] == ["sdk_version", "logs"]
    assert "logcat" in event.data["facts"][1]["help"]["en"]
    assert ticket.messages.latest("pk").body.startswith("To go on we need a few facts.")


def test_the_words_left_out_are_in_the_customers_language(ticket, ana, rui):
    rui.language = "zh-hans"
    rui.save(update_fields=["language"])
    with translation.override("en"):
        ticket = ask(Ticket.objects.get(pk=ticket.pk), ana, "sdk_version")
    assert "工单页面" in ticket.messages.latest("pk").body


def test_the_clock_stands_until_the_last_required_fact_is_in(ticket, ana, rui, clock):
    ask(ticket, ana, "sdk_version", "channel_id", "logs", optional=["logs"])
    clock.shift(timedelta(hours=1))
    ticket = actions.answer(ticket, by=rui, sdk_version="4.3.2")
    assert (ticket.status, ticket.sdk_version) == ("pending", "4.3.2")
    assert last(ticket).kind == "ticket.facts_set"
    assert resolution(ticket).state == "paused"

    clock.shift(timedelta(hours=1))
    ticket = actions.answer(ticket, by=rui, answers={"channel_id": "kite-room-4821"})
    assert ticket.status == "open"
    assert ticket.answers["channel_id"] == "kite-room-4821"
    assert ticket.asked_facts == [{"key": "logs", "required": False}]
    event = last(ticket)
    assert event.kind == "ticket.replied"
    assert event.changes["answers.channel_id"] == [None, "kite-room-4821"]
    assert ticket.messages.latest("pk").body == "- **Channel or room id**: kite-room-4821"
    assert resolution(ticket).due_at == MONDAY_9AM + timedelta(hours=8 + 2)


def test_that_is_all_i_have_resumes_too(ticket, ana, rui):
    ask(ticket, ana, "sdk_version", "channel_id")
    ticket = actions.answer(ticket, by=rui, sdk_version="4.3.2", is_all=True)
    assert ticket.status == "open"
    body = ticket.messages.latest("pk").body
    assert body == "- **SDK version**: 4.3.2\n\nThat is all I have."


def test_words_are_a_message_and_resume_by_rule_b4(ticket, ana, rui):
    ask(ticket, ana, "sdk_version", "logs")
    ticket = actions.answer(ticket, by=rui, sdk_version="4.3.2", body="Which log do you mean?")
    assert ticket.status == "open"
    assert ticket.messages.latest("pk").body == "Which log do you mean?\n\n- **SDK version**: 4.3.2"
    assert ticket.asked_facts == [{"key": "logs", "required": True}]


def test_a_file_that_is_a_part_of_the_answer_arrives_and_the_clock_stands_on(ticket, ana, rui, clock):
    ask(ticket, ana, "sdk_version", "logs")
    clock.shift(timedelta(hours=1))
    ticket = actions.answer(ticket, by=rui, files=[SimpleUploadedFile("sdk.log", b"error 17")])
    assert ticket.status == "pending"
    assert ticket.asked_facts == [{"key": "sdk_version", "required": True}]
    assert [one.name for one in ticket.messages.latest("pk").attachments.all()] == ["sdk.log"]
    assert last(ticket).kind == "ticket.replied"
    assert resolution(ticket).state == "paused"

    clock.shift(timedelta(hours=1))
    assert actions.answer(ticket, by=rui, sdk_version="4.3.2").status == "open"
    assert resolution(ticket).due_at == MONDAY_9AM + timedelta(hours=8 + 2)


def test_where_nothing_asked_was_required_the_last_answer_resumes(ticket, ana, rui):
    ask(ticket, ana, "sdk_version", "channel_id", optional=["sdk_version", "channel_id"])
    assert actions.answer(ticket, by=rui, sdk_version="4.3.2").status == "pending"
    assert actions.answer(ticket, by=rui, answers={"channel_id": "room-1"}).status == "open"


def test_a_field_the_type_does_not_know_is_refused(ticket, ana):
    with pytest.raises(Exception, match="does not ask for these: shoe_size"):
        ask(ticket, ana, "shoe_size")
    ticket.refresh_from_db()
    assert ticket.status == "new"


def test_a_ticket_without_a_type_takes_the_one_whose_fields_are_asked(ticket, ana, broken, rui, kite):
    old = actions.create(
        requester=rui, by=rui, organization=kite, subject="Old", body="No type.", priority="P3"
    )
    wanted = [{"key": "channel_id"}]
    old = actions.ask_requester(old, by=ana, body="", facts=wanted, request_type=broken)
    assert old.request_type == broken


def test_the_mail_holds_the_list(ticket, ana, rui):
    ticket = ask(ticket, ana, "sdk_version", "logs", body="Which version is it?", optional=["logs"])
    message = compose(Mail(event=last(ticket), user=rui, message_id="<x@y>"))
    assert "[ ] SDK version\n    In build.gradle" in message.body
    assert "[ ] SDK log (if you have it)" in message.body
    assert "<li" in message.alternatives[0][0]
    assert mail.outbox == []


# --- In the browser


def test_the_customer_sees_the_checklist_and_answers_in_place(client, ticket, ana, rui):
    ask(ticket, ana, "sdk_version", "channel_id")
    client.force_login(rui)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert 'name="channel_id"' in page
    assert "In build.gradle, or in the first lines of the SDK log." in page

    url = reverse("ticket_answers", args=[ticket.number])
    assert client.post(url, {"sdk_version": "4.3.2"}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.sdk_version, ticket.status) == ("4.3.2", "pending")
    assert client.post(url, {"channel_id": "room-1"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == "open"
    shown = client.get(ticket.get_absolute_url()).content.decode()
    assert "room-1" in shown


def test_what_cannot_be_read_is_said_and_the_rest_stays_typed(client, ticket, ana, rui):
    ask(ticket, ana, "sdk_version", "time_range")
    client.force_login(rui)
    url = reverse("ticket_answers", args=[ticket.number])
    response = client.post(url, {"sdk_version": "<none>", "body": "Soon."})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Please give a version, such as 4.3.2." in text
    assert "Soon." in text
    ticket.refresh_from_db()
    assert ticket.status == "pending"


def test_open_facts_are_asked_for_after_filing_too(client, ticket, rui):
    client.force_login(rui)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "facts would help" in page
    client.post(reverse("ticket_answers", args=[ticket.number]), {"device_model": "Pixel 8"})
    ticket.refresh_from_db()
    assert ticket.answers["device_model"] == "Pixel 8"
    assert ticket.status == "new"
    assert last(ticket).kind == "ticket.facts_set"


def test_nobody_else_answers(client, ticket, ana, zoe):
    ask(ticket, ana, "sdk_version")
    client.force_login(zoe)
    url = reverse("ticket_answers", args=[ticket.number])
    assert client.post(url, {"sdk_version": "9.9.9"}).status_code == 404
    ticket.refresh_from_db()
    assert ticket.sdk_version == ""


def test_an_engineer_picks_fields_in_the_workspace_and_a_customer_may_not(client, ticket, ana, rui):
    url = reverse("ticket_ask", args=[ticket.number])
    client.force_login(rui)
    assert client.get(url).status_code == 403
    assert client.post(url, {"facts": ["logs"]}).status_code == 403

    client.force_login(ana)
    page = client.get(url).content.decode()
    assert "SDK log" in page
    assert "logcat" in page
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"facts": ["logs", "no-such"]}).status_code == 422
    response = client.post(url, {"facts": ["logs", "channel_id"], "optional": ["logs"], "body": "Please."})
    assert response.status_code == 302
    ticket.refresh_from_db()
    assert ticket.asked_facts == [
        {"key": "logs", "required": False},
        {"key": "channel_id", "required": True},
    ]


def test_the_desk_corrects_answers_and_sees_how_complete_it_is(client, ticket, ana):
    client.force_login(ana)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "Ready to act on" in page
    assert "Not known:" in page
    url = reverse("ticket_facts", args=[ticket.number])
    assert 'name="channel_id"' in client.get(url).content.decode()
    data = {
        "subject": ticket.subject,
        "request_type": ticket.request_type_id,
        "product": ticket.product_id,
        "platform": "android",
        "affected": "main",
        "extent": "some",
        "environment": "production",
        "channel_id": "room-2",
        "frequency": "always",
    }
    assert client.post(url, data).status_code == 302
    ticket.refresh_from_db()
    assert ticket.answers["channel_id"] == "room-2"
    assert ticket.answers["environment"] == "production"
    event = last(ticket)
    assert set(event.changes) == {"answers.channel_id", "answers.frequency"}
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "filled in or corrected: How often and Channel or room id." in page


def test_a_ticket_is_found_by_its_answers(ticket, ana, client, rui):
    actions.answer(ticket, by=rui, answers={"channel_id": "zebra-room"})
    client.force_login(ana)
    assert "Black screen" in client.get(reverse("queue"), {"view": "all", "q": "zebra"}).content.decode()
