"""A vendor's tree of Markdown files, read into articles and written back."""

import filecmp
import json
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from kb import actions
from kb.creating import create_many
from kb.indexing import read_body
from kb.models import Article, Category, Picture, Revision, Source
from kb.rendering import rendered
from kb.tasks import import_trees
from kb.trees.exporting import export_tree
from kb.trees.importing import import_tree
from kb.trees.naming import place_of
from kb.trees.reading import Unreadable, is_chinese, moment, read
from tests.kb.vendor_tree import grow, picture


def connect_again():
    """A second reader: locks of one connection never stand in its own way."""
    return connection.copy()


pytestmark = pytest.mark.django_db

GOOD = """---
title: "Echo"
platform: ["Android", "iOS", "Linux"]
updatedAt: 2024-05-17
Products: Live SDK, Whiteboard
sdk_from: 4.10
error_codes: [17, "-102"]
sidebar_position: 3
---

Turn **down** the volume. See [logs](../logs.md#where) and ![wiring](img/wiring.png) ![gone](img/gone.png).
"""


@pytest.fixture
def tree(tmp_path, live_sdk):
    files = {
        "en/live/audio/echo.md": GOOD.encode(),
        "zh/live/audio/echo.md": "# 回声\n\n把音量调小。\n".encode(),
        "en/live/logs.md": b"# Logs\n\n## Where\n\n[b](audio/echo.md) [n](nosuch.md) [p](#nosuch)\n",
        "en/live/audio/img/wiring.png": picture(1),
        "en/live/data.json": b"{}",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


def imported(tree, **options):
    return import_tree(tree, name="vendor", **options)


def test_a_file_becomes_a_published_article_with_its_facts(tree, live_sdk):
    report = imported(tree)
    assert (report.created, report.skipped) == (3, [])
    echo = Article.objects.get(title="Echo")
    assert (echo.slug, echo.language, echo.status) == ("live-audio-echo", "en", "published")
    assert (echo.platforms, echo.sdk_from, echo.error_codes) == (["android", "ios"], "4.10", ["17", "-102"])
    assert list(echo.products.all()) == [live_sdk]
    assert echo.extra_facts == {
        "updatedAt": "2024-05-17", "sidebar_position": "3", "platform": ["Linux"], "products": ["Whiteboard"],
    }  # fmt: skip
    assert echo.updated_at.date().isoformat() == "2024-05-17"
    assert echo.summary.startswith("Turn down the volume. See logs and")
    assert [one.kind for one in echo.revisions.all()] == ["imported", "published"]
    assert ("en/live/audio/echo.md", "platform not known: Linux") in report.notes


def test_folders_become_shelves_and_languages_translations(tree):
    imported(tree)
    assert set(Article.objects.filter(slug="live-audio-echo").values_list("language", flat=True)) == {
        "en",
        "zh-hans",
    }
    shelf = Category.objects.get(slug="live-audio")
    assert (shelf.name, shelf.parent.name) == ("Audio", "Live")
    assert Article.objects.get(title="回声").category == shelf


def test_links_and_pictures_lead_to_articles_and_what_is_missing_is_shown_and_reported(tree, client):
    report = imported(tree)
    assert report.broken_links == [
        ("en/live/logs.md", "nosuch.md"),
        ("en/live/logs.md", "#nosuch (no such place on the page)"),
    ]
    assert report.missing_pictures == [("en/live/audio/echo.md", "img/gone.png")]
    assert report.other_files == {".json": 1}
    page = client.get("/docs/live-audio-echo/?lang=en").content.decode()
    wiring = Picture.objects.get()
    assert f'src="{wiring.get_absolute_url()}"' in page
    assert 'href="/docs/live-logs/#where"' in page
    assert '<span class="picture-missing">' in page
    answer = client.get(wiring.get_absolute_url())
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == picture(1)
    assert answer["Content-Security-Policy"].startswith("sandbox")


def test_reading_again_makes_no_revision_and_a_changed_file_makes_one(tree):
    imported(tree)
    again = imported(tree)
    assert (again.unchanged, again.changed, again.created, again.revisions, again.pictures) == (3, 0, 0, 0, 0)
    file = tree / "zh/live/audio/echo.md"
    file.write_text("# 回声\n\n把音量再调小。\n", encoding="utf-8")
    changed = imported(tree)
    assert (changed.unchanged, changed.changed, changed.revisions) == (2, 1, 1)


def test_a_link_finds_its_page_though_it_is_not_called_so_to_the_letter(tree):
    texts = {
        "en/live/01-Quick_Start.md": "# Quick start\n\nText.\n",
        "en/live/02-Setup/README.md": "# Setup\n\nText.\n",
        "en/live/same.md": "# Same\n\nText.\n",
        "en/live/01-same.md": "# Same again\n\nText.\n",
        "en/live/中文 名.md": "# Name\n\nText.\n",
        "en/live/links.md": "# Links\n\n"
        "[a](quick_start) [b](../LIVE/01-quick_start.md?platform=Android#text) [c](./setup/) "
        "[d](/docs/en/live/setup) [e](Same.md) [f](.\\01-quick_start.md) "
        "[g](%E4%B8%AD%E6%96%87%20%E5%90%8D.md#name)",
    }
    for path, text in texts.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    report = imported(tree)
    # `Same.md` could be either of two files, and the page has no place called "text".
    broken = [link for path, link in report.broken_links if path == "en/live/links.md"]
    assert broken == [
        "../LIVE/01-quick_start.md?platform=Android#text (no such place on the page)",
        "Same.md",
    ]
    assert sum("not to the letter" in note for _path, note in report.notes) == 5
    html = rendered(Article.objects.get(title="Links")).html
    assert html.count('href="/docs/live-01-quick_start/') == 3
    assert html.count('href="/docs/live-02-setup/"') == 2
    assert "/docs/live-%E4%B8%AD%E6%96%87-%E5%90%8D/#" in html


def test_one_page_that_cannot_be_stored_spoils_no_other(tree, monkeypatch):
    def refuse(wanted, *, by):
        if any(one.words["title"] == "Echo" for one in wanted):
            raise ValueError("something we did not think of")
        return create_many(wanted, by=by)

    monkeypatch.setattr("kb.trees.importing.create_many", refuse)
    report = imported(tree)
    assert report.created == 2
    assert ("en/live/audio/echo.md", "could not be stored (ValueError)") in report.skipped


def test_an_edit_at_the_desk_stays_until_the_file_changes_too(tree, ana):
    imported(tree)
    echo = Article.objects.get(title="回声")
    actions.edit(echo, by=ana, body="在桌面上改过。")
    imported(tree)
    echo.refresh_from_db()
    assert echo.body == "在桌面上改过。"
    (tree / "zh/live/audio/echo.md").write_text("# 回声\n\n文件也改了。\n", encoding="utf-8")
    report = imported(tree)
    echo.refresh_from_db()
    assert "文件也改了。" in echo.body
    assert any("changed at the desk too" in note for _path, note in report.notes)


def test_what_is_gone_is_kept_unless_asked_and_then_archived_and_comes_back(tree):
    imported(tree)
    file = tree / "en/live/logs.md"
    text = file.read_bytes()
    file.unlink()
    assert imported(tree).gone == ["en/live/logs.md"]
    logs = Article.objects.get(slug="live-logs")
    assert logs.status == "published"
    assert imported(tree, delete=True).archived == ["en/live/logs.md"]
    logs.refresh_from_db()
    assert logs.status == "archived"
    file.write_bytes(text)
    imported(tree)
    logs.refresh_from_db()
    assert logs.status == "published"


def test_a_dry_run_keeps_nothing_and_says_the_same(tree, settings):
    from pathlib import Path

    dry = imported(tree, dry_run=True)
    assert not Article.objects.exists() and not Source.objects.exists() and not Revision.objects.exists()
    assert not Path(settings.MEDIA_ROOT).exists()
    real = imported(tree)
    assert (dry.created, dry.broken_links, dry.notes) == (real.created, real.broken_links, real.notes)


def test_what_is_written_back_is_the_tree_byte_for_byte(tree, tmp_path_factory):
    grow(tree / "more", pages=70)
    imported(tree)
    out = tmp_path_factory.mktemp("out")
    written = export_tree(Source.objects.get(), out)
    assert written.changed == 0 and written.unchanged > 60
    for file in out.rglob("*"):
        if file.is_file():
            assert filecmp.cmp(file, tree / file.relative_to(out), shallow=False), file
    again = import_tree(out, name="vendor")
    assert (again.revisions, again.created) == (0, 0)


def test_a_changed_article_is_written_with_its_front_matter_and_read_back_without_a_change(
    tree, ana, tmp_path_factory
):
    imported(tree)
    echo = Article.objects.get(title="Echo")
    actions.edit(echo, by=ana, title="Echo: again", summary="Short.", keywords=["a", "b"])
    out = tmp_path_factory.mktemp("out")
    assert export_tree(Source.objects.get(), out).changed == 1
    text = (out / "en/live/audio/echo.md").read_text()
    assert "title: 'Echo: again'" in text and "sidebar_position: '3'" in text and "- Linux" in text
    assert import_tree(out, name="vendor").revisions == 0


@pytest.mark.parametrize("audience", ["public", "customers", "organizations", "internal"])
@pytest.mark.parametrize("asked", ["public", "customers", "organizations", "internal"])
def test_an_export_holds_what_its_readers_may_read(tree, ana, tmp_path_factory, audience, asked):
    imported(tree)
    actions.edit(Article.objects.get(title="Echo"), by=ana, audience=audience)
    out = tmp_path_factory.mktemp("out")
    export_tree(Source.objects.get(), out, audience=asked)
    order = ["public", "customers", "organizations", "internal"]
    is_there = order.index(audience) <= order.index(asked)
    assert (out / "en/live/audio/echo.md").exists() is is_there
    assert (out / "en/live/audio/img/wiring.png").exists() is is_there


def test_a_tree_as_vendors_keep_it_is_read_without_a_crash_and_truthfully(tmp_path, client):
    number = grow(tmp_path / "tree", pages=120)
    report = imported(tmp_path / "tree")
    skipped = dict(report.skipped)
    # Every Markdown file is an article or has a reason; node_modules and links are no files of ours.
    ours = [path for path in skipped if path.endswith((".md", ".mdx")) and "symbolic" not in skipped[path]]
    assert report.created + len(ours) == number - 1
    assert skipped["odd/empty.md"] == "empty"
    assert skipped["odd/only-facts.md"] == "front matter without a text"
    assert skipped["odd/binary.md"] == "not a text: it holds NUL bytes"
    assert skipped["odd/huge.md"] == "larger than 2 MB"
    assert skipped["odd/out.md"] == skipped["odd/loop"] == skipped["odd/link.md"] == "a symbolic link"
    assert skipped["odd/fake.png"] == "not a picture, whatever its name says"
    assert not any("could not be stored" in reason for reason in skipped.values())
    notes = {}
    for path, note in report.notes:
        notes.setdefault(path, []).append(note)
    assert notes["odd/gbk.md"] == ["read as GB 18030, not UTF-8"]
    assert Article.objects.get(files__path="odd/gbk.md").title == "国标编码"
    assert (
        "no front matter" in notes["odd/never-closed.md"]
        or "front matter that is never closed" in notes["odd/never-closed.md"]
    )
    assert any("broken front matter" in note for note in notes["odd/aliases.md"])
    assert any("plain text" in note for note in notes["odd/quotes.md"])
    assert any("includes another file" in note for note in notes["odd/include.md"])
    assert Article.objects.get(files__path="odd/draft.md").status == "draft"
    assert Article.objects.filter(slug="odd-guide").count() == 2
    assert (
        len({one.slug for one in Article.objects.filter(files__path__in=["odd/a-b.md", "odd/a/b.md"])}) == 2
    )
    assert (
        len({one.slug for one in Article.objects.filter(files__path__in=["odd/Case.md", "odd/case.md"])}) == 2
    )
    for article in Article.objects.filter(files__path__startswith="odd/", status="published"):
        answer = client.get(f"{article.get_absolute_url()}?lang={article.language}")
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content
    assert imported(tmp_path / "tree").revisions == 0


@pytest.mark.parametrize(
    ("path", "key", "language", "kind"),
    [
        ("en/live/audio/echo.md", "live/audio/echo", "en", "guide"),
        ("live/zh-CN/echo.md", "live/echo", "zh-hans", "guide"),
        ("echo.zh.md", "echo", "zh-hans", "guide"),
        ("echo_en.md", "echo", "en", "guide"),
        ("i18n/zh-CN/docusaurus-plugin-content-docs/current/a/b.md", "a/b", "zh-hans", "guide"),
        ("docs/a/b.md", "a/b", None, "guide"),
        ("live/README.md", "live", None, "guide"),
        ("中文/常见问题/黑屏.md", "常见问题/黑屏", "zh-hans", "faq"),
        ("api/join.md", "api/join", None, "api"),
        ("release-notes/4.3.md", "release-notes/4.3", None, "release_note"),
    ],
)  # fmt: skip
def test_the_place_of_a_file_says_what_it_is(path, key, language, kind):
    place = place_of(path)
    assert (place.key, place.language, place.kind) == (key, language, kind)


@pytest.mark.parametrize(
    ("raw", "title", "summary"),
    [
        ("---\ntitle: A\n---\nText", "A", "Text"),
        ("# A `b` [c](d.md)\n\n> quote\n\nSome **bold** text.\n", "A b c", "Some bold text."),
        ("Title\n=====\n\n```\n# no\n```\n\nWords.", "Title", "Words."),
        ("Only words.", "File name", "Only words."),
        ("---\n# not a fact\n---\n\n# T\n\nW", "T", "W"),
        ("---\ntitle: a: b\n---\nW", "a: b", "W"),
        ("---\n\ttitle:\tTabs\n---\nW", "Tabs", "W"),
        ("---\ntitle: Open\nplatform: Web\n\n# T\n\nW\n", "Open", "W"),
        ("---\ntitle: A rule\n\nW\n\n```js\n{\n```\n\n---\n", "A rule", "W"),
        ("---\ntitle: A rule\n\n# T\n\nW\n\n---\n\nend", "A rule", "W"),
    ],
)
def test_a_title_is_found_in_the_facts_the_heading_or_the_name(raw, title, summary):
    text = read(raw.encode(), "x/01-file_name.md")
    assert (text.title, text.summary) == (title, summary)


@pytest.mark.parametrize(
    "written",
    [
        *("2020-09-21 02:18:02", "2020-09-21T10:18:02+08:00", "Mon Sep 21 2020 10:18:02 GMT+0800 (CST)"),
        *("1600654682", "1600654682000", "Mon, 21 Sep 2020 02:18:02 GMT"),
    ],
)
def test_a_moment_is_read_however_scripts_write_it(written):
    assert moment(written) == datetime(2020, 9, 21, 2, 18, 2, tzinfo=UTC)


def test_a_day_is_read_however_people_write_it_and_what_is_none_is_none():
    for written in ("2020/9/21", "2020年9月21日", "Sep 21, 2020", "21 September 2020", "20200921"):
        assert moment(written) == datetime(2020, 9, 21, tzinfo=UTC), written
    assert [moment(written) for written in ("", "soon", "2020-13-45", "4.10")] == [None] * 4


def test_a_link_by_a_file_name_alone_finds_the_one_page_of_its_language(tree):
    for path in ("en/live/start_android.md", "zh/live/start_android.md", "en/twice.md", "en/a/twice.md"):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(f"# {path}\n\nText.\n", encoding="utf-8")
    (tree / "en/platform.md").write_text(
        "# P\n\n[a](start_android?platform=Android) [b](/en/Live%20Video/start_android) [c](x/twice.md) "
        "[d](./api/start_android.html#join)\n"
    )
    broken = [link for path, link in imported(tree).broken_links if path == "en/platform.md"]
    assert broken == ["x/twice.md", "./api/start_android.html#join"]
    html = rendered(Article.objects.get(title="P")).html
    assert html.count('href="/docs/live-start_android/"') == 2


def test_the_same_tree_is_read_under_two_names_and_what_is_hidden_is_named(tree):
    (tree / ".drafts").mkdir()
    (tree / ".drafts/x.md").write_text("# X\n\nText.\n")
    (tree / ".git").mkdir()
    for name in ("one", "two", "three"):
        report = import_tree(tree, name=name)
        assert (report.created, report.skipped) == (3, [(".drafts", "a hidden folder")])


def test_cells_in_one_line_are_words_of_their_own_in_the_index():
    _page, words = read_body(
        "<table><tr><td>1002001</td><td>Login<br>failed</td></tr></table>\n\n**join**Channel"
    )
    assert words.split() == ["1002001", "Login", "failed", "joinChannel"]


def test_an_article_for_a_platform_of_another_name_does_not_claim_all(tree, client):
    (tree / "en/mini.md").write_text("---\ntitle: Mini\nplatform: 微信小程序\n---\nText.\n", encoding="utf-8")
    imported(tree)
    page = client.get("/docs/mini/").content.decode()
    assert "<span>微信小程序</span>" in page and "all platforms" not in page


def test_the_language_of_a_text_is_that_of_its_prose():
    assert is_chinese("调用 `joinChannel` 之后黑屏\n```js\n" + "call something long\n" * 50 + "```")
    assert not is_chinese("Black screen (黑屏) after joining a channel on a telephone with an old system")


@pytest.mark.parametrize("raw", [b"", b"  \n", b"\0\1\2", b"x" * 2_000_001, b"---\ntitle: x\n---\n"])
def test_what_holds_no_text_is_refused_with_a_reason(raw):
    with pytest.raises(Unreadable):
        read(raw, "x.md")


def test_the_commands_say_what_they_did(tree, tmp_path_factory, capsys, ana):
    out = tmp_path_factory.mktemp("out")
    call_command("import_docs", tree, "--name", "Vendor Docs", "--by", ana.email, "--report", out / "r.json")
    said = capsys.readouterr().out
    assert "3 created, 0 changed, 0 unchanged, 0 skipped, 1 new pictures, 6 revisions" in said
    assert "en/live/logs.md: nosuch.md" in said and ".json × 1" in said
    assert json.loads((out / "r.json").read_text())["created"] == 3
    call_command("import_docs", tree, "--name", "Vendor Docs", "--dry-run")
    assert "Dry run" in capsys.readouterr().out
    call_command("export_docs", "vendor-docs", out / "tree")
    assert "3 files as they were, 0 as they are now, 1 pictures, 0 left out" in capsys.readouterr().out
    for wrong in (
        ["import_docs", tree / "nosuch"],
        ["export_docs", "nosuch", out],
        ["import_docs", tree, "--by", "x@y.z"],
    ):
        with pytest.raises(CommandError):
            call_command(*wrong)


def test_what_sites_put_into_their_files_is_read_and_shown(tree):
    texts = {
        "guide/_category_.json": '{"label": "Guide"}',
        "guide/01-intro/index.mdx": "---\nid: intro\nslug: /intro\ntags: [a, b]\n---\n\n"
        "import Tabs from '@theme/Tabs';\n\n# Introduction\n\n"
        '<Tabs groupId="os">\n<TabItem value="a" label="Android">\n\n'
        "```kotlin\njoin()\n```\n\n</TabItem>\n</Tabs>\n",
        "guide/vue.md": "# Vue\n\n::: tip 提示\nA tip.\n:::\n\n<script setup>\nconst a = 1\n</script>\n\n"
        '<div class="alert note">Keep the <code>uid</code>.</div>\n\n'
        "<table><tr><td>Code</td><td>Meaning</td></tr></table>\n\n![size](img/a.png =500x300)\n",
        "guide/lists.md": "---\ntitle: 列表\nplatform: Android, iOS、微信小程序\n"
        'Products: ["Live SDK", "Voice"]\n'
        "updatedAt: 2020-12-16 06:51:24\n---\n正文：参见[介绍](./intro)。\n",
        "guide/mapping.md": "---\ntitle: [One, Two]\nplatform:\n  - Android\nproducts: null\n---\nText.\n",
        "guide/number.md": "---\ntitle: 404\nsdk_from: 4.0\n---\nText.\n",
        "guide/yaml.yml": "a: 1",
    }
    for path, text in texts.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    report = imported(tree)
    assert report.created == 3 + 5 and not [one for one in report.skipped if one[0].startswith("guide/")]
    intro = Article.objects.get(title="Introduction")
    assert "join" in rendered(intro).html and "import Tabs" not in rendered(intro).html
    vue = rendered(Article.objects.get(title="Vue")).html
    assert "const a" not in vue and "<td>Meaning</td>" in vue and "Keep the" in vue
    lists = Article.objects.get(title="列表")
    assert lists.platforms == ["android", "ios"] and lists.extra_facts["platform"] == ["微信小程序"]
    assert lists.published_at.year == 2020
    assert f'href="{intro.get_absolute_url()}"' in rendered(lists).html
    assert Article.objects.get(slug="guide-number").title == "404"
    assert imported(tree).revisions == 0


def test_a_tree_is_read_regularly_and_by_one_reader_at_a_time(tree, settings):
    settings.DOCS_TREES = {"Vendor Docs": str(tree), "gone": str(tree / "nosuch")}
    import_trees()
    assert Source.objects.get().name == "vendor-docs"
    assert Article.objects.count() == 3
    import_trees()
    assert Revision.objects.count() == 6
    with connect_again().cursor() as other:
        other.execute("select pg_advisory_lock(hashtext('import_docs vendor-docs'))")
        with pytest.raises(CommandError, match="being read"):
            call_command("import_docs", tree, "--name", "Vendor Docs")
        other.connection.close()
