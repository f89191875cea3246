"""Who finds and reads what: every audience, every reader, every door."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.urls import reverse

from kb import trail
from kb.models import Article, Picture, Revision, Search
from kb.search import search, suggest
from kb.urls import urlpatterns as reading_urls
from learning.models import Comment, Feedback, News, WrittenFrom
from learning.urls import urlpatterns as learning_urls
from tests.kb.conftest import article
from tickets import actions as tickets

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


def by_solving(client, user, one):
    return client.post(f"/docs/{one.slug}/solved/", {"submission_key": "1"}).status_code != 404


def by_telling_of_a_click(client, user, one):
    token = trail.token("x", language="en", product="", platform="", results=1)
    client.post(reverse("kb_searched"), {"token": token, "article": str(one.pk)})
    return Search.objects.latest("pk").clicked == one


def by_what_was_said_of_it(client, user, one):
    """Said while the reader could still read it."""
    Feedback.objects.create(article=one, revision=1, reason="wrong", text="x", user=user)
    return one.title in client.get(reverse("kb_my_feedback")).content.decode()


def by_news_of_it(client, user, one):
    news = News.objects.create(user=user, kind="answered", article=one, about="feedback-1")
    told = one.title in client.get(reverse("notices")).content.decode()
    assert (client.post(reverse("kb_news_open", args=[news.pk])).status_code == 302) is told
    return told


DOORS = [
    by_solving, by_telling_of_a_click,
    by_search, by_suggestion, by_page, by_search_page, by_home, by_shelf, by_panel, by_panel_page, by_rating,
    by_its_picture, by_neighbour, by_translation, by_version, by_reporting_on_it,
]  # fmt: skip
# Nobody comes in without an account; the palette is the desk's own.
DOORS_FOR_MEMBERS = [by_api, by_the_form_from_an_article, by_what_was_said_of_it, by_news_of_it]
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


# Every address below /docs/: tried above with every audience, for all alike, or for the desk alone.
TRIED = {
    *("kb_home", "kb_search", "kb_category", "article", "kb_rate", "kb_panel_article", "kb_solved"),
    *("kb_picture", "kb_searched", "kb_my_feedback", "kb_feedback_give", "kb_news_open", "kb_changes"),
}
SHOWS_NO_ARTICLE = {"kb_news_read"}
# Whether staff see the article there by only looking at it.
OF_THE_DESK = {
    "kb_drafts": False, "kb_write": False, "kb_preview": False, "kb_picture_add": False, "kb_edit": True,
    "kb_submit": False, "kb_schedule": False, "kb_archive": False, "kb_revision": True, "kb_restore": False,
    "kb_publish": False, "kb_unpublish": False, "kb_gaps": False, "kb_gaps_csv": False,
    "kb_gap_searches": False, "kb_gap_tickets": False, "kb_gap_deflections": False, "kb_needs_review": True,
    "kb_feedback": False,
    "kb_feedback_answer": False, "kb_comment_answer": False, "kb_comment_resolve": False,
    "kb_comment_reopen": False, "kb_from_ticket": False, "kb_of_ticket": True, "kb_comment": False,
    "kb_confirm_current": False,
}  # fmt: skip
# What stands in a ticket's composer behind `??`, and what the next ticket like it is offered.
OUTSIDE_DOCS = {"ticket_inserts": {"kind": "??", "q": WORD, "for": "note"}}


def test_every_address_of_the_documents_is_tried():
    """One that is new belongs into one of the tables above, and what it shows is tried with it."""
    routes = {pattern.name for pattern in [*reading_urls, *learning_urls]}
    assert routes == TRIED | SHOWS_NO_ARTICLE | set(OF_THE_DESK)


@pytest.mark.parametrize("reader", READERS)
def test_what_is_the_desks_own_is_met_by_the_desk_alone(client, readers, ticket, reader, ana, mia):
    one = article("plan", f"The {WORD} plan", body=f"{WORD}!", by=mia, owner=mia)
    Article.objects.filter(pk=one.pk).update(review_on="2020-01-01", unhelpful_count=9)
    Feedback.objects.create(article=one, revision=1, reason="wrong", text="x")
    comment = Comment.objects.create(article=one, revision=one.revisions.first(), body="Odd.", by=mia)
    WrittenFrom.objects.create(article=one, ticket=ticket, by=ana)
    tickets.resolve(ticket, by=ana, body="Done.")
    user = readers[reader]
    if reader != "anybody":
        client.force_login(user)
    at_first = facts_of(one)
    met = {}
    for name in OF_THE_DESK:
        values = {"slug": one.slug, "language": "en", "number": 1, "pk": comment.pk, "part": "articles"}
        if "ticket" in name:
            values["number"] = ticket.number
        pattern = next(each for each in [*reading_urls, *learning_urls] if each.name == name)
        address = reverse(name, kwargs={each: values[each] for each in pattern.pattern.converters})
        looked = client.get(address)
        met[name] = WORD in looked.content.decode()
        if reader not in STAFF:
            answers = {looked.status_code, client.post(address, {"translates": one.slug}).status_code}
            assert answers <= {302, 403, 404, 405}, name
    for name, query in OUTSIDE_DOCS.items():
        met[name] = WORD in client.get(reverse(name, args=[ticket.number]), query).content.decode()
    seen = {name for name, shows in {**OF_THE_DESK, "ticket_inserts": True}.items() if shows}
    assert seen <= {name for name in met if met[name]} if reader in STAFF else not any(met.values())
    assert facts_of(one) == at_first


def facts_of(one):
    return (
        list(Revision.objects.values_list("pk")),
        list(Comment.objects.values_list("pk", "resolved_at")),
        list(Feedback.objects.values_list("pk", "state")),
        list(Article.objects.filter(pk=one.pk).values_list("status", "review_on")),
    )


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
