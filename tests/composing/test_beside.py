"""Above the composer: who will read it, and what colleagues have begun."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from drafts.models import Draft
from files import uploads
from notifications.audience import Way, audience
from tickets import actions

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def beside(client, ticket):
    return client.get(reverse("ticket_beside", args=[ticket.number]), headers=HTMX).content.decode()


def draft(owner, place, text="CANARY draft"):
    return Draft.objects.create(owner=owner, place=place, content={"body": [text]})


def test_the_audience_is_named_in_words(desk, ticket, rui, bo, zoe, lena):
    assert "Goes to Rui Tan at Kite Live" in desk.get(ticket.get_absolute_url()).content.decode()
    assert "Goes to Rui Tan at Kite Live" in beside(desk, ticket)
    actions.watch(ticket, by=bo)
    actions.watch(ticket, by=lena)
    part = beside(desk, ticket)
    assert "Goes to Rui Tan and 1 other at Kite Live" in part and 'title="Rui Tan, Bo Lin"' in part
    bo.memberships.all().delete()
    assert "Goes to Rui Tan at Kite Live" in beside(desk, ticket)


def test_colleagues_see_an_unsent_reply_and_customers_never(client, ticket, ana, lena, rui, bo):
    draft(lena, f"reply-{ticket.pk}")
    draft(rui, f"reply-{ticket.pk}", "CANARY of the customer")
    draft(ana, f"note-{ticket.pk}", "my own")
    client.force_login(ana)
    part = beside(client, ticket)
    assert "<b>Lena Wolf</b> has an unsent reply here" in part and "CANARY draft" in part
    assert "of the customer" not in part and "my own" not in part
    for customer in (rui, bo):
        client.force_login(customer)
        assert client.get(reverse("ticket_beside", args=[ticket.number])).status_code == 403
        assert "CANARY draft" not in client.get(ticket.get_absolute_url()).content.decode()
        assert not Draft.objects.of_desk(ticket.number, customer).exists()


def test_an_empty_draft_is_none(desk, ticket, lena):
    draft(lena, f"note-{ticket.pk}", "  ")
    assert "Lena" not in beside(desk, ticket)


def test_a_draft_is_taken_over_on_purpose_and_its_writer_is_told(desk, ticket, ana, lena):
    place = f"note-{ticket.pk}"
    uploads.store(lena, place=place, file=SimpleUploadedFile("trace.log", b"a line\n"))
    elsewhere = uploads.store(lena, place="note-1", file=SimpleUploadedFile("other.log", b"a line\n"))
    mine, theirs = draft(ana, f"note-{ticket.pk}", "begun"), draft(lena, f"note-{ticket.pk}")
    assert "trace.log" in beside(desk, ticket)
    answer = desk.post(reverse("ticket_draft_take", args=[ticket.pk, theirs.pk]), headers=HTMX)
    assert "CANARY draft" in answer["HX-Trigger"]
    assert [one.name for one in uploads.waiting(ana, place)] == ["trace.log"]
    assert (uploads.waiting(lena, place), uploads.waiting(lena, "note-1")) == ([], [elsewhere])
    mine.refresh_from_db()
    assert mine.text == "CANARY draft\n\nbegun"
    assert not Draft.objects.filter(owner=lena).exists()
    event = ticket.events.last()
    assert (event.kind, audience(event)) == ("ticket.draft_taken", {lena: Way.NOTICE})
    assert desk.post(reverse("ticket_draft_take", args=[ticket.pk, theirs.pk])).status_code == 404


def test_a_draft_with_more_files_than_fit_stays_where_it_is(desk, ticket, ana, lena, settings):
    settings.ATTACHMENTS_PER_MESSAGE = 1
    place = f"note-{ticket.pk}"
    for owner in (ana, lena):
        uploads.store(owner, place=place, file=SimpleUploadedFile("trace.log", b"a line\n"))
    theirs = draft(lena, place)
    assert desk.post(reverse("ticket_draft_take", args=[ticket.pk, theirs.pk])).status_code == 429
    assert Draft.objects.get(owner=lena).text == "CANARY draft"
    assert len(uploads.waiting(lena, place)) == 1


def test_a_customers_draft_is_taken_over_by_nobody(client, desk, ticket, rui, lena):
    theirs, colleagues = draft(rui, f"reply-{ticket.pk}"), draft(lena, f"reply-{ticket.pk}")
    assert desk.post(reverse("ticket_draft_take", args=[ticket.pk, theirs.pk])).status_code == 404
    client.force_login(rui)
    assert client.post(reverse("ticket_draft_take", args=[ticket.pk, colleagues.pk])).status_code == 403
    assert Draft.objects.count() == 2


def test_the_preview_is_what_readers_will_see(desk, ticket):
    address = reverse("ticket_preview", args=[ticket.number])
    shown = desk.post(address, {"body": "**Set** it <script>alert(1)</script>"}).content.decode()
    assert "<strong>Set</strong>" in shown and "<script>" not in shown


def test_the_page_without_a_script(desk, ticket, lena):
    draft(lena, f"reply-{ticket.pk}")
    page = desk.get(reverse("ticket_beside", args=[ticket.number])).content.decode()
    assert "<html" in page and "CANARY draft" in page
