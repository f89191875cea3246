"""A page that somebody keeps is asked for again each time, and is another as soon as anything on it changes,
whoever changed what. Who may no longer read it gets nothing for what they kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kb import actions
from kb.models import Article, Picture, Revision
from kb.trees.importing import import_tree
from products.models import SdkVersion
from tests.kb.conftest import article
from tests.kb.vendor_tree import picture

pytestmark = pytest.mark.django_db

NEVER_CHANGED = {"if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}


class Reader:
    """Keeps the last answer and asks whether it still holds, as a browser does."""

    def __init__(self, address: str) -> None:
        self.client, self.address, self.tag = Client(), address, ""
        # The first answer brings the secret for forms, which is part of the page.
        self.client.get(address)

    def sees(self) -> str:
        """The page where it is another, else nothing; what comes by the tag is what comes without it."""
        kept = {"if-none-match": self.tag} if self.tag else {}
        answer = self.client.get(self.address, headers=kept)
        if answer.status_code == 304:
            assert not answer.content
            return ""
        assert answer.status_code == 200
        self.tag = answer["ETag"]
        return answer.content.decode()


def test_whatever_changes_on_a_page_makes_it_another_at_once(shelf, live_sdk, ana, settings):
    page = shelf["black-screen"]
    reader = Reader(page.get_absolute_url())
    assert "<h1>Black screen on Android" in reader.sees() and not reader.sees()

    def rename(thing: object, name: str) -> None:
        thing.name = name  # type: ignore[attr-defined]
        thing.save(update_fields=["name"])  # type: ignore[attr-defined]

    changes: list[tuple[str, Callable[[], object], str]] = [
        ("edited", lambda: actions.edit(page, by=ana, body="See [echo](echo.md)."), 'href="/docs/echo/"'),
        ("its translation is withdrawn", lambda: actions.unpublish(shelf["black-screen/zh"], by=ana), ""),
        ("and comes back", lambda: actions.publish(shelf["black-screen/zh"], by=ana), "简体中文"),
        ("its category is renamed", lambda: rename(page.category, "Answers"), "Answers"),
        ("its product is renamed", lambda: rename(live_sdk, "Stream SDK"), "Stream SDK"),
        (
            "a version comes out",
            lambda: SdkVersion.objects.create(product=live_sdk, version="4.2.9"),
            "4.2.9",
        ),
        (
            "an article before it",
            lambda: article("blabla", "Black holes in a stream"),
            "Black holes in a stream",
        ),
        (
            "it solved it for one",
            lambda: Article.objects.filter(pk=page.pk).update(solved_count=1),
            "1 person",
        ),
        (
            "restored",
            lambda: actions.restore(page, Revision.objects.get(article=page, number=1), by=ana),
            "-17",
        ),
        ("the site's name", lambda: setattr(settings, "SITE_NAME", "Kite Help"), "Kite Help"),
    ]
    for what, change, shown in changes:
        change()
        seen = reader.sees()
        assert seen, what
        assert shown in seen, what
        assert not reader.sees(), what

    reader.client.post("/language/", {"language": "zh-hans", "next": reader.address})
    assert "<h1>安卓加入频道后黑屏</h1>" in reader.sees()


@pytest.mark.parametrize("audience", ["customers", "organizations", "internal"])
def test_who_may_no_longer_read_it_gets_nothing_for_what_they_kept(shelf, ana, zoe, kite, audience):
    echo = shelf["echo"]
    actions.unpublish(shelf["echo/zh"], by=ana)
    strangers, zoes = Reader(echo.get_absolute_url()), Reader(echo.get_absolute_url())
    zoes.client.force_login(zoe)
    assert strangers.sees() and zoes.sees()

    actions.edit(echo, by=ana, audience=audience, organizations=[kite])
    for reader, may_read in ((strangers, False), (zoes, audience == "customers")):
        for kept in ({"if-none-match": reader.tag}, NEVER_CHANGED, {"if-none-match": "*"}):
            answer = reader.client.get(reader.address, headers=kept)
            if may_read:
                assert answer.status_code in (200, 304) and "private" in answer["Cache-Control"]
            else:
                assert answer.status_code == 404 and "public" not in answer.get("Cache-Control", ""), kept
                assert b"Echo on speakerphone" not in answer.content and "ETag" not in answer


@pytest.mark.parametrize("change", [actions.unpublish, actions.archive])
def test_what_is_taken_back_is_gone_for_who_kept_it_and_comes_back_as_it_was(shelf, ana, change):
    freeze = shelf["freeze"]
    reader = Reader(freeze.get_absolute_url())
    assert reader.sees()
    change(freeze, by=ana)
    assert reader.client.get(reader.address, headers={"if-none-match": reader.tag}).status_code == 404
    assert reader.client.get(reader.address, headers=NEVER_CHANGED).status_code == 404
    actions.publish(freeze, by=ana)
    assert reader.client.get(reader.address).status_code == 200


def test_what_one_reader_keeps_is_never_another_ones(shelf, ana, rui, kite):
    plan = article("plan", "Only for Kite", audience="organizations", organizations=[kite])
    readers = {}
    for person in (ana, rui):
        readers[person] = Reader(plan.get_absolute_url())
        readers[person].client.force_login(person)
        answer = readers[person].client.get(plan.get_absolute_url())
        assert "private" in answer["Cache-Control"] and "public" not in answer["Cache-Control"]
        assert "Cookie" in answer["Vary"]
        assert readers[person].sees()
    tags = {one.tag for one in readers.values()}
    assert len(tags) == 2
    for person, reader in readers.items():
        (others,) = tags - {reader.tag}
        assert reader.client.get(reader.address, headers={"if-none-match": others}).status_code == 200, person


def test_a_picture_that_is_replaced_in_its_tree_is_seen_at_once(tmp_path, client):
    (tmp_path / "wiring.md").write_text("# Wiring\n\n![how](wiring.png)\n", encoding="utf-8")
    seen = []
    for content in (picture(1), picture(2), picture(1)):
        (tmp_path / "wiring.png").write_bytes(content)
        import_tree(tmp_path, name="vendor")
        page = client.get(reverse("article", args=["wiring"])).content.decode()
        (shown,) = [one for one in Picture.objects.all() if one.get_absolute_url() in page]
        assert b"".join(client.get(shown.get_absolute_url()).streaming_content) == content
        seen.append(shown.pk)
    assert seen[0] == seen[2] != seen[1]
    assert Revision.objects.count() == 2
