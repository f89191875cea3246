import pytest
from django.core.management import CommandError, call_command

from kb.importing import load_articles
from kb.models import Article, Revision

pytestmark = pytest.mark.django_db

GOOD = """---
title: "Echo"
summary: "Look at the other device."
category: faq
products: [live, nosuch]
platforms: [android]
error_codes: [17, "-102"]
keywords: ["回声"]
sdk_from: 4.1
---

Turn **down** the volume.
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "zh-hans").mkdir()
    (tmp_path / "en" / "echo.md").write_text(GOOD)
    return tmp_path


def test_a_file_becomes_a_published_article_with_its_facts(folder, live_sdk):
    report = load_articles(folder)
    assert (report.created, report.broken) == (1, [])
    article = Article.objects.get()
    assert (article.slug, article.language, article.status) == ("echo", "en", "published")
    assert (article.error_codes, article.sdk_from, article.body) == (
        ["17", "-102"], "4.1", "Turn **down** the volume.",
    )  # fmt: skip
    assert list(article.products.all()) == [live_sdk]


def test_reading_again_changes_only_what_changed(folder, live_sdk):
    load_articles(folder)
    revisions = Revision.objects.count()
    assert load_articles(folder).unchanged == 1
    assert Revision.objects.count() == revisions
    (folder / "en" / "echo.md").write_text(GOOD.replace("Echo", "Echoes"))
    assert load_articles(folder).changed == 1
    assert Article.objects.get().title == "Echoes"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no front matter", "title is missing"),
        ("---\ntitle: [\n---\nx", "front matter"),
        (GOOD.replace("category: faq", "category: nosuch"), "no category 'nosuch'"),
        (GOOD.replace("[android]", "[symbian]"), "no platform 'symbian'"),
        (GOOD.replace('"Echo"', "''"), "title is missing"),
        (GOOD.replace('["回声"]', "{a: b}"), "keywords is not a list"),
        (GOOD.replace("Turn **down** the volume.", ""), "write the text"),
        (GOOD.replace("Echo", "E" * 300), "longer than 200"),
    ],
)
def test_a_broken_file_is_named_with_its_reason_and_the_others_are_read(folder, live_sdk, text, reason):
    (folder / "en" / "broken.md").write_text(text)
    report = load_articles(folder)
    assert report.created == 1
    ((path, said),) = report.broken
    assert path.name == "broken.md" and reason in said


def test_bytes_that_are_no_text_and_names_that_are_no_address_are_reported(folder, live_sdk):
    (folder / "en" / "latin.md").write_bytes(b"---\ntitle: \xe9\n---\nx")
    (folder / "en" / "two words.md").write_text(GOOD)
    assert sorted(path.name for path, _reason in load_articles(folder).broken) == ["latin.md", "two words.md"]


def test_the_command_says_what_it_did(folder, live_sdk, capsys):
    (folder / "zh-hans" / "broken.md").write_text("x")
    call_command("load_articles", folder)
    said = capsys.readouterr()
    assert "1 created, 0 changed, 0 unchanged, 1 left out" in said.out
    assert "broken.md: front matter: title is missing" in said.err
    with pytest.raises(CommandError):
        call_command("load_articles", folder / "nosuch")
