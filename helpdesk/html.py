"""The one place where HTML becomes trusted: cleaned by nh3 with our own lists, and only here marked safe.

The lists are ours because nh3's defaults let through what we do not want: ftp:, sms:, magnet: and more
schemes, `//host` links, remote images. A cleaned text cleaned again is the same text.
"""

from __future__ import annotations

import re
import time
from collections import Counter

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments.token import STANDARD_TYPES

MAX_CHARACTERS = 1_000_000
# The parser's time grows with the square of the depth: 100,000 open elements take a minute, 2,000 take 20 ms.
MAX_DEPTH = 2_000
# Seconds of the processor; after it no further pass begins.
CLEANING_SECONDS = 0.5
# The parser's time grows with the square of the signs that it puts together to a text: 200,000 take 0.7 s.
MAX_ENTITIES = 100_000
MAX_TAGS = 200_000
# Links within tables within links take two; more than some is somebody's riddle.
MOST_TIMES = 6
# Every id gets it, and every link to a place on the page: no text can take an id that the page itself uses.
ID_PREFIX = "s-"

_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "div", "span"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "section"),
    *("caption", "colgroup", "col", "tfoot", "figure", "figcaption", "u", "ins", "small", "abbr", "q"),
    *("a", "img", "input", "strong", "b", "em", "i", "s", "del", "sub", "sup", "code", "kbd", "mark"),
}
_DROPPED_WITH_CONTENT = {"script", "style", "template", "noscript", "title", "iframe", "textarea", "select"}
_ATTRIBUTES = {
    "*": {"id"},
    "a": {"href", "title"},
    "input": {"checked"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "pre": {"data-language"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}
_CLASSES = {
    "a": {"footnote-backref"},
    "div": {
        *("admonition", "note", "tip", "info", "warning", "danger", "important", "caution"),
        *("table-scroll", "choices", "choice"),
    },
    "hr": {"footnotes-sep"},
    "li": {"footnote-item", "task-list-item"},
    "ol": {"footnotes-list"},
    "p": {"admonition-title", "choice__title"},
    "pre": {"code", "plain"},
    "section": {"footnotes"},
    "span": {"picture-missing", *(name for name in STANDARD_TYPES.values() if name)},
    "sup": {"footnote-ref"},
    "td": {"align-end", "align-center"},
    "th": {"align-end", "align-center"},
    "ul": {"contains-task-list"},
}
_NUMBER = re.compile(r"\d{1,9}")
_LANGUAGE = re.compile(r"[a-z0-9+#.-]{1,20}")
_ID = re.compile(r"[\w.:-]{1,120}")
# Browsers skip these when they read an address: `/\t/host` goes to a foreign host as `//host` does.
_IGNORED_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f]+")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
# What plain() makes, and nothing else: a text without a tag in it.
_OURS = re.compile(r'<pre class="plain">[^<>]*</pre>')
_PRE = re.compile(r"(<pre\b[^>]*>)\n+")
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def clean(html: str) -> SafeString:
    """`html` with nothing in it but what our lists allow; what takes too long to read as plain text."""
    cleaned = clean_until(html, time.thread_time() + CLEANING_SECONDS)
    return plain(html) if cleaned is None else cleaned


def clean_until(html: str, until: float) -> SafeString | None:
    """`html` cleaned until another time changes nothing: what a parser mends it may read differently again.

    None where that would go on after `until`, a moment of `time.thread_time()`. A pass takes a quarter of a
    second at most.
    """
    html = encodable(html)
    if _OURS.fullmatch(html):
        return mark_safe(html)  # nosec B308 B703: nothing in it but text, see plain()
    if not _is_readable(html):
        return None
    for _time in range(MOST_TIMES):
        if time.thread_time() > until:
            return None
        # A parser drops the line break after <pre>, so what begins with two would lose one each time.
        cleaned = _PRE.sub(r"\1", _CLEANER.clean(html))
        if cleaned == html:
            return mark_safe(cleaned)  # nosec B308 B703: the one place
        html = cleaned
    return None


def _is_readable(html: str) -> bool:
    """Whether the parser gets through it in reasonable time."""
    return (
        len(html) <= MAX_CHARACTERS
        and html.count("<") <= MAX_TAGS
        and html.count("&") <= MAX_ENTITIES
        and _depth(html) <= MAX_DEPTH
    )


def plain(text: str) -> SafeString:
    """`text` as it is, lines kept: for what cannot be rendered in reasonable time.

    The cleaner would say the same of it, in more time; it knows it and leaves it as it is.
    """
    shown = encodable(text).replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")
    return mark_safe(f'<pre class="plain">{escape(shown)}</pre>')  # nosec B308 B703: all of it is escaped


def encodable(text: str) -> str:
    """Without NUL and without halves of surrogate pairs, which neither PostgreSQL nor UTF-8 can hold."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _keep(tag: str, name: str, value: str) -> str | None:
    """Whether an allowed attribute may have this value; for places on the page the value with our prefix."""
    if name == "href":
        if value.startswith("#"):
            place = value[1:].removeprefix(ID_PREFIX)
            return f"#{ID_PREFIX}{place}" if _ID.fullmatch(place) else None
        return None if _leaves_for_a_foreign_host(value) else value
    if name == "src":
        # Pictures come from here or not at all: a remote one would tell its host who reads what and when.
        address = _IGNORED_IN_ADDRESSES.sub("", value)
        return None if _SCHEME.match(address) or _leaves_for_a_foreign_host(value) else value
    if name == "id":
        return value if _ID.fullmatch(value) else None
    if name == "data-language":
        return value if _LANGUAGE.fullmatch(value) else None
    if name in ("width", "height", "start", "colspan", "rowspan"):
        return value if _NUMBER.fullmatch(value) else None
    return value


def _leaves_for_a_foreign_host(address: str) -> bool:
    """Protocol-relative: `//host`, and what browsers read as the same."""
    return _IGNORED_IN_ADDRESSES.sub("", address).replace("\\", "/").startswith("//")


def _depth(html: str) -> int:
    """The largest number of elements that may be open at once; unclosed ones count to the end."""
    open_elements: Counter[str] = Counter()
    depth = deepest = 0
    for slash, name in _TAG.findall(html):
        name = name.lower()
        if not slash and name not in _VOID:
            open_elements[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif open_elements[name]:
            open_elements[name] -= 1
            depth -= 1
    return deepest


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_keep,
    allowed_classes=_CLASSES,
    set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener nofollow",
    id_prefix=ID_PREFIX,
    strip_comments=True,
)
