from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.html import clean
from helpdesk.markdown import Heading, render_article, render_message


def test_a_message_keeps_its_lines_and_its_headings_stay_small():
    html = render_message("# Black screen\nfirst\nsecond\n###### deep")
    assert "<h3>Black screen</h3>" in html
    assert "first<br>\nsecond" in html
    assert "<h6>deep</h6>" in html
    assert not any(tag in html for tag in ("<h1", "<h2", " id="))


def test_nothing_of_a_pasted_log_vanishes_or_grows():
    html = render_message("[INFO]: started\nengine 4.3.2\n------\n<Surface 0x1>\n#17 failed")
    for words in ("[INFO]: started", "engine 4.3.2", "&lt;Surface 0x1&gt;", "#17 failed"):
        assert words in html
    assert "<h" not in html.replace("<hr>", "")


@given(st.text(alphabet="abcdef \n#>-=*_`~|:.!+<0123456789", max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_word_of_a_message_is_lost(text):
    html = render_message(text)
    shown = "".join(html.split())
    for word in "".join(c if c.isalpha() else " " for c in text).split():
        assert word in shown


def test_a_picture_in_a_message_is_a_link_that_loads_nothing():
    html = render_message("![the log](https://pics.example/a.png) [![b](/c.png)](https://d.example/)")
    assert "<img" not in html
    assert '<a href="https://pics.example/a.png" rel="noopener nofollow">the log</a>' in html
    assert '<a href="https://d.example/" rel="noopener nofollow">b</a>' in html


def test_an_article_shows_its_own_pictures_and_links_to_foreign_ones():
    html = render_article("![wiring](/docs/files/a.png) ![ad](https://pics.example/a.png)").html
    assert '<img src="/docs/files/a.png" alt="wiring">' in html
    assert 'pics.example/a.png" rel="noopener nofollow">ad (pics.example)</a>' in html


def test_code_is_coloured_by_classes_and_named_for_the_reader():
    assert "groovy" in render_article("```gradle\nx\n```").html
    html = render_article("```kt\nval x = 1 < 2\n```\n\n```nosuch\n<b>\n```").html
    assert '<pre class="code" data-language="kotlin"><code><span class="kd">val</span>' in html
    assert "style=" not in html
    assert '<pre class="code" data-language="nosuch"><code>&lt;b&gt;' in html


def test_an_article_tells_its_headings_in_either_language():
    rendered = render_article("# Join\n## `joinChannel` twice\n## 加入频道\n## 加入频道\n> # quoted\n")
    assert rendered.headings == (
        Heading(2, "Join", "s-join"),
        Heading(2, "joinChannel twice", "s-joinchannel-twice"),
        Heading(2, "加入频道", "s-加入频道"),
        Heading(2, "加入频道", "s-加入频道-1"),
    )
    for heading in rendered.headings:
        assert f'id="{heading.id}"' in rendered.html


def test_tables_tasks_footnotes_and_notes_are_understood():
    html = render_article(
        "| a | b |\n|--:|---|\n| 1 | ~~2~~ |\n\n- [x] done\n- [ ] open\n\n"
        'Word[^1].\n\n[^1]: Explained.\n\n!!! warning "Mind"\n    This.\n'
    ).html
    assert '<div class="table-scroll"><table>' in html
    assert '<th class="align-end">a</th>' in html
    assert "<s>2</s>" in html
    assert html.count('type="checkbox"') == 2 and html.count("checked=") == 1
    assert 'href="#s-fn1"' in html and 'id="s-fn1"' in html
    assert '<div class="admonition warning">' in html


def test_the_template_filters_render_both_kinds():
    template = Template("{% load markdown %}{{ text|markdown_message }}|{{ text|markdown_article }}")
    assert template.render(Context({"text": "# A\n<b>"})) == (
        '<h3>A</h3>\n<p>&lt;b&gt;</p>\n|<h2 id="s-a">A</h2>\n<b></b>'
    )


def test_too_deeply_quoted_words_are_still_shown():
    assert render_message(">" * 200 + " the last word").startswith('<pre class="plain">')
    assert "the last word" in render_message(">" * 200 + " the last word")


MARKS = """# |> |- |1. |```|`|*|**|_|[|](|)|![|<|>|    |[^1]|[^1]: |!!! note|- [x] |~~|http://a.b|&amp;|\\|x|文字"""
markdown_pieces = st.sampled_from([*MARKS.split("|"), "|", "|-|", "\n", "\n\n", "\0", "\ud800"])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(markdown_pieces, max_size=40).map("".join)))
def test_any_markdown_renders_and_is_clean(text):
    for html in (render_message(text), render_article(text).html):
        assert clean(html) == html
