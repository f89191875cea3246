"""Views under a name: whose they are, who may change them, and where they stand."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from helpdesk.errors import InvalidInput
from saved_views import actions, rail
from saved_views.models import SavedView
from tests.conftest import person
from tickets import actions as tickets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_kept(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def save(by, name="Kite", share="mine", **fields):
    return actions.save(None, by=by, name=name, share=share, **{"query": "org:kite", **fields})


FORM = {
    "name": "Kite",
    "query": "org:kite",
    "sort": "newest",
    "group": "tier",
    "columns": ["tier", "promise"],
}


def test_a_list_is_saved_with_its_order_groups_and_columns_and_opened_so(client, ana, ticket):
    client.force_login(ana)
    form = client.get("/queue/views/new/?q=org:kite&sort=newest&group=tier").context["form"]
    assert (form["query"].value(), form["sort"].value(), form["group"].value()) == (
        "org:kite",
        "newest",
        "tier",
    )

    response = client.post("/queue/views/new/", {**FORM, "share": "mine"})
    view = SavedView.objects.get(name="Kite")
    assert response["Location"] == f"/queue/?view={view.pk}"
    assert (view.owner, view.share, view.columns) == (ana, "mine", ["promise", "tier"])
    page = client.get(response["Location"])
    assert [row["number"] for row in page.context["rows"]] == [str(ticket.number)]
    assert (page.context["title"], page.context["listing"].sort) == ("Kite", "newest")
    assert page.context["asked"].group == "tier" and not page.context["show"]["product"]
    assert rail.pinned(ana)[-1].pk == view.pk


def test_a_view_looked_at_otherwise_can_be_saved_so_or_read_as_it_was(client, ana, lena, ticket):
    view = save(ana)
    client.force_login(ana)
    changed = client.get(f"/queue/?view={view.pk}&q=org:kite+tier:L1").context["asked"]
    assert changed.is_changed and changed.title == "Kite"
    assert client.get(f"/queue/?view={view.pk}&q=org:kite").context["asked"].is_changed is False
    client.post(reverse("saved_view_keep", args=[view.pk]), {"queue": changed.query()})
    view.refresh_from_db()
    assert (view.query, view.name) == ("org:kite tier:L1", "Kite")


def test_what_means_nothing_is_not_saved(client, ana):
    client.force_login(ana)
    response = client.post("/queue/views/new/", {**FORM, "query": "tier:L9 org:kite", "share": "mine"})
    assert response.status_code == 422
    assert "tier:L9: there are L1, L2, TAM" in response.content.decode()
    assert "tier:L9 org:kite" in response.content.decode()


# --- Rights


@pytest.fixture
def bo(db):
    """Another agent of L1."""
    return person("Bo Berg", role="agent", tier="L1")


@pytest.mark.parametrize(
    ("share", "sees"),
    [("mine", set()), ("tier", {"lena", "mia"}), ("everybody", {"lena", "mia", "bo", "ana"})],
)
def test_who_sees_a_view(client, ana, lena, mia, bo, rui, share, sees):
    owner = {"mine": person("Yu Yang", role="agent", tier="L2"), "tier": lena, "everybody": mia}[share]
    view = save(owner, share=share)
    address = f"/queue/?view={view.pk}"
    for name, user in {"ana": ana, "lena": lena, "mia": mia, "bo": bo}.items():
        client.force_login(user)
        assert client.get(address).status_code == (200 if name in sees else 404), name
        assert (client.post(reverse("saved_view_pin", args=[view.pk])).status_code == 302) == (name in sees)
    client.force_login(rui)
    assert client.get(address).status_code == 403
    assert client.post(reverse("saved_view_pin", args=[view.pk])).status_code == 403


def test_who_may_change_and_delete_a_shared_view(client, ana, lena, mia):
    of_the_desk = SavedView.objects.get(code="breaching")
    of_l2 = save(lena, share="tier")
    of_lena = save(lena, name="Own")
    expected = {
        (ana, of_the_desk): 403, (lena, of_the_desk): 403, (mia, of_the_desk): 200,
        (ana, of_l2): 404, (lena, of_l2): 200, (mia, of_l2): 200,
        (ana, of_lena): 404, (lena, of_lena): 200, (mia, of_lena): 404,
    }  # fmt: skip
    for (user, view), status in expected.items():
        client.force_login(user)
        assert client.get(reverse("saved_view", args=[view.pk])).status_code == status, (user, view)
        kept = client.post(reverse("saved_view_keep", args=[view.pk]), {"queue": f"view={view.pk}&q=mine"})
        assert kept.status_code == (302 if status == 200 else status)
    for (user, view), status in expected.items():
        if status != 200:
            client.force_login(user)
            assert client.post(reverse("saved_view_delete", args=[view.pk])).status_code == status
    client.force_login(lena)
    client.post(reverse("saved_view_delete", args=[of_l2.pk]))
    assert not SavedView.objects.filter(pk=of_l2.pk).exists()


def test_who_may_share_with_whom(ana, lena, mia):
    for by, share, tier in (
        (ana, "tier", "L1"),
        (ana, "everybody", ""),
        (lena, "everybody", ""),
        (lena, "tier", "L1"),
    ):
        with pytest.raises(PermissionDenied):
            save(by, share=share, tier=tier)
    assert save(lena, share="tier", tier="L2").tier == "L2"
    assert save(mia, share="tier", tier="L1").tier == "L1"
    assert save(mia, share="everybody").share == "everybody"
    with pytest.raises(InvalidInput):
        save(mia, share="everybody", name="KITE")


def test_a_view_that_came_with_the_desk_keeps_its_name_in_both_languages_until_it_is_renamed(client, mia):
    view = SavedView.objects.get(code="breaching")
    client.force_login(mia)
    form = {**FORM, "query": "breach<2h", "share": "everybody"}
    client.post(reverse("saved_view", args=[view.pk]), {**form, "name": "Breaching within 1 h"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("", "breach<2h")
    client.post(reverse("saved_view", args=[view.pk]), {**form, "name": "Soon"})
    view.refresh_from_db()
    assert str(view) == "Soon"


# --- The menu


def test_everybody_arranges_a_menu_of_their_own(client, ana, lena):
    offered = [str(one) for one in rail.pinned(ana)]
    assert offered[:3] == ["Breaching within 1 h", "My tickets", "Waiting for the customer"]
    client.force_login(ana)
    views = {str(one): one for one in SavedView.objects.visible_to(ana)}

    def press(what, name):
        assert client.post(reverse(f"saved_view_{what}", args=[views[name].pk])).status_code == 302

    press("up", "My tickets")
    press("unpin", "L1")
    press("pin", "Untouched for 3 days")
    press("up", "My tickets")  # it stands on top already
    assert [str(one) for one in rail.pinned(ana)] == [
        "My tickets", "Breaching within 1 h", "Waiting for the customer", "L2", "TAM accounts",
        "Recently resolved", "Untouched for 3 days",
    ]  # fmt: skip
    assert [str(one) for one in rail.pinned(lena)] == offered
    page = client.get("/queue/").content.decode()
    assert f'href="/queue/?view={views["My tickets"].pk}" data-key="1"' in page


def test_the_page_of_views_counts_each_with_one_query(client, ana, ticket, django_assert_max_num_queries):
    for index in range(10):
        save(ana, name=f"View {index}", query=f"tier:L1 created>{index + 1}d")
    save(ana, name="Kite", query="org:kite")
    client.force_login(ana)
    with django_assert_max_num_queries(8):
        page = client.get("/queue/views/")
    counts = {str(row["view"]): row["count"] for row in page.context["rows"]}
    assert (counts["Kite"], counts["View 3"], counts["My tickets"]) == ("1", "0", "0")
    tickets.take(ticket, by=ana)
    assert {str(row["view"]): row["count"] for row in client.get("/queue/views/").context["rows"]}[
        "My tickets"
    ] == "1"


def test_the_palette_knows_views_and_the_tokens_of_the_queue(client, ana, ticket):
    client.force_login(ana)
    groups = {
        group["title"]: group["items"] for group in client.get("/palette/?q=breaching").json()["groups"]
    }
    assert groups["Views"][0]["url"] == f"/queue/?view={SavedView.objects.get(code='breaching').pk}"
    groups = {
        group["title"]: group["items"] for group in client.get("/palette/?q=tier:L1 black").json()["groups"]
    }
    assert groups["Tickets"][0]["url"] == ticket.get_absolute_url()
