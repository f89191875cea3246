"""Draft, review, schedule, published, archived; and back to what it was."""

from datetime import timedelta

import pytest
from django.utils import timezone

from helpdesk.errors import InvalidInput, InvalidTransition
from kb import actions
from kb.models import Article
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db


def test_a_draft_goes_through_review_to_its_readers_and_into_the_archive(clock, ana, mia):
    written = article("echo", "Echo", published=False, by=ana)
    written = actions.submit(written, by=ana)
    written = actions.publish(written, by=mia)
    written = actions.archive(written, by=mia)
    kept = [(one.kind, one.by) for one in written.revisions.all()]
    assert kept == [("written", ana), ("submitted", ana), ("published", mia), ("archived", mia)]
    assert written.published_at == timezone.now()
    with pytest.raises(InvalidTransition):
        actions.archive(written, by=mia)
    assert actions.unpublish(written, by=mia).status == "draft"


def test_only_a_draft_is_sent_to_review(shelf, ana):
    with pytest.raises(InvalidTransition):
        actions.submit(shelf["echo"], by=ana)


def test_a_scheduled_article_appears_at_its_moment_and_once(clock, ana):
    written = article("echo", "Echo", published=False, by=ana)
    tomorrow = timezone.now() + timedelta(days=1)
    actions.schedule(written, publish_at=tomorrow, by=ana)
    assert actions.publish_due(timezone.now()) == 0
    clock.shift(timedelta(days=1))
    assert actions.publish_due(timezone.now()) == 1
    assert actions.publish_due(timezone.now()) == 0
    written.refresh_from_db()
    assert (written.status, written.published_at, written.publish_at) == ("published", tomorrow, None)


def test_nothing_is_scheduled_for_the_past_or_after_it_was_published(clock, shelf, ana):
    with pytest.raises(InvalidInput):
        actions.schedule(shelf["secret-plan"], publish_at=timezone.now(), by=ana)
    with pytest.raises(InvalidTransition):
        actions.schedule(shelf["echo"], publish_at=timezone.now() + timedelta(days=1), by=ana)


def test_a_revision_comes_back_with_its_facts_and_the_ones_since_stay(ana, mia, live_sdk):
    written = article("echo", "Echo", body="First.", products=[live_sdk], error_codes=["17"], by=ana)
    first = written.revisions.get(number=1)
    written = actions.edit(
        written, by=mia, title="Noise", body="Second.", error_codes=[], products=[], audience="internal"
    )
    written = actions.restore(written, first, by=ana)
    assert (written.title, written.body, written.error_codes) == ("Echo", "First.", ["17"])
    assert list(written.products.all()) == [live_sdk]
    assert [one.kind for one in written.revisions.all()] == ["written", "published", "edited", "restored"]
    # An old revision never opens an article to more people.
    assert written.audience == "internal"


def test_a_revision_of_another_article_is_refused(shelf, ana):
    with pytest.raises(InvalidInput):
        actions.restore(shelf["echo"], shelf["freeze"].revisions.first(), by=ana)


def test_what_should_have_been_read_again_is_stale(clock, shelf, ana):
    today = timezone.now().date()
    actions.edit(shelf["echo"], by=ana, review_on=today - timedelta(days=1))
    actions.edit(shelf["freeze"], by=ana, review_on=today)
    actions.edit(shelf["secret-plan"], by=ana, review_on=today - timedelta(days=1))
    assert [one.slug for one in Article.objects.stale(today)] == ["echo"]


def test_the_words_of_an_unpublished_translation_find_nothing(shelf, ana):
    from kb.search import suggest

    actions.edit(shelf["echo/zh"], by=ana, title="外放时有啸叫", keywords=[])
    assert [one.article.slug for one in suggest(ana, "啸叫", language="en")] == ["echo"]
    actions.unpublish(shelf["echo/zh"], by=ana)
    assert suggest(ana, "啸叫", language="en") == []


def test_a_writer_sees_what_each_save_changed_and_goes_back(client, ana, rui):
    from django.urls import reverse

    written = article("echo", "Echo", body="one\ntwo\nthree", by=ana)
    actions.edit(written, by=ana, body="one\n<b>2</b>\nthree", error_codes=["17"], owner=ana)
    address = reverse("kb_revision", args=["echo", "en", 3])
    client.force_login(rui)
    assert client.get(address).status_code == 404
    client.force_login(ana)
    page = client.get(address).content.decode()
    assert "<del>two</del>" in page and "<ins>&lt;b&gt;2&lt;/b&gt;</ins>" in page
    # Facts by the names and people that the editor knows, not by the database's.
    assert "Error codes" in page and f"<td>{ana}</td>" in page
    client.post(reverse("kb_restore", args=["echo", "en", 1]))
    written.refresh_from_db()
    assert (written.body, written.error_codes) == ("one\ntwo\nthree", [])
    assert client.get(reverse("kb_revision", args=["echo", "en", 9])).status_code == 404


def test_the_way_from_draft_to_archive_has_its_buttons(clock, client, ana):
    from django.urls import reverse

    written = article("echo", "Echo", published=False, by=ana)
    client.force_login(ana)

    def post(name, **data):
        answer = client.post(reverse(name, args=["echo", "en"]), data, follow=True)
        written.refresh_from_db()
        return answer.content.decode()

    assert "Sent to review" in post("kb_submit") and written.status == "in_review"
    assert "in the future" in post("kb_schedule", publish_at="2020-01-01T10:00")
    assert "in the future" in post("kb_schedule", publish_at="nonsense") and written.status == "in_review"
    assert "Scheduled" in post("kb_schedule", publish_at="2030-01-01T10:00") and written.status == "scheduled"
    post("kb_publish")
    assert "Archived" in post("kb_archive") and written.status == "archived"
