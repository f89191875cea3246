"""Draft, review, schedule, published, archived; and back to what it was."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from helpdesk.errors import InvalidInput, InvalidTransition
from kb import actions, differences
from kb.models import Article, Category
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


def test_facts_change_by_their_names_in_the_readers_language(live_sdk, ana):
    guides = Category.objects.get(slug="guides")
    written = article("echo", "Echo", by=ana)
    actions.edit(
        written, by=ana, products=[live_sdk], platforms=["ios", "server"], kind="faq", audience="customers",
        category=guides,
    )  # fmt: skip
    before, after = written.revisions.get(number=2), written.revisions.get(number=3)
    said = {name: (old, new) for name, old, new in differences.facts(before, after)}
    assert said["category"] == ("FAQ", "Guides")
    assert said["products"] == ("", str(live_sdk))
    assert said["kind"] == ("Guide", "FAQ")
    assert said["who may read it"] == ("everybody", "customers who are signed in")
    with translation.override("zh-hans"):
        said = {name: new for name, _old, new in differences.facts(before, after)}
        assert said["分类"] == "使用指南" and said["平台"] == "iOS, 服务端"


def test_a_long_text_in_another_order_is_compared_at_once():
    numbers = [f"{number}" for number in range(20_000)]
    shuffled = [f"{number * 7 % 20_011}" for number in range(20_000)]
    rows = differences.lines("\n".join(["same", *numbers, "end"]), "\n".join(["same", *shuffled, "end"]))
    assert rows[0] == differences.Line("same", "same") and len(rows) == differences.MAX_LINES + 2
    changed = differences.lines("\n".join(numbers), "\n".join([*numbers[:9_000], "new", *numbers[9_001:]]))
    assert [one.kind for one in changed] == ["gap", *["same"] * 3, "removed", "added", *["same"] * 3]


def test_an_article_that_is_still_right_says_since_when(clock, client, shelf, ana, rui):
    echo = shelf["echo"]
    changed_at = Article.objects.get(pk=echo.pk).updated_at
    clock.shift(timedelta(days=40))
    client.force_login(rui)
    address = reverse("kb_confirm_current", args=["echo", "en"])
    assert client.post(address).status_code == 404
    assert "Reviewed" not in client.get(echo.get_absolute_url()).content.decode()
    client.force_login(ana)
    answer = client.post(address, {"page": "1"})
    assert answer["Location"].startswith(echo.get_absolute_url())
    echo.refresh_from_db()
    today = timezone.localdate()
    assert (echo.reviewed_on, echo.updated_at) == (today, changed_at)
    assert (echo.revisions.last().kind, echo.revisions.last().by) == ("reviewed", ana)
    client.force_login(rui)
    assert f"Reviewed {today}" in client.get(echo.get_absolute_url()).content.decode()
    with pytest.raises(InvalidTransition):
        actions.confirm(shelf["secret-plan"], by=ana, next_on=today + timedelta(days=1))


def test_the_way_from_draft_to_archive_has_its_buttons(clock, client, ana):
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
