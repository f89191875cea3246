import uuid

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from helpdesk.errors import InvalidInput, InvalidTransition
from kb import actions
from kb.models import Article, Deflection, Revision
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db


def test_the_four_shelves_are_there_and_named_in_both_languages(shelf):
    from django.utils import translation

    from kb.models import Category

    assert [str(one) for one in Category.objects.all()] == ["Guides", "API reference", "FAQ", "Scenarios"]
    with translation.override("zh-hans"):
        assert str(Category.objects.get(slug="guides")) == "使用指南"


def test_each_save_leaves_a_revision_that_says_who_and_when(clock, ana, mia):
    written = article("echo", "Echo", published=False, by=ana)
    actions.edit(written, by=mia, title="Echo, echo", error_codes=["17"])
    actions.publish(written, by=mia)
    actions.unpublish(written, by=ana)
    kept = [(one.number, one.kind, one.by, one.title) for one in written.revisions.all()]
    assert kept == [
        (1, "written", ana, "Echo"),
        (2, "edited", mia, "Echo, echo"),
        (3, "published", mia, "Echo, echo"),
        (4, "unpublished", ana, "Echo, echo"),
    ]
    assert written.revisions.get(number=2).facts["error_codes"] == ["17"]


def test_saving_without_a_change_leaves_no_revision(ana, live_sdk):
    written = article("echo", "Echo", keywords=["a"], products=[live_sdk])
    before = Article.objects.get(pk=written.pk).updated_at
    actions.edit(written, by=ana, title=" Echo ", keywords=["a", "a"], products=[live_sdk])
    assert written.revisions.count() == 2
    assert Article.objects.get(pk=written.pk).updated_at == before


def test_a_revision_is_never_changed(shelf):
    with pytest.raises(InternalError), transaction.atomic():
        Revision.objects.update(title="Another past")


def test_two_writers_do_not_overwrite_each_other(ana, mia):
    written = article("echo", "Echo", published=False)
    actions.edit(written, by=ana, body="Ana's", based_on=1)
    with pytest.raises(InvalidTransition):
        actions.edit(written, by=mia, body="Mia's", based_on=1)
    written.refresh_from_db()
    assert written.body == "Ana's"


def test_an_address_holds_one_article_in_each_language(ana):
    article("echo", "Echo")
    article("echo", "回声", language="zh-hans")
    with pytest.raises(InvalidInput):
        article("echo", "Echo again")
    assert Article.objects.filter(slug="echo").count() == 2


@pytest.mark.parametrize("words", [{"title": " "}, {"body": "\n"}, {"title": "\0"}])
def test_an_article_needs_a_title_and_a_text(ana, words):
    written = article("echo", "Echo")
    with pytest.raises(InvalidInput):
        actions.edit(written, by=ana, **words)


def test_publishing_twice_and_taking_back_a_draft_are_refused(ana):
    written = article("echo", "Echo", published=False)
    with pytest.raises(InvalidTransition):
        actions.unpublish(written, by=ana)
    published_at = actions.publish(written, by=ana).published_at
    with pytest.raises(InvalidTransition):
        actions.publish(written, by=ana)
    actions.unpublish(written, by=ana)
    assert actions.publish(written, by=ana).published_at == published_at


def test_what_is_published_has_a_moment(shelf):
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(slug="echo").update(published_at=None)


def test_a_ticket_that_was_not_needed_counts_once(shelf, rui):
    key = uuid.uuid4()
    assert actions.mark_solved(
        shelf["echo"], draft_key=key, by=rui, subject="Echo\0", facts={"platform": "ios"}
    )
    assert not actions.mark_solved(shelf["echo"], draft_key=key, by=rui)
    assert not actions.mark_solved(shelf["freeze"], draft_key=key, by=None)
    shelf["echo"].refresh_from_db()
    assert shelf["echo"].solved_count == 1
    deflection = Deflection.objects.get()
    assert (deflection.user, deflection.subject, deflection.facts) == (rui, "Echo", {"platform": "ios"})


def test_a_reader_has_one_opinion_and_may_change_it(shelf):
    for reader, helpful in (("1", True), ("2", True), ("1", False), ("session:x", False)):
        actions.rate(shelf["echo"], reader=reader, helpful=helpful)
    shelf["echo"].refresh_from_db()
    assert (shelf["echo"].helpful_count, shelf["echo"].unhelpful_count) == (1, 2)
