import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Application, Membership, Organization
from kb import actions as kb
from kb.models import Category
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers(live_sdk):
    """Everything a P2 asks for."""
    return {
        "subject": "Black screen on Android 14",
        "priority": "P2",
        "product": live_sdk.pk,
        "platform": "android",
        "sdk_version": "4.3.2",
        "body": "Since this morning the remote video stays black.",
        "steps": "1. Join as audience\n2. Host switches camera",
        "submission_key": str(uuid.uuid4()),
    }


def file(client, user, answers):
    client.force_login(user)
    return client.post(reverse("ticket_new"), answers)


def test_a_complete_form_files_a_ticket_and_leads_to_it(client, rui, kite, answers):
    answers["attachments"] = SimpleUploadedFile("sdk.log", b"error 17\n")
    response = file(client, rui, answers)

    ticket = Ticket.objects.get()
    assert (response.status_code, response.url) == (302, ticket.get_absolute_url())
    assert (ticket.requester, ticket.organization, ticket.channel) == (rui, kite, "web")
    assert (ticket.priority, ticket.platform, ticket.sdk_version) == ("P2", "android", "4.3.2")
    message = ticket.messages.get()
    assert message.body.startswith("Since this morning")
    assert message.body.endswith("### Steps to reproduce\n\n1. Join as audience\n2. Host switches camera")
    assert [attachment.name for attachment in message.attachments.all()] == ["sdk.log"]


def test_a_p1_needs_only_subject_and_description(client, rui, live_sdk):
    file(client, rui, {"subject": "All streams are black", "priority": "P1", "body": "Everywhere."})
    assert Ticket.objects.get().priority == "P1"


def test_the_others_name_the_product(client, rui, answers):
    answers["product"] = ""
    response = file(client, rui, answers)
    assert response.status_code == 422
    assert "Please choose: Product. It decides which engineer gets the ticket." in response.content.decode()


@pytest.mark.parametrize("left_out", ["subject", "priority", "body"])
def test_what_is_missing_is_said_and_everything_typed_is_kept(client, rui, answers, left_out):
    kept = {name: value for name, value in answers.items() if name != left_out}
    response = file(client, rui, kept)
    text = response.content.decode()

    assert response.status_code == 422
    assert not Ticket.objects.exists()
    assert "What you typed is kept." in text
    for name in {"subject", "sdk_version", "submission_key"} - {left_out}:
        assert f'value="{answers[name]}"' in text
    for name in {"body"} - {left_out}:
        assert answers[name] in text
    if left_out != "priority":
        assert '<option value="P2" selected>' in text


def test_one_form_sent_twice_is_one_ticket(client, rui, answers):
    first = file(client, rui, answers)
    second = file(client, rui, answers)
    assert first.url == second.url
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)


def test_the_requester_is_the_person_signed_in_whatever_the_form_says(client, rui, zoe, answers):
    file(client, rui, {**answers, "requester": zoe.pk, "by": zoe.pk, "channel": "phone", "tier": "TAM"})
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.channel, ticket.tier) == (rui, "web", "L1")


def test_another_organisation_or_its_application_cannot_be_chosen(client, rui, zoe, answers):
    ondo = Organization.objects.get(name="Ondo Fitness")
    foreign = Application.objects.create(organization=ondo, name="Ondo", app_id="ondo-1")
    response = file(client, rui, {**answers, "application": foreign.pk})
    assert response.status_code == 422
    assert "Ondo" not in response.content.decode()

    # With one organisation there is no such question, and what is sent for it is not read.
    file(client, rui, {**answers, "organization": ondo.pk})
    assert Ticket.objects.get().organization.name == "Kite Live"


def test_who_belongs_to_several_organisations_chooses_one(client, rui, kite, answers):
    other = Organization.objects.create(name="Aria Music")
    Membership.objects.create(user=rui, organization=other)
    assert file(client, rui, answers).status_code == 422
    file(client, rui, {**answers, "organization": other.pk})
    assert Ticket.objects.get().organization == other


def test_an_application_belongs_to_the_organisation_chosen(client, rui, kite, answers):
    other = Organization.objects.create(name="Aria Music")
    Membership.objects.create(user=rui, organization=other)
    of_kite = Application.objects.create(organization=kite, name="Kite", app_id="kite-1")
    response = file(client, rui, {**answers, "organization": other.pk, "application": of_kite.pk})
    assert response.status_code == 422
    assert "This application belongs to another organisation." in response.content.decode()


def test_who_belongs_to_no_organisation_files_for_themselves(client, rui, answers):
    rui.memberships.all().delete()
    file(client, rui, answers)
    assert Ticket.objects.get().organization is None


def test_what_another_page_knows_is_filled_in(client, rui, live_sdk):
    client.force_login(rui)
    known = {"subject": "Error 17 <b>", "priority": "P1", "platform": "ios"}
    text = " ".join(client.get(reverse("ticket_new"), known).content.decode().split())
    assert 'value="Error 17 &lt;b&gt;"' in text
    for name, value in (("affected", "everything"), ("extent", "all"), ("environment", "production")):
        assert f'name="{name}" value="{value}" checked' in text
    assert '<option value="ios" selected>' in text


def test_the_form_says_what_the_plan_promises(client, rui, live_sdk):
    client.force_login(rui)
    text = " ".join(client.get(reverse("ticket_new")).content.decode().split())
    assert (
        "P2 on your plan: first answer within <b>30 minutes</b>, solved within <b>8 hours</b>, day and night."
    ) in text
    assert "P4 on your plan: first answer within <b>4 hours</b>, day and night; a date" in text


def test_the_limits_of_files_are_said_before(client, rui, settings):
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENTS_PER_MESSAGE = 1024, 2
    client.force_login(rui)
    assert "Up to 2 files of 1.0\xa0KB each." in client.get(reverse("ticket_new")).content.decode()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("big.log", b"x" * 2000)], "“big.log” is 2.0\xa0KB; a file may have at most 1.0\xa0KB."),
        ([("empty.log", b"")], "“empty.log” is empty."),
        ([("a", b"x"), ("b", b"x"), ("c", b"x")], "At most 2 files go with one message; you chose 3."),
    ],
)
def test_a_file_too_many_or_too_large_is_refused_by_name_and_limit_and_the_text_is_kept(
    client, rui, answers, settings, files, words
):
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENTS_PER_MESSAGE = 1024, 2
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    response = file(client, rui, {**answers, "attachments": uploads})
    text = response.content.decode()
    assert response.status_code in (413, 422)
    assert words in text
    assert answers["body"] in text
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "text", ["a\0b", "\u202egnp.exe", "👩‍💻" * 60, "<script>x</script>" * 10, "字" * 200]
)
def test_strange_text_never_breaks_the_form(client, rui, answers, text):
    response = file(client, rui, {**answers, "subject": text[:200], "body": text * 50})
    assert response.status_code in (302, 422)
    assert "<script>x</script>" not in client.get(reverse("my_tickets")).content.decode()


def test_the_form_costs_the_same_queries_however_many_applications(
    client, rui, kite, live_sdk, django_assert_max_num_queries
):
    for index in range(10):
        application = Application.objects.create(
            organization=kite, name=f"App {index}", app_id=f"app-{index}"
        )
        application.products.add(live_sdk)
    client.force_login(rui)
    client.get(reverse("ticket_new"))
    with django_assert_max_num_queries(15):
        client.get(reverse("ticket_new"))


def test_an_article_that_did_not_help_says_what_the_ticket_is_about(client, rui, live_sdk):
    article = kb.create(
        slug="black-screen",
        language="en",
        by=None,
        category=Category.objects.first(),
        title="Black screen after joinChannel",
        summary="The surface is gone.",
        body="Set it again.",
        platforms=["android"],
        products=[live_sdk],
    )
    article = kb.publish(article, by=None)
    client.force_login(rui)
    text = client.get(reverse("ticket_new"), {"article": "black-screen"}).content.decode()
    assert 'value="Black screen after joinChannel"' in text
    assert f'<option value="{live_sdk.pk}" selected>' in text
    assert '<option value="android" selected>' in text

    kb.unpublish(article, by=None)
    assert (
        "joinChannel" not in client.get(reverse("ticket_new"), {"article": "black-screen"}).content.decode()
    )
    assert client.get(reverse("ticket_new"), {"article": "no-such"}).status_code == 200


def test_another_type_brings_its_questions_whole(client, rui, live_sdk):
    client.force_login(rui)
    page = client.post(
        reverse("ticket_questions"),
        {"type": "quality", "shown_type": "1", "channel_id": "room-7", "frequency": "always"},
        headers={"HX-Request": "true"},
    )
    text = page.content.decode()
    assert page["HX-Retarget"] == "#questions"
    # What lies inside is not swapped by itself: it would be taken out of the part that brings it.
    assert 'id="help-symptom">' in text
    assert 'id="need-symptom">' in text
    assert 'value="room-7"' in text
