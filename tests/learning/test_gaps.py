"""Where the documents have gaps: what is told and kept of a search, and what the page makes of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from kb import actions as articles
from kb import trail
from kb.models import ReadBefore, Search
from learning import gaps
from tests.kb.conftest import article
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_was_here_before():
    cache.clear()


def search(client, words, *, opened=None, human=False, language="en", product="", results=3):
    """What the page's script tells, in its order; the token of the page."""
    token = trail.token(words, language=language, product=product, platform="", results=results)
    tell = reverse("kb_searched")
    assert client.post(tell, {"token": token}).status_code == 204
    if opened:
        client.post(tell, {"token": token, "article": str(opened.pk)})
    if human:
        client.post(tell, {"token": token, "human": "yes"})
    return token


def file(client, rui):
    form = {"subject": "Black screen", "priority": "P1", "body": "Black.", "submission_key": str(uuid4())}
    answer = client.post(reverse("ticket_new"), form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Ticket.objects.latest("number")


def test_the_page_of_results_counts_nothing_until_its_script_tells(shelf, client):
    page = client.get(reverse("kb_search"), {"q": "black screen"}).content.decode()
    assert "data-searched" in page and "data-result=" in page
    assert not Search.objects.exists()
    token = search(client, "black screen", opened=shelf["echo"])
    client.post(reverse("kb_searched"), {"token": token, "article": str(shelf["freeze"].pk)})
    found = Search.objects.get()
    assert (found.words, found.was_clicked, found.clicked) == ("black screen", True, shelf["echo"])


@pytest.mark.parametrize("token", ["", "nonsense", "a" * 7000, "e30:1abc:def"])
def test_searches_that_were_none_are_not_counted(client, token):
    assert client.post(reverse("kb_searched"), {"token": token}).status_code == 204
    assert not Search.objects.exists()


def test_a_search_keeps_the_words_masked_and_nobodys_name(shelf, client, rui):
    client.force_login(rui)
    secret = "token=0067c3b2f1d9a84e5a6b7c8d9e0f1a2b rui@kite.example 203.0.113.9 black"
    search(client, secret)
    found = Search.objects.get()
    for part in ("0067c3b2", "rui@kite", "203.0.113"):
        assert part not in found.words
    assert "black" in found.words
    assert not {"user", "session", "ip"} & {field.name for field in Search._meta.concrete_fields}


def test_searches_are_forgotten(client, settings):
    settings.SEARCHES_KEPT_DAYS = 180
    search(client, "old")
    search(client, "new")
    Search.objects.filter(words="old").update(at=timezone.now() - timedelta(days=181))
    assert trail.prune(timezone.now()) == 1
    assert Search.objects.get().words == "new"


def test_what_was_searched_and_read_before_a_ticket_is_told_of_it(shelf, client, rui, live_sdk, clock):
    client.force_login(rui)
    search(client, "too long ago")
    clock.shift(timedelta(hours=3))
    search(client, "black screen", opened=shelf["echo"])
    client.get(shelf["echo"].get_absolute_url())
    ticket = file(client, rui)
    assert [one.words for one in Search.objects.filter(ticket=ticket)] == ["black screen"]
    assert [one.article for one in ReadBefore.objects.filter(ticket=ticket)] == [shelf["echo"]]
    # The next ticket is another story.
    other = file(client, rui)
    assert not ReadBefore.objects.filter(ticket=other).exists()


def test_somebody_who_signs_in_only_to_file_is_followed_and_nobody_else(shelf, client, rui, settings):
    search(client, "black screen")
    assert not client.cookies.get(settings.SESSION_COOKIE_NAME)
    search(client, "no picture", human=True)
    client.force_login(rui)
    ticket = file(client, rui)
    assert [one.words for one in Search.objects.filter(ticket=ticket)] == ["no picture"]


@pytest.fixture
def story(shelf, client, rui, live_sdk, ana, ticket):
    """Three searches in vain and one that helped, an article that failed, one that saved a ticket."""
    for words in ("No Picture", "no picture", "no picture"):
        search(client, words, results=0, product="live")
    search(client, "echo", opened=shelf["echo"])
    ReadBefore.objects.create(article=shelf["freeze"], ticket=ticket)
    articles.rate(shelf["freeze"], reader="x", helpful=False)
    articles.rate(shelf["freeze"], reader="y", helpful=True)
    articles.mark_solved(shelf["echo"], draft_key=uuid4(), by=rui, subject="I hear myself")
    undone = uuid4()
    articles.mark_solved(shelf["echo"], draft_key=undone, by=rui)
    articles.undeflect(undone)
    actions.resolve(ticket, by=ana, body="Join once.")
    return gaps.Question(now=timezone.now())


def test_the_numbers_are_those_of_the_rows_behind_them(story, shelf, ana, ticket, live_sdk):
    totals = gaps.totals(story)
    assert (totals.searches, totals.without_click, totals.without_results) == (4, 3, 3)
    assert totals.share_without_click is None and totals.is_little
    assert totals.deflections == 1
    (row,) = gaps.searches_without_click(story)
    assert (row["count"], row["lower"]) == (3, "no picture")
    assert gaps.behind(story, "NO picture").count() == 3
    (failed,) = gaps.failed_articles(story)
    assert (failed["article"], failed["failed"], failed["tickets"], failed["unhelpful"], failed["rated"]) == (
        shelf["freeze"], 2, 1, 1, 2,
    )  # fmt: skip
    assert list(gaps.tickets_after_reading(story, shelf["freeze"], ana)) == [ticket]
    (saved,) = gaps.top_deflections(story)
    assert (saved["article"], saved["count"]) == (shelf["echo"], 1)
    (solved,) = gaps.solved_without_article(story, ana)
    assert (solved["product"], solved["count"]) == (live_sdk, 1)
    elsewhere = gaps.Question(now=timezone.now(), language="zh-hans")
    assert gaps.totals(elsewhere).searches == 0 and not gaps.failed_articles(elsewhere)


def test_a_ticket_answered_with_an_article_is_no_gap(story, ticket, ana):
    actions.reopen(ticket, by=ana)
    actions.resolve(ticket, by=ana, body="See https://desk.example/docs/echo/ for that.")
    assert not gaps.solved_without_article(gaps.Question(now=timezone.now()), ana)


def test_every_part_of_the_page_opens_what_is_behind_it(story, client, ana, shelf, ticket, live_sdk):
    client.force_login(ana)
    parts = {
        "searches": "No Picture",
        "into-tickets": "Nothing in this period",
        "solved": "Live SDK",
        "failed": "Video freezes",
        "deflections": "Echo on speakerphone",
    }
    for part, words in parts.items():
        page = client.get(reverse("kb_gaps"), {"part": part}).content.decode()
        assert words in page, part
    page = client.get(reverse("kb_gaps")).content.decode()
    assert "Only 4 searches" in page and "too few for a share" in page
    start = client.get(reverse("kb_write"), {"words": "no picture", "product": "live"})
    assert start.context["form"].initial["keywords"] == ["no picture"]
    assert start.context["form"]["title"].value() == "no picture"
    behind = client.get(reverse("kb_gap_searches"), {"words": "No Picture"}).content.decode()
    assert behind.count("<tr>") == 4  # the head and three searches
    asked = {"article": shelf["freeze"].pk}
    assert ticket.subject in client.get(reverse("kb_gap_tickets"), asked).content.decode()
    solved = client.get(reverse("kb_gap_tickets"), {"product": "live"}).content.decode()
    assert reverse("kb_from_ticket", args=[ticket.number]) in solved
    saved = client.get(reverse("kb_gap_deflections"), {"article": shelf["echo"].pk}).content.decode()
    assert "I hear myself" in saved


def test_the_file_holds_what_the_page_shows_and_calculates_nothing(story, client, ana):
    search(client, "=cmd|calc", results=0)
    client.force_login(ana)
    for part in ("searches", "into-tickets", "solved", "failed", "deflections"):
        assert client.get(reverse("kb_gaps_csv", args=[part])).status_code == 200
    text = client.get(reverse("kb_gaps_csv", args=["searches"])).content.decode()
    assert "No Picture,en,3,0" in text and "'=cmd|calc" in text
    assert client.get(reverse("kb_gaps_csv", args=["nosuch"])).status_code == 404


def test_gaps_are_the_desks_own(story, client, rui, mia):
    pages = [
        *(reverse(name) for name in ("kb_gaps", "kb_gap_searches", "kb_gap_tickets", "kb_gap_deflections")),
        reverse("kb_gaps_csv", args=["searches"]),
    ]
    assert {client.get(page).status_code for page in pages} == {302}
    client.force_login(rui)
    assert {client.get(page).status_code for page in pages} == {404}
    client.force_login(mia)
    assert client.get(pages[0]).status_code == 200


def test_no_article_takes_the_address_of_a_page_of_ours(shelf):
    from kb.urls import RESERVED_SLUGS
    from learning.urls import urlpatterns

    first = {str(one.pattern).split("/")[0] for one in urlpatterns}
    assert {name for name in first if not name.startswith("<")} <= RESERVED_SLUGS
    assert article("gaps-in-audio", "Gaps").get_absolute_url() == "/docs/gaps-in-audio/"
