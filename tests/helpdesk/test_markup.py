"""What vendors' documents hold: boxes, tabs, islands of HTML, components, addresses that lead nowhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.html import clean
from helpdesk.markdown import render_article


def html(text, resolve=None):
    return render_article(text, resolve).html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "::: warning\nMind.\n:::",
            '<div class="admonition warning"><p class="admonition-title">Warning</p>',
        ),
        (":::tip Good to know\nx\n:::", '<p class="admonition-title">Good to know</p>'),
        ("::: 注意\n先停流。\n:::", '<div class="admonition warning"><p class="admonition-title">注意</p>'),
        ("::: danger\n请勿外传。\n:::", '<p class="admonition-title">危险</p>'),
        ("> [!NOTE]\n> Read this.", '<div class="admonition note">'),
        ('<Admonition type="danger" title="No">x</Admonition>', '<div class="admonition danger">'),
        (
            "<details>\n<summary>More</summary>\n\nhidden\n\n</details>",
            '<p class="admonition-title">More</p>',
        ),
        ('!!! warning "Mind"\n    This.', '<div class="admonition warning">'),
        (
            '<div class="alert note">Only for the Web SDK.</div>',
            '<p class="admonition-title">Note</p>Only for',
        ),
        ('<div class="hint hint-warning">先停流。</div>', '<p class="admonition-title">注意</p>先停流。'),
        ("<Warning>Mind *this*.</Warning>", "Warning</p><p>Mind <em>this</em>.</p></div>"),
        ('<Accordion title="More">\n\nx\n\n</Accordion>', '<p class="admonition-title">More</p><p>x</p>'),
        (":::tip标题\nx\n:::", '<div class="admonition tip"><p class="admonition-title">标题</p>'),
        (':::note{title="Read this"}\nx\n:::', '<p class="admonition-title">Read this</p>'),
    ],
)
def test_boxes_are_boxes_however_they_are_written(text, shown):
    assert shown in html(text).replace("\n", "")


def test_boxes_lie_within_boxes_and_colons_in_code_are_code():
    out = html("::: note\nA\n::: tip\nB\n```\n:::\n```\n:::\nC\n:::\n\nD")
    assert out.count('<div class="admonition') == 2
    assert out.rstrip().endswith("<p>D</p>")
    assert "C" in out.partition("tip")[2]


TABS = [
    "::: code-group\n```kotlin [Android]\nval a = 1\n```\n```swift [iOS]\nlet a = 1\n```\n:::",
    "::: tabs\n== Android\n```kotlin\nval a = 1\n```\n== iOS\n```swift\nlet a = 1\n```\n:::",
    ":::tabs\n@tab Android\n```kotlin\nval a = 1\n```\n@tab iOS\nText\n:::",
    '<Tabs groupId="os">\n<TabItem value="a" label="Android">\n\n```kotlin\nval a = 1\n```\n\n</TabItem>\n'
    '<TabItem value="i" label="iOS">\n\nText\n\n</TabItem>\n</Tabs>',
    "<Tabs\n  values={[\n    {label: 'Android', value: 'a'},\n  ]}>\n"
    '<TabItem value="Android">\n\nx\n\n</TabItem>\n<TabItem value="iOS">\n\ny\n\n</TabItem>\n</Tabs>',
]


@pytest.mark.parametrize("text", TABS)
def test_tabs_are_tabs_however_they_are_written(text):
    out = html(text).replace("\n", "")
    assert out.startswith('<div class="choices"><div class="choice"><p class="choice__title">Android</p>')
    assert out.count('<div class="choice">') == 2
    assert '<div class="choice"><p class="choice__title">iOS</p>' in out
    assert out.count("<div") == out.count("</div>")


def test_a_table_in_html_keeps_its_code_and_its_cells():
    out = html(
        '<table><tr><th colspan="2" style="color:red">Code</th></tr>\n<tr><td>\n\n```js\na < b\n```\n\n</td>'
        "<td>one<br/>two</td></tr></table>"
    )
    assert '<th colspan="2">Code</th>' in out
    assert '<pre class="code" data-language="javascript">' in out
    assert "one<br>two" in out


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Use List<String> here",
            "`<Foo>` and Map<String, Object>",
            "press <your app id>",
            "a < b and c > d",
        ),
        *(
            "<!-- never closed\nwords",
            "<?php words ?>",
            "<![CDATA[words]]>",
            "{{ words }}",
            "a <T extends Foo> b",
        ),
        *(
            "{% include words %}",
            "<Foo bar={1 > 2}>words",
            "::: nosuch thing\nwords\n:::",
            "$words$",
            "&nosuch;",
        ),
    ],
)
def test_what_only_looks_like_a_tag_stays_a_word(text):
    import html as entities

    from django.utils.html import strip_tags

    shown = entities.unescape(strip_tags(html(text)))
    for word in ("String", "Object", "your app id", "Foo", "words", "b and c"):
        assert (word in text) <= (word in shown)


def test_what_is_for_the_builder_of_a_site_is_not_shown():
    out = html(
        "import Tabs from '@theme/Tabs';\nimport X from './x.mdx';\n\n{/* secret */}Hello <!-- secret -->\n\n"
        "export const y = secret;\n\n<X />\n\nBye"
    )
    assert "Hello" in out and "Bye" in out
    assert "secret" not in out and "import" not in out


def test_a_component_that_is_not_known_is_named_for_the_report():
    page = render_article('<PricingTable plan="pro" />\n\n<Tabs>\n\n</Tabs>\n\nText <Badge text="beta" />')
    assert page.components == ("PricingTable",)
    assert "beta" in page.html


def test_a_component_that_is_not_known_still_says_what_stands_in_its_tag():
    out = html(
        '<Card title="Quick start" href="/a">\n\nIn ten minutes.\n\n</Card>\n<Step title="Join">\n</Step>'
    )
    assert '<strong><a href="/a" rel="noopener nofollow">Quick start</a></strong>' in out
    assert "In ten minutes." in out and "<strong>Join</strong>" in out


def test_what_is_indented_within_components_is_no_code():
    out = html(
        "<CardGroup>\n  <Card title='A'>\n    Words **here**.\n\n    ```js\n    a()\n    ```\n  </Card>\n"
        "</CardGroup>"
    )
    assert "<p>Words <strong>here</strong>.</p>" in out and 'data-language="javascript"' in out
    assert "<pre><code>code" in html("Text\n\n    code")


def test_points_without_their_list_stay_in_their_box_and_cell():
    out = html(
        '- a\n\n  <div class="alert note"><li>one</li><li>two</div>\n\n<table><tr><td><li>x</td></tr></table>'
    )
    assert "<ul><li>one</li><li>two</li></ul></div></li>" in out.replace("\n", "")
    assert "<td><ul><li>x</li></ul></td>" in out


def test_a_row_with_more_cells_than_its_head_loses_none():
    out = html("| type | meaning |\n|---|---|\n| `a | b` | one | two |\n| x |\n")
    assert "<td>`a</td>" in out and "<td>b` | one | two</td>" in out


def test_the_heading_that_repeats_the_title_is_shown_once_and_keeps_its_place():
    page = render_article("# Join a *room*\n\n## Join a room\n\nx", title="Join a room")
    assert page.html.startswith('<span id="s-join-a-room"></span><h2 id="s-join-a-room-1">')
    assert [one.id for one in page.headings] == ["s-join-a-room-1"]
    assert "join-a-room" in page.places
    assert "<h2" in render_article("# Join", title="Leave").html


def test_a_mark_for_the_table_of_contents_is_not_shown_and_a_picture_elsewhere_is_a_link_with_a_name():
    out = html(
        "[[toc]]\n\n[TOC]\n\n![](https://cdn.example/docs-files/15512) ![](data:image/png;base64,iVBORw0)"
    )
    assert "toc" not in out.lower()
    assert (
        'href="https://cdn.example/docs-files/15512" rel="noopener nofollow">15512 (cdn.example)</a>' in out
    )
    assert "iVBORw0" not in out


def test_a_heading_may_name_its_place_and_html_names_places_too():
    page = render_article('## Join {#join-now}\n## Join\n## Join\n<a name="old"></a>\n\n<h1 id="top">T</h1>')
    assert 'id="s-join-now">Join</h2>' in page.html
    assert [one.id for one in page.headings] == ["s-join-now", "s-join", "s-join-1"]
    assert {"join-now", "join", "join-1", "old", "top"} <= set(page.places)
    assert 'id="s-old"' in page.html and "<h2" in page.html and "<h1" not in page.html


def test_addresses_lead_where_they_are_said_to_lead_and_nowhere_is_shown():
    leads = {"a.md": "/docs/a/", "b.md": None, "p/x.png": "/docs/pictures/1.png", "no.png": None}
    out = html(
        "[a](a.md) [b](b.md) ![x](p/x.png) ![n](no.png)\n\n"
        '<a href="a.md">A</a> <img src="p/x.png" width="40"> <img alt="gone" src="no.png">'
        " <a href='b.md'>B</a>"
        ' <img src="https://pics.example/i.png">',
        lambda asked: {one: leads[one] for one in asked if one in leads},
    )
    assert out.count('href="/docs/a/"') == 2
    assert "b.md" not in out
    assert out.count('src="/docs/pictures/1.png"') == 2
    assert out.count('<span class="picture-missing">') == 3 and "gone (no.png)" in out
    assert 'href="https://pics.example/i.png" rel="noopener nofollow">i.png (pics.example)</a>' in out


PIECES = [
    *("::: tip x\n", ":::\n", "::: tabs\n", "== A\n", "@tab B\n", "::: code-group\n", "```js [a]\n", "```\n"),
    *("<Tabs>\n", "<TabItem label='x'>\n", "</TabItem>\n", "</Tabs>\n", "<Foo a={'>'}>", "<table>", "<td>"),
    *("</table>", "<!--", "-->", "<details>", "</summary>", "<img src='x.png' alt=\"y", "'>"),
    "import x from 'y'\n",
    *("{/*", "*/}", "> [!NOTE]\n", "## A {#b}\n", "<a name=x>"),
    *("<iframe src='https://a.b'>", "<Image src='a'/>"),
    *("\n", "\n\n", "- ", "> ", "    ", "|a|b|\n|-|-|\n", "<pre>", "<script>", "<p", "<", ">"),
    *('"', "'", "文字", "x"),
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_mixture_renders_and_is_clean(text):
    out = html(text, lambda asked: dict.fromkeys(asked))
    assert clean(out) == out
