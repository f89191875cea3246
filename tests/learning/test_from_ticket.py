"""From a solved ticket to an article: what goes in, what never does, and where it is offered."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.models import Application
from kb.models import Article, Category, Picture
from learning import drafting
from learning.models import WrittenFrom
from learning.offering import beside
from tests.kb.conftest import article
from tickets import actions

pytestmark = pytest.mark.django_db
NOTE = "canary-of-the-note"


@pytest.fixture
def solved(_shelves, ticket, ana, rui, kite):
    Application.objects.create(organization=kite, name="Kite Party", app_id="kp-8842")
    actions.note(ticket, by=ana, body=f"{NOTE}: the customer is behind on their bills.")
    actions.reply(
        ticket,
        by=rui,
        body="Rui Tan here, from Kite Live. Kite Party logs ERR_SURFACE_GONE for rui@kite.example"
        " with token=0067c3b2f1d9a84e5a6b7c8d9e0f1a2b at 203.0.113.9.",
    )
    actions.reply(ticket, by=ana, body="Hi Rui,\n\nwhich view do you use?\n\nKind regards,\nAna")
    return actions.resolve(
        ticket,
        by=ana,
        body="Hi Rui,\n\nThis happens because the view belongs to a destroyed activity.\n\n"
        "1. Join once.\n2. Bind the view again.\n\n```kotlin\nrtc.bind(view)\n\nrtc.join()\n```\n\n"
        "Cheers,\nAna",
    )


def test_a_draft_holds_what_helps_others_and_nothing_that_names_anybody(solved, ana):
    made = drafting.initial(solved, ana)
    body = made["body"]
    for part in ("## Symptom", "stays black", "## Environment", "4.3.2", "## Cause", "destroyed activity"):
        assert part in body
    solution = body.partition("## Solution")[2]
    assert "1. Join once.\n2. Bind" in solution and "rtc.bind(view)\n\nrtc.join()" in solution
    everything = f"{made['title']} {made['summary']} {body} {made['slug']} {made['keywords']}"
    for name in ("Rui", "Tan", "Kite", "Ana", "kp-8842", "0067c3b2", "203.0.113", NOTE, "Kind regards", "?"):
        assert name not in everything, name
    assert (made["language"], made["error_codes"]) == ("en", ["ERR_SURFACE_GONE"])


def test_the_solution_is_the_reply_that_says_most_not_the_last_words(_shelves, ticket, ana):
    actions.reply(ticket, by=ana, body="Hi Rui, bind the view again after the activity was created anew.")
    done = actions.resolve(ticket, by=ana, body="Done then, I mark it as resolved.")
    made = drafting.initial(done, ana)
    assert "Bind the view again" in made["body"] and "Bind the view again" in made["summary"]
    assert "I mark it" not in made["body"] and "Hi " not in made["body"]


def test_internal_notes_are_offered_apart_and_masked(solved, ana):
    found = drafting.passages(solved, ana)
    (note,) = [one for one in found if one.is_internal]
    assert NOTE in note.text
    assert not any("Kite" in one.text or "rui@" in one.text for one in found)


def test_a_chinese_ticket_makes_a_chinese_draft(_shelves, rui, ana, live_sdk):
    said = "从今天早上开始远端画面一直是黑的。"
    filed = actions.create(
        requester=rui, by=rui, priority="P3", product=live_sdk, subject="安卓加入频道后黑屏", body=said
    )
    solution = "您好，\n\n原因是视图绑定在已销毁的页面上。\n\n请重新绑定视图。"
    filed = actions.resolve(filed, by=ana, body=solution)
    made = drafting.initial(filed, ana)
    assert made["language"] == "zh-hans" and made["slug"]
    assert "原因是视图" in made["body"] and "您好" not in made["body"]


def words(**more):
    return {
        "title": "Black after joining twice",
        "summary": "Join once.",
        "body": "Join once.",
        "slug": "black-after-joining",
        "language": "en",
        "category": Category.objects.get(slug="faq").pk,
        "kind": "faq",
        "audience": "public",
        **more,
    }


def test_one_step_leads_from_the_ticket_to_a_draft_and_back(solved, client, ana, rui):
    address = reverse("kb_from_ticket", args=[solved.number])
    client.force_login(ana)
    page = client.get(address).content.decode()
    assert "destroyed activity" in page and page.count(NOTE) == 1
    client.post(address, words())
    written = Article.objects.get(slug="black-after-joining")
    assert written.status == "draft" and WrittenFrom.objects.get().ticket == solved
    side = reverse("kb_of_ticket", args=[solved.number])
    assert "Black after joining twice" in client.get(side).content.decode()
    assert f"#{solved.number}" in client.get(written.get_absolute_url()).content.decode()

    from kb import actions as articles

    articles.publish(written, by=ana)
    client.force_login(rui)
    assert f"#{solved.number}" not in client.get(written.get_absolute_url()).content.decode()
    assert client.get(address).status_code == 404 and client.get(side).status_code == 403


def test_the_next_ticket_like_it_is_offered_the_draft(solved, client, ana, zoe, live_sdk):
    client.force_login(ana)
    client.post(reverse("kb_from_ticket", args=[solved.number]), words())
    like = actions.create(
        requester=zoe, by=zoe, priority="P3", product=live_sdk, platform="android",
        subject="Black screen after joinChannel on Android", body="The remote video stays black.",
    )  # fmt: skip
    assert [one.slug for one in beside(like, ana)["offered"]] == ["black-after-joining"]


def test_an_open_ticket_has_no_solution_to_write_down(_shelves, ticket, client, ana):
    client.force_login(ana)
    assert client.get(reverse("kb_from_ticket", args=[ticket.number])).status_code == 403


def png(**options):
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(out, "PNG", **options)
    return out.getvalue()


def add(client, content, name="screen.png"):
    return client.post(reverse("kb_picture_add"), {"picture": SimpleUploadedFile(name, content)})


def test_a_pasted_picture_is_written_anew_and_seen_by_the_articles_audience(_shelves, client, ana, rui):
    client.force_login(ana)
    answer = add(client, png() + b"<script>canary</script>")
    assert answer.status_code == 201
    address = answer.json()["address"]
    assert b"canary" not in Picture.objects.get().file.read()

    def seen_by(person):
        client.logout()
        if person:
            client.force_login(person)
        return client.get(address).status_code

    from kb import actions as articles

    assert (seen_by(None), seen_by(rui), seen_by(ana)) == (404, 404, 200)
    one = article("echo", "Echo", by=ana, body=f"![it]({address})", audience="internal")
    assert (seen_by(None), seen_by(rui), seen_by(ana)) == (404, 404, 200)
    articles.edit(one, by=ana, audience="customers")
    assert (seen_by(None), seen_by(rui)) == (404, 200)
    articles.edit(one, by=ana, audience="public")
    assert seen_by(None) == 200
    articles.unpublish(one, by=ana)
    assert seen_by(None) == 404


@pytest.mark.parametrize("content", [b"<svg onload='x'/>", b"GIF89a", b"", b"%PDF-1.7"])
def test_what_is_no_picture_is_refused_with_a_sentence(_shelves, client, ana, rui, content):
    client.force_login(rui)
    assert add(client, content).status_code == 404
    client.force_login(ana)
    refused = add(client, content)
    assert refused.status_code == 422 and refused.json()["error"]
    assert not Picture.objects.exists()


def preview(client, body, **more):
    page = client.post(reverse("kb_preview"), {"title": "T", "body": body, "audience": "public", **more})
    return [one.address for one in page.context["problems"]]


def test_links_that_readers_would_follow_in_vain_are_named(_shelves, client, ana, kite):
    client.force_login(ana)
    article("open", "Open", by=ana, body="## Android\n\nx")
    article("inside", "Inside", by=ana, audience="internal")
    article("soon", "Soon", by=ana, published=False)
    article("theirs", "Theirs", by=ana, audience="organizations", organizations=[kite])
    body = (
        "# Here\n[a](open.md#android) [b](/docs/open/#nowhere) [c](inside.md) [d](/docs/soon/) [e](nosuch.md)"
        " [f](#here) [g](#gone) [h](https://a.example/) ![i](/docs/pictures/" + "a" * 64 + ".png)"
        " ![j](https://a.example/b.png) [k](theirs.md)"
    )
    found = preview(client, body)
    assert found[:5] == ["/docs/open/#nowhere", "inside.md", "/docs/soon/", "nosuch.md", "#gone"]
    assert found[6:] == ["https://a.example/b.png", "theirs.md"] and len(found) == 8
    assert preview(client, "[c](inside.md)", audience="internal") == []
    assert preview(client, "[k](theirs.md)", audience="organizations", organizations=[kite.pk]) == []
