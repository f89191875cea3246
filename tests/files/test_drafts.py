"""Drafts on the server: nobody's words are lost, and nobody else reads them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drafts import actions
from drafts.models import Draft
from files.models import Upload
from helpdesk.errors import InvalidInput
from tests.files.test_uploads import upload
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

CONTENT = {"subject": ["Black screen"], "platforms": ["ios", "web"]}


def put(client, place, content=CONTENT, **more):
    return client.put(
        reverse("draft", args=[place]), {"content": content, **more}, content_type="application/json"
    )


def test_a_draft_survives_signing_out_and_another_browser(client, rui):
    client.force_login(rui)
    assert put(client, "ticket", key="k").status_code == 200
    client.logout()
    other = Client()
    other.force_login(rui)
    kept = other.get(reverse("draft", args=["ticket"])).json()
    assert (kept["content"], kept["key"]) == (CONTENT, "k")
    assert "Black screen" in other.get(reverse("ticket_new")).content.decode()


def test_a_draft_is_nobody_elses(client, rui, zoe, ana, mia):
    client.force_login(rui)
    put(client, "ticket")
    for person in (zoe, ana, mia):
        client.force_login(person)
        assert client.get(reverse("draft", args=["ticket"])).json() == {}
        assert "Black screen" not in client.get(reverse("ticket_new")).content.decode()
        assert client.delete(reverse("draft", args=["ticket"])).status_code == 204
    client.logout()
    assert put(client, "ticket").status_code == 302
    assert actions.find(rui, "ticket")


def test_the_last_word_is_kept_and_one_form_has_one_draft(client, rui):
    client.force_login(rui)
    put(client, "ticket")
    put(client, "ticket", {"subject": ["Black screen since nine"]})
    assert Draft.objects.get().content == {"subject": ["Black screen since nine"]}


def test_filing_ends_the_draft(client, rui):
    client.force_login(rui)
    put(client, "ticket")
    client.post(reverse("ticket_new"), {"subject": "Black", "priority": "P1", "body": "all black"})
    assert Ticket.objects.exists()
    assert not Draft.objects.exists()


def test_an_answer_ends_its_own_draft_only(client, rui, ana, ticket):
    client.force_login(rui)
    put(client, "ticket")
    put(client, f"reply-{ticket.pk}")
    client.post(reverse("ticket_reply", args=[ticket.pk]), {"body": "4.3.2"})
    assert [draft.place for draft in Draft.objects.all()] == ["ticket"]
    client.force_login(ana)
    put(client, f"note-{ticket.pk}")
    put(client, f"reply-{ticket.pk}")
    client.post(reverse("ticket_note", args=[ticket.pk]), {"body": "noted"})
    assert [draft.place for draft in Draft.objects.filter(owner=ana)] == [f"reply-{ticket.pk}"]


def test_throwing_a_draft_away_takes_its_files_along(client, rui):
    client.force_login(rui)
    put(client, "ticket")
    upload(client, b"a line\n")
    assert client.delete(reverse("draft", args=["ticket"])).status_code == 204
    assert not Draft.objects.exists()
    assert not Upload.objects.exists()


def test_the_desk_asks_once_for_what_waits_about_a_ticket(client, ana, ticket):
    client.force_login(ana)
    put(client, f"note-{ticket.pk}")
    upload(client, b"a line\n", place=f"reply-{ticket.pk}")
    told = client.get(reverse("drafts_about", args=[ticket.pk])).json()
    assert list(told["drafts"]) == [f"note-{ticket.pk}"]
    assert told["files"] == [f"reply-{ticket.pk}"]
    rows = client.get(reverse("uploads"), {"place": f"reply-{ticket.pk}", "name": "files_uploaded"})
    assert "sdk.log" in rows.content.decode()


@pytest.mark.parametrize(
    "content",
    [None, [], "x", {"a": "x"}, {"a": [1]}, {"a": ["x" * 300_000]}, {str(n): [] for n in range(300)}],
)
def test_what_no_form_sends_is_refused(client, rui, content):
    client.force_login(rui)
    assert put(client, "ticket", content).status_code in (400, 422)
    assert not Draft.objects.exists()


def test_strange_text_is_kept(client, rui):
    client.force_login(rui)
    assert put(client, "ticket", {"a": ["nul\0 lone \ud800 字 🙂"]}).status_code == 200
    assert (
        client.put(reverse("draft", args=["ticket"]), "{", content_type="application/json").status_code == 400
    )
    assert put(client, "..%2fetc").status_code == 422


def test_old_drafts_go_and_new_ones_stay(rui, settings):
    actions.keep(rui, "ticket", content=CONTENT)
    actions.keep(rui, "reply-1", content=CONTENT)
    Draft.objects.filter(place="ticket").update(
        updated_at=timezone.now() - timedelta(days=settings.DRAFT_KEPT_DAYS + 1)
    )
    assert actions.prune(timezone.now()) == 1
    assert Draft.objects.get().place == "reply-1"


def test_of_one_person_so_many_are_kept_and_no_more(rui, monkeypatch):
    monkeypatch.setattr(actions, "MOST_DRAFTS", 3)
    for number in range(1, 6):
        actions.keep(rui, f"reply-{number}", content=CONTENT)
    assert {draft.place for draft in Draft.objects.all()} == {"reply-3", "reply-4", "reply-5"}
    with pytest.raises(InvalidInput):
        actions.keep(rui, "no place", content=CONTENT)


# --- Secrets in what is typed


def test_secrets_in_a_description_are_offered_to_be_masked(client, rui):
    client.force_login(rui)
    text = "token=ab12CD34ef56 from 10.0.0.1, write to rui@kite.example"
    told = client.post(reverse("masking"), {"text": text}).json()
    assert told["count"] == 1
    assert told["words"] == "This text has 1 token in it."
    assert told["text"] == "token=[token-1] from 10.0.0.1, write to rui@kite.example"
    assert client.post(reverse("masking"), {"text": "error 17 in 4.3.2"}).json()["count"] == 0
    client.logout()
    assert client.post(reverse("masking"), {"text": text}).status_code == 302
