from zlib import crc32

import pytest
from django.urls import reverse

from drafts import actions as drafts
from kb.models import Article, Category

pytestmark = pytest.mark.django_db


@pytest.fixture
def words():
    return {
        "title": "Green screen",
        "summary": "A format the encoder does not know.",
        "body": "# Why\n\n<b>Because</b>",
        "slug": "green-screen",
        "language": "en",
        "category": Category.objects.get(slug="faq").pk,
        "platforms": ["android", "ios"],
        "kind": "faq",
        "audience": "public",
        "error_codes": "1003, 1004",
        "keywords": "绿屏, green",
        "sdk_from": "4.1",
    }


def pages(shelf):
    return [
        ("get", reverse("kb_drafts")),
        ("get", reverse("kb_write")),
        ("post", reverse("kb_preview")),
        ("get", reverse("kb_edit", args=["echo", "en"])),
        ("post", reverse("kb_publish", args=["secret-plan", "en"])),
        ("post", reverse("kb_unpublish", args=["echo", "en"])),
    ]


def test_only_staff_write(shelf, client, rui, ana):
    for method, address in pages(shelf):
        client.logout()
        assert "/accounts/login/" in getattr(client, method)(address).headers["Location"]
        client.force_login(rui)
        assert getattr(client, method)(address).status_code == 404
        client.force_login(ana)
        assert getattr(client, method)(address).status_code in (200, 302)


def test_an_article_is_written_previewed_published_and_taken_back(client, ana, rui, words):
    client.force_login(ana)
    preview = client.post(reverse("kb_preview"), words).content.decode()
    assert '<h2 id="s-why">Why</h2>' in preview and "<b>Because" in preview

    answer = client.post(reverse("kb_write"), words, follow=True)
    assert b"Only staff see it" in answer.content
    article = Article.objects.get(slug="green-screen")
    assert (article.status, article.author, article.platforms) == ("draft", ana, ["android", "ios"])
    assert (article.error_codes, article.keywords) == (["1003", "1004"], ["绿屏", "green"])
    assert b"Green screen" in client.get(reverse("kb_drafts")).content

    client.post(reverse("kb_publish", args=["green-screen", "en"]))
    client.force_login(rui)
    assert client.get(article.get_absolute_url()).status_code == 200
    client.force_login(ana)
    client.post(reverse("kb_unpublish", args=["green-screen", "en"]))
    client.force_login(rui)
    assert client.get(article.get_absolute_url()).status_code == 404


def test_a_form_with_errors_keeps_what_was_written(client, ana, words):
    client.force_login(ana)
    answer = client.post(reverse("kb_write"), {**words, "title": "", "slug": "search"})
    assert answer.status_code == 422
    assert b"&lt;b&gt;Because&lt;/b&gt;" in answer.content
    assert b"a page of its own" in answer.content
    assert not Article.objects.exists()


def test_an_address_that_is_taken_is_said_in_the_form(client, ana, words):
    client.force_login(ana)
    client.post(reverse("kb_write"), words)
    answer = client.post(reverse("kb_write"), words)
    assert answer.status_code == 422
    assert b"in this language already" in answer.content


def test_a_stale_form_is_refused_and_keeps_the_text(shelf, client, ana, words):
    client.force_login(ana)
    address = reverse("kb_edit", args=["echo", "en"])
    assert client.post(address, {**words, "body": "First", "based_on": "2"}).status_code == 302
    answer = client.post(address, {**words, "body": "Second", "based_on": "2"})
    assert answer.status_code == 409
    assert b"Somebody else saved" in answer.content and b"Second" in answer.content
    assert b"<del>First</del>" in answer.content and b"<ins>Second</ins>" in answer.content
    assert Article.objects.get(slug="echo", language="en").body == "First"
    # What was typed over the first text came back from a draft: it is as old as it was.
    draft = {"draft": f"article-{shelf['echo'].pk}-2", "based_on": "3"}
    assert client.post(address, {**words, "body": "Second", **draft}).status_code == 409
    # The form that is shown then knows of the other text; saved again, it is meant.
    assert client.post(address, {**words, "body": "Second", "based_on": "3"}).status_code == 302
    assert Article.objects.get(slug="echo", language="en").body == "Second"


def test_what_is_typed_is_kept_until_it_is_saved_each_text_in_its_own_place(shelf, client, ana, words):
    client.force_login(ana)
    echo, other = shelf["echo"], shelf["token-expired"]
    new, translation = reverse("kb_write"), reverse("kb_write") + "?translates=token-expired&language=zh-hans"
    places = {
        new: "article",
        translation: f"translation-{other.pk}",
        f"{new}?words=no+video": f"wanted-{crc32(b'no video')}",
        reverse("kb_edit", args=["echo", "en"]): f"article-{echo.pk}",
    }
    for address, place in places.items():
        kept = drafts.keep(ana, place, content={"body": [f"Typed in {place}."]})
        page = client.get(address).content.decode()
        assert f'data-draft-kept="/drafts/{place}/"' in page and kept.text in page
    answer = client.post(new, {**words, "draft": "3f1c-key"})
    assert 'data-draft-done="3f1c-key"' in client.get(answer["Location"]).content.decode()
    assert drafts.find(ana, "article") is None
    assert drafts.find(ana, f"translation-{other.pk}") is not None


def test_a_translation_starts_from_the_facts_of_the_original(shelf, client, ana):
    client.force_login(ana)
    page = client.get(reverse("kb_write"), {"translates": "token-expired", "language": "zh-hans"})
    assert page.context["form"].initial["slug"] == "token-expired"
    assert page.context["form"].initial["error_codes"] == ["-102", "ERR_TOKEN_EXPIRED"]


def test_publishing_twice_is_a_conflict(shelf, client, ana):
    client.force_login(ana)
    assert client.post(reverse("kb_publish", args=["echo", "en"])).status_code == 409
