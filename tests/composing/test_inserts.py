"""What @ ?? # :: offer, and to whom."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from kb.indexing import index
from kb.models import Article, Category
from macros.models import Macro
from notifications.audience import Way, audience
from tests.conftest import person
from tickets import actions
from tickets.mentions import mentioned
from tickets.models import Watcher

pytestmark = pytest.mark.django_db


def offered(client, ticket, kind, typed="", what="reply"):
    query = {"kind": kind, "q": typed, "for": what}
    answer = client.get(reverse("ticket_inserts", args=[ticket.number]), query)
    assert answer.status_code == 200
    return answer.json()["options"]


def article(title, *, language="en", audience=Article.Audience.PUBLIC, status="published", slug=""):
    shelf, _new = Category.objects.get_or_create(slug="guides", defaults={"name": "Guides"})
    one = Article.objects.create(
        slug=slug or title.lower().replace(" ", "-"),
        language=language,
        category=shelf,
        title=title,
        summary="Black picture.",
        body="The remote view stays black.",
        audience=audience,
        status=status,
        published_at=timezone.now() if status == "published" else None,
    )
    index(one)
    return one


# --- Who may ask


def test_only_the_desk_is_offered_anything(client, ticket, rui, zoe):
    address = reverse("ticket_inserts", args=[ticket.number])
    assert client.get(address).status_code == 302
    for customer in (rui, zoe):
        client.force_login(customer)
        assert client.get(address).status_code == 403
        assert client.post(reverse("ticket_preview", args=[ticket.number])).status_code == 403


def test_what_is_no_sign_offers_nothing(desk, ticket):
    assert offered(desk, ticket, "%%", "x") == []


# --- ??


def test_a_reply_links_only_articles_that_the_requester_may_open(desk, ticket):
    article("Black picture after joinChannel")
    article("CANARY black internal", audience=Article.Audience.INTERNAL)
    article("CANARY black draft", status="draft")
    article("CANARY black of others", audience=Article.Audience.ORGANIZATIONS)
    assert [one["title"] for one in offered(desk, ticket, "??", "black")] == [
        "Black picture after joinChannel"
    ]
    in_note = {one["title"] for one in offered(desk, ticket, "??", "black", "note")}
    assert "CANARY black internal" in in_note and "CANARY black draft" not in in_note


def test_a_reply_links_in_the_requesters_language(desk, ticket, rui):
    article("Black [picture]", slug="black-picture")
    article("黑屏 black", language="zh-hans", slug="black-picture")
    assert offered(desk, ticket, "??", "black")[0]["text"].startswith("[Black \\[picture\\]](http")
    User.objects.filter(pk=rui.pk).update(language="zh-hans")
    assert offered(desk, ticket, "??", "black")[0]["title"] == "黑屏 black"


# --- #


def test_a_reply_names_only_tickets_that_the_requester_sees(desk, ticket, rui, zoe, kite):
    own = actions.create(
        requester=rui, by=rui, organization=kite, subject="No sound", body="b", priority="P3"
    )
    theirs = actions.create(requester=zoe, by=zoe, subject="CANARY of Zoe", body="b", priority="P3")
    for typed in (str(theirs.number), "canary", str(own.number)):
        titles = [one["title"] for one in offered(desk, ticket, "#", typed)]
        assert titles == ([f"#{own.number} No sound"] if typed == str(own.number) else [])
    assert (
        offered(desk, ticket, "#", str(theirs.number), "note")[0]["title"]
        == f"#{theirs.number} CANARY of Zoe"
    )


# --- ::


def test_texts_of_macros_are_filled_in(desk, ticket, ana, rui):
    steps = [{"do": "ask", "text": "{{requester}}, which version?"}]
    Macro.objects.create(name="Ask for the version", owner=ana, steps=steps)
    Macro.objects.create(name="No text", owner=ana, steps=[{"do": "take"}])
    assert [one["text"] for one in offered(desk, ticket, "::")] == ["Rui Tan, which version?"]
    ticket.platform = ""
    ticket.save(update_fields=["platform"])
    Macro.objects.create(name="Platform", owner=ana, steps=[{"do": "ask", "text": "On {{platform}}?"}])
    # The ticket knows no platform: the place stays open for the engineer.
    assert offered(desk, ticket, "::", "platf")[0]["text"] == "On {{platform}}?"
    assert offered(desk, ticket, "::", "zzz") == []


# --- @


def test_colleagues_are_offered_in_notes_alone(desk, ticket, lena, rui):
    assert [one["text"] for one in offered(desk, ticket, "@", "len", "note")] == ["@Lena Wolf "]
    assert [one["text"] for one in offered(desk, ticket, "@", "lena wo", "note")] == ["@Lena Wolf "]
    assert offered(desk, ticket, "@", "rui", "note") == []
    assert offered(desk, ticket, "@", "len", "reply") == []


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Lena Wolf please look", ["Lena Wolf"]),
        ("@lena: please look", ["Lena Wolf"]),
        ("(@LENA WOLF)", ["Lena Wolf"]),
        ("请＠林岚看一下，@林岚看", ["林岚"]),
        ("mail lena@desk.example", []),
        ("@lenas", []),
        ("`@lena` and\n```\n@Lena Wolf\n```", []),
        ("@rui is a customer", []),
        ("@Ana Nunes herself", []),
        ("nobody", []),
    ],
)
def test_who_is_named_by_a_note(ana, lena, rui, text, who):
    person("林岚", role=User.Role.AGENT, tier="L2")
    assert [one.name for one in mentioned(text, but=ana)] == who


def test_a_note_calls_a_colleague_who_follows_from_then_on(ticket, ana, lena):
    actions.note(ticket, by=ana, body="@Lena Wolf please look at the trace")
    assert audience(ticket.events.last()) == {lena: Way.BOTH}
    actions.note(ticket, by=ana, body="It is attached.")
    assert audience(ticket.events.last()) == {lena: Way.NOTICE}


def test_a_reply_calls_nobody(ticket, ana, lena):
    actions.reply(ticket, by=ana, body="@Lena Wolf will look at it")
    assert not Watcher.objects.exists()
    assert lena not in audience(ticket.events.last())


def test_the_customer_never_learns_who_was_called(client, ticket, ana, lena, rui, bo):
    actions.note(ticket, by=ana, body="@Lena Wolf CANARY")
    assert Watcher.objects.filter(user=lena).exists()
    for customer in (rui, bo):
        client.force_login(customer)
        for place in (ticket.get_absolute_url(), f"/api/v1/tickets/{ticket.number}/", reverse("notices")):
            page = client.get(place).content.decode()
            assert "Lena" not in page and "CANARY" not in page
