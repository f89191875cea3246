"""Who finds and reads what: every audience, every reader, every door."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.urls import reverse

from kb.models import Picture
from kb.search import search, suggest
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db

READERS = ("anybody", "rui", "zoe", "ana", "mia", "ines")
STAFF = ("ana", "mia", "ines")
# Rui belongs to the named organisation, Zoe to another one.
MAY_READ = {
    "public": {*READERS},
    "customers": {"rui", "zoe", *STAFF},
    "organizations": {"rui", *STAFF},
    "internal": {*STAFF},
}
WORD = "quixotic"


def by_search(client, user, one):
    return WORD in str([found.article.body for found in search(user, WORD, language="en")])


def by_suggestion(client, user, one):
    return one.pk in [found.article.pk for found in suggest(user, WORD, language="en")]


def by_page(client, user, one):
    return WORD in client.get(one.get_absolute_url()).content.decode()


def by_search_page(client, user, one):
    return one.get_absolute_url() in client.get("/docs/search/", {"q": WORD}).content.decode()


def by_home(client, user, one):
    return one.get_absolute_url() in client.get("/docs/").content.decode()


def by_shelf(client, user, one):
    return one.get_absolute_url() in client.get("/docs/category/faq/").content.decode()


def by_panel(client, user, one):
    return one.get_absolute_url() in client.get(reverse("beside"), {"subject": WORD}).content.decode()


def by_panel_page(client, user, one):
    return client.get(f"/docs/{one.slug}/panel/").status_code == 200


def by_rating(client, user, one):
    return client.post(f"/docs/{one.slug}/rate/", {"helpful": "yes"}).status_code == 302


def by_its_picture(client, user, one):
    return client.get(one.pictures.get().get_absolute_url()).status_code == 200


def by_api(client, user, one):
    return one.slug in str(client.get("/api/v1/articles/", {"q": WORD}).json().get("results", ""))


def by_palette(client, user, one):
    return one.get_absolute_url() in client.get(reverse("palette"), {"q": WORD}).content.decode()


def by_neighbour(client, user, one):
    return one.get_absolute_url() in client.get("/docs/aardvark/").content.decode()


def by_translation(client, user, one):
    """A public article whose translation is the one that not everybody reads."""
    return f'"{OTHER_LANGUAGE}"' in client.get("/docs/shared/").content.decode()


def by_version(client, user, one):
    return one.get_absolute_url() in client.get("/docs/secret-4-1/?version=4.2").content.decode()


def by_the_form_from_an_article(client, user, one):
    return WORD in client.get(reverse("ticket_new"), {"article": one.slug}).content.decode()


def by_reporting_on_it(client, user, one):
    return client.post(f"/docs/{one.slug}/feedback/", {"reason": "wrong"}).status_code != 404


DOORS = [
    by_search, by_suggestion, by_page, by_search_page, by_home, by_shelf, by_panel, by_panel_page, by_rating,
    by_its_picture, by_neighbour, by_translation, by_version, by_reporting_on_it,
]  # fmt: skip
# Nobody comes in without an account; the palette is the desk's own.
DOORS_FOR_MEMBERS = [by_api, by_the_form_from_an_article]
DOORS_OF_THE_DESK = [by_palette]
OTHER_LANGUAGE = "/docs/shared/?lang=zh-hans"


@pytest.fixture
def readers(rui, zoe, ana, mia, ines):
    return {"anybody": AnonymousUser(), "rui": rui, "zoe": zoe, "ana": ana, "mia": mia, "ines": ines}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("audience", MAY_READ)
def test_an_article_is_met_by_its_audience_and_by_nobody_else(client, readers, kite, audience, reader):
    narrow = {"audience": audience, "organizations": [kite]}
    one = article("secret-4-2", f"The {WORD} plan", body=f"{WORD}!", sdk_from="4.2", **narrow)
    article("aardvark", "Aardvark")
    article("secret-4-1", "Zenith plan", sdk_from="4.1", sdk_to="4.1")
    article("shared", "Shared", language="en", category="guides")
    article("shared", "共享", language="zh-hans", category="guides", **narrow)
    picture = Picture(digest="a" * 64, name="a.png", size=3, content_type="image/png")
    picture.file.save("a", ContentFile(b"abc"))
    one.pictures.add(picture)
    user = readers[reader]
    doors = [*DOORS]
    if reader != "anybody":
        client.force_login(user)
        doors += DOORS_FOR_MEMBERS
    if reader in STAFF:
        doors += DOORS_OF_THE_DESK
    may_read = reader in MAY_READ[audience]
    met = {door.__name__: door(client, user, one) for door in doors}
    assert met == dict.fromkeys(met, may_read)
    # What is for the world asks nobody who they are.
    for address in ("/sitemap-articles.xml", "/docs/changes/en.atom", "/docs/changes/en.rss"):
        assert ("secret-4-2" in client.get(address).content.decode()) is (audience == "public")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("status", ["draft", "in_review", "scheduled", "archived"])
def test_what_is_not_published_is_found_by_nobody_and_read_by_staff(client, readers, clock, status, reader):
    from django.utils import timezone

    one = article("secret", f"The {WORD} plan")
    type(one).objects.filter(pk=one.pk).update(status=status, publish_at=timezone.now())
    user = readers[reader]
    if reader != "anybody":
        client.force_login(user)
    assert by_search(client, user, one) is by_suggestion(client, user, one) is False
    assert by_page(client, user, one) is (reader in STAFF)


def test_a_translation_for_fewer_people_does_not_hide_the_original(zoe, kite):
    article("plan", "The plan")
    article("plan", "计划", language="zh-hans", audience="organizations", organizations=[kite])
    (found,) = search(zoe, "plan", language="zh-hans")
    assert found.article.language == "en"


def test_the_words_of_a_version_for_fewer_people_do_not_find_the_public_one(rui, kite):
    article("plan", "The plan")
    article("plan", "Codename Albatross", language="zh-hans", audience="organizations", organizations=[kite])
    assert search(AnonymousUser(), "albatross", language="en") == []
