import pytest
from django.urls import reverse

from kb import actions
from kb.models import Article
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    return client


def test_anybody_may_read_what_is_published(shelf, reader):
    page = reader.get(shelf["black-screen"].get_absolute_url())
    assert page.status_code == 200
    assert b"<h1>Black screen on Android after joinChannel</h1>" in page.content
    assert b'<pre class="code" data-language="kotlin">' in page.content
    assert "简体中文".encode() in page.content


@pytest.mark.parametrize("name", ["article", "kb_panel_article"])
def test_a_draft_does_not_exist_for_anybody_but_staff(shelf, client, rui, zoe, ana, name):
    address = reverse(name, args=["secret-plan"])
    assert client.get(address).status_code == 404
    for user in (rui, zoe):
        client.force_login(user)
        assert client.get(address).status_code == 404
    client.force_login(ana)
    assert client.get(address).status_code == 200


def test_an_article_is_shown_in_the_readers_language_or_the_one_asked_for(shelf, client):
    address = shelf["echo"].get_absolute_url()
    chinese = {"headers": {"accept-language": "zh-CN"}}
    assert b"<h1>Echo on speakerphone</h1>" in client.get(address).content
    assert "<h1>外放时有回声</h1>".encode() in client.get(address, **chinese).content
    assert b"<h1>Echo on speakerphone</h1>" in client.get(f"{address}?lang=en", **chinese).content
    assert client.get(f"{address}?lang=xx").status_code == 200


def test_reading_is_counted_but_not_that_of_staff(shelf, client, ana):
    address = shelf["echo"].get_absolute_url()
    client.get(address)
    client.get(address)
    client.force_login(ana)
    client.get(address)
    assert Article.objects.get(slug="echo", language="en").views == 2


def test_home_shows_the_shelves_with_their_numbers(shelf, reader):
    page = reader.get(reverse("kb_home"))
    counts = {one["category"].slug: one["count"] for one in page.context["shelves"]}
    # In English, or with no English version; the draft is not among them.
    assert counts == {"guides": 0, "api-reference": 0, "faq": 9, "scenarios": 1}
    assert "secret-plan" not in page.content.decode()
    narrowed = reader.get(reverse("kb_home"), {"product": "chat", "platform": "web"})
    assert {one["count"] for one in narrowed.context["shelves"]} == {0, 1, 7}


def test_a_shelf_lists_its_articles_and_pages_through_them(shelf, reader):
    page = reader.get(reverse("kb_category", args=["scenarios"]))
    assert b"Several hosts on one stage" in page.content
    assert reader.get(reverse("kb_category", args=["nosuch"])).status_code == 404
    for number in ("0", "-1", "9" * 400, "1e400", "x"):
        assert reader.get(reverse("kb_category", args=["faq"]), {"page": number}).status_code == 200


def test_the_search_page_marks_what_it_found_and_offers_a_ticket_where_it_found_nothing(shelf, reader):
    found = reader.get(reverse("kb_search"), {"q": "echo"})
    assert b"<mark>Echo</mark> on speakerphone" in found.content
    nothing = reader.get(reverse("kb_search"), {"q": "<script>alert(1)</script> zzz"})
    assert b"Nothing found" in nothing.content
    assert b"<script>alert" not in nothing.content


@pytest.mark.parametrize(
    ("name", "parameters", "queries"),
    [
        # Articles of the shelves, their numbers, shelves, popular, drafts, products.
        ("kb_home", {}, 6),
        ("kb_category", {}, 4),
        # How common the words are, ranking, where they stand, results; products, categories, versions,
        # known issues.
        ("kb_search", {"q": "black screen"}, 8),
        # Versions, the count of reading, the last change of all, products, what is before and behind it.
        ("article", {}, 6),
        ("kb_panel_article", {}, 2),
    ],
)
def test_the_number_of_queries_stays_small(
    shelf, client, rui, django_assert_num_queries, name, parameters, queries
):
    args = {"kb_category": ["faq"], "article": ["echo"], "kb_panel_article": ["echo"]}.get(name, [])
    client.get(reverse(name, args=args), parameters)  # the page is kept from now on
    with django_assert_num_queries(queries):
        client.get(reverse(name, args=args), parameters)
    client.force_login(rui)
    with django_assert_num_queries(queries + 2):  # the session and the person
        client.get(reverse(name, args=args), parameters)


def test_an_opinion_is_counted_once_for_each_session(shelf, client, rui):
    address = reverse("kb_rate", args=["echo"])
    assert client.post(address, {"helpful": "yes"}).status_code == 302
    part = client.post(address, {"helpful": "no"}, headers={"hx-request": "true"})
    assert b"What was wrong?" in part.content and b"<html" not in part.content
    client.force_login(rui)
    client.post(address, {"helpful": "yes"})
    echo = Article.objects.get(slug="echo", language="en")
    assert (echo.helpful_count, echo.unhelpful_count) == (1, 1)
    assert client.get(address).status_code == 405
    assert client.post(reverse("kb_rate", args=["secret-plan"])).status_code == 404


def test_a_page_is_kept_until_any_article_changes(shelf, client, ana, django_assert_num_queries):
    from kb.rendering import rendered

    echo = shelf["echo"]
    actions.edit(echo, by=ana, body="See [freeze](freeze.md) and [nosuch](nosuch.md). ![gone](a/gone.png)")
    echo.refresh_from_db()
    assert 'href="/docs/freeze/"' in rendered(echo).html
    assert "nosuch.md" not in rendered(echo).html
    assert '<span class="picture-missing">' in rendered(echo).html
    with django_assert_num_queries(1):
        rendered(echo)
    article("nosuch", "There now")
    assert 'href="/docs/nosuch/"' in rendered(echo).html
