"""What readers say of an article: it reaches the owner, is worked off, and the reader hears back."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from helpdesk.errors import InvalidInput, InvalidTransition
from learning import actions
from learning.models import Feedback, News
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db
CANARY = "canary-of-the-reader"


@pytest.fixture(autouse=True)
def _nobody_was_here_before():
    cache.clear()


@pytest.fixture
def owned(_shelves, ana):
    return article("echo", "Echo", by=ana, owner=ana)


def give(client, one, **said):
    return client.post(reverse("kb_feedback_give", args=[one.slug]), {"reason": "outdated", **said})


def test_what_a_reader_says_reaches_the_owner_and_the_answer_the_reader(owned, client, ana, rui, mia):
    client.force_login(rui)
    assert give(client, owned, text="Since 4.4 it is another call.").status_code == 302
    said = Feedback.objects.get()
    assert (said.user, said.reason, said.state, said.revision) == (rui, "outdated", "open", 2)
    assert [(news.user, news.kind) for news in News.objects.all()] == [(ana, "feedback")]

    client.force_login(ana)
    assert "Since 4.4" in client.get(reverse("kb_feedback")).content.decode()
    assert "<b>It is out of date</b>" in client.get(reverse("notices_bell")).content.decode()
    answer = reverse("kb_feedback_answer", args=[said.pk])
    client.post(answer, {"verdict": "accept", "answer": "Mended, thank you."})
    said.refresh_from_db()
    assert (said.state, said.answered_by) == ("accepted", ana)

    client.force_login(rui)
    assert "taken up" in client.get(reverse("notices_bell")).content.decode()
    news = News.objects.get(user=rui)
    assert client.post(news.get_absolute_url()).headers["Location"].startswith(reverse("kb_my_feedback"))
    assert "Mended, thank you." in client.get(reverse("kb_my_feedback")).content.decode()
    assert not News.objects.visible_to(rui).unread().exists()


def test_of_somebody_unknown_nothing_is_kept_but_the_words(owned, client, settings):
    give(client, owned, text=f"My key is api_key=abcd1234efgh5678 {CANARY}")
    said = Feedback.objects.get()
    assert said.user is None and CANARY in said.text and "abcd1234efgh5678" not in said.text
    columns = {field.name for field in Feedback._meta.concrete_fields}
    assert not columns & {"ip", "address", "session", "user_agent"}
    assert "127.0.0.1" not in str(Feedback.objects.values())


def test_an_address_that_says_too_much_is_asked_to_wait_and_others_are_not(owned, client):
    for _time in range(5):
        give(client, owned)
    refused = client.post(
        reverse("kb_feedback_give", args=["echo"]), {"reason": "wrong"}, headers={"HX-Request": "true"}
    )
    assert refused.status_code == 429 and Feedback.objects.count() == 5
    client.post(reverse("kb_feedback_give", args=["echo"]), {"reason": "wrong"}, REMOTE_ADDR="192.0.2.7")
    assert Feedback.objects.count() == 6


def test_a_suggestion_needs_words_and_a_refusal_a_reason(owned, ana, rui):
    with pytest.raises(InvalidInput):
        actions.give_feedback(owned, reason="suggestion", text=" ", by=rui)
    said = actions.give_feedback(owned, reason="wrong", text="", by=rui)
    with pytest.raises(InvalidInput):
        actions.answer_feedback(said, accepted=False, answer="", by=ana)
    actions.answer_feedback(said, accepted=False, answer="It is meant so.", by=ana)
    with pytest.raises(InvalidTransition):
        actions.answer_feedback(said, accepted=True, answer="", by=ana)


def test_nobody_works_off_feedback_but_the_desk_and_nobody_reads_anothers(owned, client, ana, rui, zoe):
    said = actions.give_feedback(owned, reason="wrong", text=CANARY, by=rui)
    answer = reverse("kb_feedback_answer", args=[said.pk])
    assert client.get(reverse("kb_feedback")).status_code == 302  # to the sign-in page
    for person in (rui, zoe):
        client.force_login(person)
        assert client.get(reverse("kb_feedback")).status_code == 404
        assert client.post(answer, {"verdict": "accept"}).status_code == 404
    assert CANARY not in client.get(reverse("kb_my_feedback")).content.decode()
    for news in News.objects.all():
        assert client.post(news.get_absolute_url()).status_code == 404
    said.refresh_from_db()
    assert said.state == "open"
    client.force_login(ana)
    assert client.post(answer, {"verdict": "accept"}).status_code == 302


def test_who_lost_the_article_hears_no_more_of_it(owned, kite, ana, rui):
    said = actions.give_feedback(owned, reason="wrong", text="", by=rui)
    actions.answer_feedback(said, accepted=True, answer="", by=ana)
    assert News.objects.visible_to(rui).exists()
    actions.articles.edit(owned, by=ana, audience="internal")
    assert not News.objects.visible_to(rui).exists()


def test_no_asks_what_was_wrong_with_and_without_a_script(owned, client, rui):
    address = reverse("kb_rate", args=["echo"])
    part = client.post(address, {"helpful": "no"}, headers={"HX-Request": "true"}).content.decode()
    assert 'name="reason"' in part and "<details" in part and " open" in part
    page = client.post(address, {"helpful": "no"}, follow=True).content.decode()
    assert "Sorry. What was wrong?" in page
    owned.refresh_from_db()
    assert owned.unhelpful_count == 1
