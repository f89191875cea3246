"""The face towards the world: search engines, feeds, caches. What is not for everybody never shows there."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from kb import actions
from kb.models import Article
from products.models import SdkVersion
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db

AUDIENCES = ["public", "customers", "organizations", "internal"]


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SITE_URL = "https://help.example"


@pytest.fixture
def readers(rui, zoe, ana):
    return {"stranger": None, "zoe": zoe, "rui": rui, "ana": ana}


def sees(reader: str, audience: str) -> bool:
    """Rui belongs to the named organisation; Zoe to another; Ana works here."""
    allowed = {"stranger": 1, "zoe": 2, "rui": 3, "ana": 4}
    return AUDIENCES.index(audience) < allowed[reader]


def secret(audience: str, rui) -> Article:
    chosen = article("plan", "The plan nobody knows", summary="Zebra words", audience=audience)
    chosen.organizations.set([rui.memberships.get().organization])
    return chosen


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("reader", ["stranger", "zoe", "rui", "ana"])
def test_what_is_for_everybody_is_the_same_for_everybody(client, readers, rui, reader, audience):
    """Sitemap and feeds may lie in shared caches: they never hold more than a stranger may read."""
    secret(audience, rui)
    if readers[reader]:
        client.force_login(readers[reader])
    for address in (
        reverse("sitemap", args=["articles"]),
        reverse("sitemap", args=["shelves"]),
        reverse("kb_changes", kwargs={"language": "en", "form": "atom"}),
        reverse("kb_changes", kwargs={"language": "en", "form": "rss"}),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "public" in answer["Cache-Control"] and "private" not in answer["Cache-Control"]
        if "shelves" not in address:
            assert (b"/docs/plan/" in answer.content) is (audience == "public"), address


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("reader", ["stranger", "zoe", "rui", "ana"])
def test_a_kept_page_is_given_again_only_to_who_may_read_it(client, readers, rui, reader, audience):
    """Everybody asks with the tag of the page that Ana keeps, and with a date after every change."""
    plan = secret(audience, rui)
    address = plan.get_absolute_url()
    client.force_login(readers["ana"])
    kept = client.get(address)
    client.logout()
    if readers[reader]:
        client.force_login(readers[reader])
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": kept["ETag"]})
    later = client.get(address, headers={"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    if not sees(reader, audience):
        assert (first.status_code, again.status_code, later.status_code) == (404, 404, 404)
        assert "ETag" not in first and "public" not in first.get("Cache-Control", "")
        return
    assert first.status_code == 200 and "private" in first["Cache-Control"]
    # Ana's page, with her name and her buttons, is nobody else's; her own sign-in made it another, too.
    assert again.status_code == 200
    own = client.get(address)["ETag"]
    assert client.get(address, headers={"if-none-match": own}).status_code == 304
    assert later.status_code == 304


def test_a_page_is_asked_for_again_and_new_as_soon_as_anything_on_it_changes(shelf, client, ana, chat_sdk):
    address = shelf["echo"].get_absolute_url()

    def tag(**headers: str) -> str:
        client.cookies.clear()
        return client.get(address, headers=headers)["ETag"]

    first = tag()
    assert first == tag()
    assert tag(**{"accept-language": "zh-CN"}) != first
    client.cookies.clear()
    unchanged = client.get(address, headers={"if-none-match": first})
    assert unchanged.status_code == 304 and not unchanged.content
    assert {"Cookie", "Accept-Language"} <= {one.strip() for one in unchanged["Vary"].split(",")}
    # A shelf's name is no revision of the article, and stands on its page.
    shelf["echo"].category.name = "Frequent questions"
    shelf["echo"].category.save()
    second = tag()
    assert second != first
    actions.edit(shelf["cdn-push"], by=ana, title="Pushing to any CDN", based_on=None)
    assert tag() != second
    actions.edit(shelf["echo"], by=ana, audience="internal")
    client.cookies.clear()
    # The translation is still there for strangers; the English words are not.
    page = client.get(address, headers={"if-none-match": first})
    assert page.status_code == 200 and b"Echo on speakerphone" not in page.content


def test_search_results_are_never_kept(shelf, client):
    assert "no-store" in client.get(reverse("kb_search"), {"q": "echo"})["Cache-Control"]


def test_the_sitemap_names_every_language_of_an_article(shelf, client):
    index = client.get("/sitemap.xml").content.decode()
    assert "https://" in index and "/sitemap-articles.xml" in index
    raw = client.get(reverse("sitemap", args=["articles"])).content
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    found = {}
    for url in ElementTree.fromstring(raw).findall("s:url", names):
        location = url.findtext("s:loc", "", names)
        found[location] = {link.get("hreflang") for link in url.findall("x:link", names)}
    echo = "https://help.example/docs/echo/?lang="
    assert found[f"{echo}en"] == found[f"{echo}zh-hans"] == {"en", "zh-hans"}
    assert found["https://help.example/docs/only-zh/?lang=zh-hans"] == {"zh-hans"}
    assert not any("secret-plan" in one for one in found)
    assert client.get("/sitemap-nosuch.xml").status_code == 404


def test_robots_are_shown_the_sitemap_and_kept_from_what_is_somebodys(client):
    text = client.get("/robots.txt").content.decode()
    assert "Sitemap: https://help.example/sitemap.xml" in text
    assert "Disallow: /tickets/" in text and "Disallow: /docs/\n" not in text


def test_a_feed_tells_of_changes_in_its_language(shelf, client, ana):
    address = reverse("kb_changes", kwargs={"language": "zh-hans", "form": "atom"})
    first = client.get(address)
    assert "外放时有回声" in first.content.decode() and "Echo on speakerphone" not in first.content.decode()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    actions.edit(shelf["echo/zh"], by=ana, title="外放时的回声")
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200 and "外放时的回声" in changed.content.decode()
    assert client.get("/docs/changes/xx.atom").status_code == 404
    rss = client.get(reverse("kb_changes", kwargs={"language": "en", "form": "rss"})).content
    links = [item.findtext("link") for item in ElementTree.fromstring(rss).iter("item")]
    assert "https://help.example/docs/echo/?lang=en" in links


def test_the_head_names_the_article_in_each_language_that_anybody_may_read(shelf, client, ana):
    head = " ".join(client.get(f"{shelf['echo'].get_absolute_url()}?lang=zh-hans").content.decode().split())
    # The frame speaks the language of the address to somebody who has chosen none.
    assert '<html lang="zh-hans">' in head
    assert '<link rel="canonical" href="https://help.example/docs/echo/?lang=zh-hans">' in head
    assert 'hreflang="en" href="https://help.example/docs/echo/?lang=en"' in head
    assert re.search(r'<meta name="description" content="听到回声的人', head)
    actions.edit(shelf["echo/zh"], by=ana, audience="internal")
    head = " ".join(client.get(shelf["echo"].get_absolute_url()).content.decode().split())
    assert 'hreflang="zh-hans" href="https://help.example/docs/echo' not in head
    client.force_login(ana)
    inside = client.get(f"{shelf['echo'].get_absolute_url()}?lang=zh-hans").content.decode()
    assert '<meta name="robots" content="noindex">' in inside and "canonical" not in inside


def test_the_switch_of_languages_keeps_the_article_and_the_version(shelf, client):
    page = client.get(f"{shelf['black-screen'].get_absolute_url()}?lang=en&version=4.2").content.decode()
    assert 'name="next" value="/docs/black-screen/?version=4.2"' in page
    answer = client.post("/language/", {"language": "zh-hans", "next": "/docs/black-screen/?version=4.2"})
    assert "<h1>安卓加入频道后黑屏</h1>" in client.get(answer["Location"]).content.decode()


def test_another_version_keeps_the_page_and_says_what_does_not_hold(shelf, client, live_sdk):
    for version in ("4.2.0", "4.10.0", "3.9.1"):
        SdkVersion.objects.create(product=live_sdk, version=version)
    old = article("black-screen-v3", "Black screen before 4.0", sdk_to="3.9", products=[live_sdk])
    address = shelf["black-screen"].get_absolute_url()
    page = client.get(address)
    assert page.context["versions_known"] == ["4.10.0", "4.2.0", "3.9.1"]
    assert page.context["other_versions"] == [old]
    assert b"Holds for SDK 4.2.0." in client.get(address, {"version": "4.2.0"}).content
    wrong = client.get(address, {"version": "3.9.1"})
    assert b"Not written for SDK 3.9.1" in wrong.content
    assert wrong.context["for_version"] == [old]
    assert client.get(address, {"version": "<b>"}).status_code == 200


def test_before_and_behind_are_only_articles_that_the_reader_may_read(shelf, client, ana):
    def around() -> list[str]:
        near = client.get(shelf["black-screen"].get_absolute_url()).context["neighbours"]
        return [one.title for one in (near.before, near.after) if one]

    assert around() == ["Black video in Safari"]
    actions.edit(shelf["web-black"], by=ana, audience="internal")
    assert around() == ["Chat disconnects after login"]
    client.force_login(ana)
    assert around() == ["Black video in Safari"]
