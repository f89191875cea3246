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


DOORS = [
    by_search, by_suggestion, by_page, by_search_page, by_home, by_shelf, by_panel, by_panel_page, by_rating,
    by_its_picture,
]  # fmt: skip


@pytest.fixture
def readers(rui, zoe, ana, mia, ines):
    return {"anybody": AnonymousUser(), "rui": rui, "zoe": zoe, "ana": ana, "mia": mia, "ines": ines}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("audience", MAY_READ)
def test_an_article_is_met_by_its_audience_and_by_nobody_else(client, readers, kite, audience, reader):
    one = article("secret", f"The {WORD} plan", audience=audience, organizations=[kite], body=f"{WORD}!")
    picture = Picture(digest="a" * 64, name="a.png", size=3, content_type="image/png")
    picture.file.save("a", ContentFile(b"abc"))
    one.pictures.add(picture)
    user = readers[reader]
    if reader != "anybody":
        client.force_login(user)
    met = {door.__name__ for door in DOORS if door(client, user, one)}
    assert met == ({door.__name__ for door in DOORS} if reader in MAY_READ[audience] else set())


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
