"""Programs find what the search page finds for the same person."""

import pytest
from django.urls import reverse

from kb.models import Article
from tests.kb.conftest import article

pytestmark = pytest.mark.django_db

AUDIENCES = ["public", "customers", "organizations", "internal"]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize(("reader", "rights"), [("zoe", 2), ("rui", 3), ("ana", 4)])
def test_the_api_finds_what_its_caller_may_read(shelf, client, request, rui, audience, reader, rights):
    secret = article("zebra", "Zebrafish on the screen", audience=audience)
    secret.organizations.set([rui.memberships.get().organization])
    client.force_login(request.getfixturevalue(reader))
    found = client.get(reverse("api-articles"), {"q": "zebrafish"}).json()["results"]
    assert [one["slug"] for one in found] == (["zebra"] if AUDIENCES.index(audience) < rights else [])


def test_it_finds_and_narrows_as_the_page_does(shelf, client, rui):
    client.force_login(rui)
    for query in ({"q": "black screen"}, {"q": "black screen", "platform": "web"}):
        page = client.get(reverse("kb_search"), query)
        answer = client.get(reverse("api-articles"), query).json()
        shown = [one.article.slug for one in page.context["page"]]
        assert [one["slug"] for one in answer["results"]][: len(shown)] == shown
    one = client.get(reverse("api-articles"), {"q": "黑屏", "language": "zh-hans"}).json()["results"][0]
    assert (one["language"], one["slug"]) == ("zh-hans", "black-screen")
    assert client.get(reverse("api-articles"), {"q": "x", "plattform": "web"}).status_code == 400
    assert client.get(reverse("api-articles"), {"language": "xx"}).status_code == 400
    assert client.get(reverse("api-articles")).json() == {"did_you_mean": "", "results": []}
    client.logout()
    assert client.get(reverse("api-articles"), {"q": "black"}).status_code in (401, 403)
    assert Article.objects.filter(slug="secret-plan").exists()
