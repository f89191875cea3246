"""Admins say which words mean the same; the next search knows it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import User
from kb import search as finder
from kb.case import Case
from kb.models import Synonyms, SynonymsChange
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(mia):
    User.objects.filter(pk=mia.pk).update(role=User.Role.ADMIN)
    mia.refresh_from_db()
    return mia


def found(typed, **facts):
    case = Case.of(typed, **facts)
    return [one.article.slug for one in finder.suggest(AnonymousUser(), case, language="en")]


def test_a_new_group_holds_for_the_next_search_and_is_logged(
    shelf, client, admin, live_sdk, django_capture_on_commit_callbacks
):
    client.force_login(admin)
    article("glitter", "Sparkles on the picture", keywords=["sparkles"])
    assert found("confetti") == []
    page = reverse("synonyms")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page, {"terms": "confetti，sparkles、彩带", "product": live_sdk.pk})
    assert answer.status_code == 302
    # Only where the question names the product.
    assert found("confetti") == []
    assert found("confetti", product="live") == ["glitter"] == found("彩带", product="live")
    tried = client.get(page, {"q": "confetti", "on": "live"})
    assert set(tried.context["added"]) >= {"sparkles", "彩带"}
    assert tried.context["found"][0].article.slug == "glitter"

    group = Synonyms.objects.get(terms__contains=["confetti"])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("synonyms_edit", args=[group.pk]), {"terms": "confetti, sparkles"})
    assert found("confetti") == ["glitter"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("synonyms_remove", args=[group.pk]))
    assert found("confetti") == []
    assert [(one.added, one.removed, one.by) for one in SynonymsChange.objects.order_by("pk")] == [
        (["confetti", "sparkles", "彩带"], [], admin),
        ([], ["彩带"], admin),
        ([], ["confetti", "sparkles"], admin),
    ]


def test_one_term_means_the_same_as_nothing(client, admin):
    client.force_login(admin)
    groups = Synonyms.objects.count()
    for terms in ("alone", " , ", "same, same", ",".join(f"word{number}" for number in range(40))):
        assert client.post(reverse("synonyms"), {"terms": terms}).status_code == 422
    assert Synonyms.objects.count() == groups


def test_only_admins_edit_them(client, ana, rui):
    group = Synonyms.objects.first()
    for user in (rui, ana):
        client.force_login(user)
        assert client.get(reverse("synonyms")).status_code == 403
        assert client.post(reverse("synonyms_remove", args=[group.pk])).status_code == 403
    assert Synonyms.objects.filter(pk=group.pk).exists()
