"""Reviewers' comments, and articles that grow old."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.errors import InvalidInput, InvalidTransition
from kb import actions as articles
from kb.staleness import refresh, support_ended_on
from learning import actions
from learning.models import Comment, News
from products.models import SdkVersion
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db


@pytest.fixture
def owned(_shelves, ana):
    return article("echo", "Echo", by=ana, owner=ana)


def test_a_comment_is_on_a_revision_reaches_the_owner_and_is_resolved(owned, ana, mia, lena):
    said = actions.comment(owned, body="Which SDK? @lena knows.", quote="the other  device", by=mia)
    assert (said.revision.number, said.quote) == (2, "the other device")
    assert {news.user for news in News.objects.filter(comment=said)} == {ana, lena}
    answered = actions.comment(owned, body="From 4.1 on.", thread=said, by=ana)
    assert answered.thread == said
    assert {news.user for news in News.objects.filter(comment=answered)} == {mia}
    actions.resolve_comment(said, by=ana)
    with pytest.raises(InvalidTransition):
        actions.resolve_comment(said, by=ana)
    actions.comment(owned, body="And before?", thread=answered, by=mia)
    said.refresh_from_db()
    assert said.resolved_at is None and said.answers.count() == 2


def test_a_comment_needs_words_and_its_own_article(owned, ana, mia):
    with pytest.raises(InvalidInput):
        actions.comment(owned, body=" \0", by=mia)
    other = article("freeze", "Freeze", by=ana)
    with pytest.raises(InvalidInput):
        actions.comment(other, body="here", thread=actions.comment(owned, body="there", by=mia), by=mia)


def test_comments_are_the_desks_own(owned, client, mia, rui):
    said = actions.comment(owned, body="canary-of-the-reviewer", by=mia)
    doors = [
        reverse("kb_comment", args=["echo", "en"]),
        *(reverse(f"kb_comment_{what}", args=[said.pk]) for what in ("answer", "resolve", "reopen")),
    ]
    client.force_login(rui)
    assert not Comment.objects.visible_to(rui).exists()
    assert "canary-of-the-reviewer" not in client.get(owned.get_absolute_url()).content.decode()
    assert [client.post(door, {"comment": "x"}).status_code for door in doors] == [404] * 4
    client.force_login(mia)
    part = client.post(doors[0], {"comment": "<b>more</b>"}, headers={"HX-Request": "true"}).content.decode()
    assert "&lt;b&gt;more" in part and "canary-of-the-reviewer" in part
    assert client.post(doors[0], {"comment": ""}, headers={"HX-Request": "true"}).status_code == 422


def listed(product, *ends):
    for number, end in enumerate(ends):
        SdkVersion.objects.create(product=product, version=f"4.1.{number}", supported_until=end)


def test_a_line_of_versions_is_out_of_support_when_its_last_one_is(live_sdk):
    today = date(2026, 7, 13)
    listed(live_sdk, date(2026, 1, 1), None)
    rows = list(SdkVersion.objects.all())
    assert support_ended_on("4.1", rows, today) is None
    assert support_ended_on("4.1.0", rows, today) == date(2026, 1, 1)
    assert support_ended_on("4.0.9", rows, today) == date(2026, 1, 1)
    assert support_ended_on("soon", rows, today) is None
    SdkVersion.objects.filter(version="4.1.1").update(supported_until=date(2026, 3, 1))
    assert support_ended_on("4.1", list(SdkVersion.objects.all()), today) == date(2026, 3, 1)


def test_the_owner_is_told_once_when_an_article_becomes_stale(owned, clock, live_sdk, ana, mia):
    today = timezone.localdate()
    listed(live_sdk, today + timedelta(days=1))
    articles.edit(owned, by=ana, products=[live_sdk], sdk_to="4.1", review_on=today + timedelta(days=10))
    assert actions.mark_stale(timezone.now()) == 0

    clock.shift(timedelta(days=2))
    assert [actions.mark_stale(timezone.now()) for _time in range(3)] == [1, 1, 1]
    assert News.objects.filter(kind="stale").count() == 1
    # It is overdue as well now: that is another reason.
    clock.shift(timedelta(days=10))
    actions.mark_stale(timezone.now())
    assert News.objects.filter(user=ana, kind="stale").count() == 2
    articles.edit(owned, by=ana, owner=mia)
    actions.mark_stale(timezone.now())
    assert News.objects.filter(user=mia, kind="stale").count() == 1


def test_what_is_stale_is_marked_for_writers_listed_and_confirmed(owned, clock, client, ana, rui, live_sdk):
    today = timezone.localdate()
    articles.edit(owned, by=ana, review_on=today - timedelta(days=3))
    client.force_login(rui)
    assert client.get(reverse("kb_needs_review")).status_code == 404
    assert "to be read again" not in client.get("/docs/").content.decode()
    assert client.post(reverse("kb_confirm_current", args=["echo", "en"])).status_code == 404
    client.force_login(ana)
    assert "to be read again" in client.get("/docs/").content.decode()
    for page in (owned.get_absolute_url(), reverse("kb_edit", args=["echo", "en"])):
        assert "Somebody wanted to read this again" in client.get(page).content.decode()
    assert "Echo" in client.get(reverse("kb_needs_review"), {"whose": "mine"}).content.decode()
    client.post(reverse("kb_confirm_current", args=["echo", "en"]), {"list": "1"})
    owned.refresh_from_db()
    assert owned.review_on == actions.in_half_a_year(today)
    assert "Nothing needs a review" in client.get(reverse("kb_needs_review")).content.decode()


def test_support_is_looked_up_for_the_article_of_every_product(owned, clock, live_sdk, chat_sdk, ana):
    listed(live_sdk, timezone.localdate() - timedelta(days=1))
    articles.edit(owned, by=ana, products=[live_sdk, chat_sdk], sdk_to="4.1")
    owned.refresh_from_db()
    assert owned.support_ended_on is None
    articles.edit(owned, by=ana, products=[live_sdk])
    owned.refresh_from_db()
    assert owned.support_ended_on is not None
    SdkVersion.objects.all().delete()
    assert refresh() == 1
