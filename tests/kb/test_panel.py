import uuid

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from kb.models import Article, Deflection

pytestmark = pytest.mark.django_db
SUGGEST = reverse("beside")


def test_the_panel_follows_what_is_typed(shelf, client, live_sdk):
    answer = client.get(
        SUGGEST,
        {
            "subject": "Black screen after joinChannel",
            "body": "error 17",
            "product": live_sdk.pk,
            "platform": "android",
            "sdk_version": "4.3.2",
        },
    )
    text = answer.content.decode()
    assert "<html" not in text
    assert "<mark>Black</mark> <mark>screen</mark>" in text
    assert text.index("/docs/") == text.index("/docs/black-screen/")
    assert "secret-plan" not in text


def test_before_anything_is_typed_it_says_so_and_shows_what_helped_others(shelf, client):
    Article.objects.filter(slug="echo").update(solved_count=3)
    text = client.get(SUGGEST).content.decode()
    assert "Type what is going wrong" in text
    assert text.index("Echo on speakerphone") < text.index("Black screen on Android")
    assert "solved it for 3 people" in text


def test_where_nothing_fits_it_says_what_would_help(shelf, client):
    assert "No document fits yet" in client.get(SUGGEST, {"subject": "zzz qqq"}).content.decode()


def test_an_article_opens_beside_the_form(shelf, client):
    text = client.get(reverse("kb_panel_article", args=["black-screen"])).content.decode()
    assert "<html" not in text
    assert "This solved it" in text
    assert 'data-language="kotlin"' in text


def test_the_panel_is_a_part_any_page_can_include(shelf, rf):
    text = render_to_string("kb/_panel.html", {}, request=rf.get("/"))
    assert f'hx-get="{SUGGEST}"' in text
    assert 'from:#ticket-form"' in text
    assert 'aria-live="polite"' in text


def test_this_solved_it_counts_one_ticket_saved_however_often_it_is_pressed(shelf, client, rui):
    client.force_login(rui)
    address = reverse("kb_solved", args=["echo"])
    draft = {"submission_key": str(uuid.uuid4()), "subject": "Echo", "platform": "ios"}
    for _press in range(2):
        answer = client.post(address, draft)
        assert b"Glad that it is solved" in answer.content
        assert "article-solved" in answer.headers["HX-Trigger"]
    assert Article.objects.get(slug="echo", language="en").solved_count == 1
    assert Deflection.objects.get().user == rui


def test_somebody_not_signed_in_may_say_so_too(shelf, client):
    answer = client.post(reverse("kb_solved", args=["echo"]), {"submission_key": str(uuid.uuid4())})
    assert answer.status_code == 200
    assert Deflection.objects.get().user is None


@pytest.mark.parametrize("key", ["", "x", "1" * 500, "\0"])
def test_without_a_draft_nothing_is_counted(shelf, client, key):
    assert client.post(reverse("kb_solved", args=["echo"]), {"submission_key": key}).status_code == 400
    assert not Deflection.objects.exists()


def test_a_draft_article_can_solve_nothing_for_a_customer(shelf, client, rui):
    client.force_login(rui)
    answer = client.post(reverse("kb_solved", args=["secret-plan"]), {"submission_key": str(uuid.uuid4())})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "value",
    ["\0", "9" * 10_000, "1e400", "<script>", "' or 1=1", "\ud800".encode("utf-8", "replace").decode()],
)
def test_odd_facts_do_no_harm(shelf, client, value):
    parameters = dict.fromkeys(["subject", "body", "product", "platform", "sdk_version", "lang"], value)
    assert client.get(SUGGEST, parameters).status_code == 200
    assert client.get(reverse("kb_search"), {**parameters, "q": value, "category": value}).status_code == 200
    assert client.get(reverse("kb_home"), parameters).status_code == 200
    assert client.get(reverse("article", args=["echo"]), parameters).status_code == 200
