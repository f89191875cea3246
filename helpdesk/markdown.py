"""Markdown to safe HTML, for articles and for what is said on tickets.

What the renderer made goes through the cleaner as the last step (`helpdesk.html`). HTML inside a message
stays text; in an article it is HTML (`helpdesk.markup`). What would take a second of work is shown as plain
text.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils.html import escape
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from helpdesk.html import ID_PREFIX, clean_until, encodable, plain
from helpdesk.markup.addresses import (
    Resolve,
    is_remote,
    missing_picture,
    remote_picture,
    resolve_addresses,
)
from helpdesk.markup.colours import coloured, language_of, prepare
from helpdesk.markup.containers import LOOKS, box_title, containers
from helpdesk.markup.islands import components, islands
from helpdesk.markup.tables import tables

logger = structlog.get_logger(__name__)

MAX_CHARACTERS = 200_000
MAX_NESTING = 60
# Of the processor, so that a busy machine renders the same page as an idle one. After PARSING_SECONDS the
# parser gives up, and code gets no colours; after CLEANING_SECONDS, counted from the same start, no further
# pass of the cleaner begins. One takes a quarter of a second at most, so that all stay below a second.
PARSING_SECONDS = 0.4
CLEANING_SECONDS = 0.6


@dataclass(frozen=True)
class Heading:
    """A place in an article, for its table of contents."""

    level: int
    title: str
    id: str


@dataclass(frozen=True)
class Rendered:
    """`addresses`, `places` and `components` are for whoever checks links and reports on an import."""

    html: SafeString
    headings: tuple[Heading, ...] = ()
    addresses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    is_plain: bool = False


class TooMuch(Exception):
    """The text is nested too deeply or takes too long."""


def render_article(
    text: str, resolve: Resolve | None = None, *, title: str = "", colours: bool = True
) -> Rendered:
    """An article with the places its table of contents points at.

    `resolve` says where addresses lead: articles and pictures are named by the files they were read from.
    A text that begins with `title` as its heading begins below it: the page has shown it already.
    Whoever reads the page for its words alone has no use for the colours of its code.
    """
    parser = _mdx if _COMPONENT_ENDS.search(text) else _article
    return _render(parser, text, {"resolve": resolve, "text": text, "title": title, "colours": colours})


def render_message(text: str) -> SafeString:
    """A message on a ticket: line breaks kept, small headings, pictures as links that load nothing."""
    return _render(_message, text, {"colours": True}).html


def _render(markdown: MarkdownIt, text: str, env: dict[str, Any]) -> Rendered:
    text = encodable(text)
    if len(text) > MAX_CHARACTERS:
        return Rendered(plain(text), is_plain=True)
    if env["colours"]:
        prepare(text)
    started = time.thread_time()
    env["deadline"] = started + PARSING_SECONDS
    try:
        cleaned = clean_until(markdown.render(text, env), started + CLEANING_SECONDS)
        if cleaned is None:
            raise TooMuch
    except (TooMuch, RecursionError) as error:
        logger.warning("markdown_shown_as_plain_text", characters=len(text), reason=type(error).__name__)
        return Rendered(plain(text), is_plain=True)
    return Rendered(
        cleaned,
        headings=tuple(env.get("headings", ())),
        addresses=tuple(env.get("addresses", ())),
        places=tuple(env.get("places", ())),
        components=tuple(env.get("components", ())),
    )


# --- Guards: rules that never match, asked so often that no text can run long between two of them.


def _guard_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    # The parser skips what is nested deeper than `maxNesting`; nobody's words may vanish.
    if state.level >= MAX_NESTING - 2 or time.thread_time() > state.env["deadline"]:
        raise TooMuch
    return False


def _guard_inline(state: StateInline, silent: bool) -> bool:
    if time.thread_time() > state.env["deadline"]:
        raise TooMuch
    return False


# --- Rules on the parsed text


def _shift_headings(smallest: int, shift: int) -> Callable[[StateCore], None]:
    """Headings lie below the page's own: `shift` levels down, none larger than h`smallest`."""

    def rule(state: StateCore) -> None:
        for token in state.tokens:
            if token.type in ("heading_open", "heading_close"):
                token.tag = f"h{min(max(int(token.tag[1]) + shift, smallest), 6)}"

    return rule


def _collect_headings(state: StateCore) -> None:
    state.env["headings"] = [
        Heading(
            level=int(token.tag[1]),
            title=_words(following),
            id=f"{ID_PREFIX}{token.attrGet('id')}",
        )
        for token, following in zip(state.tokens, state.tokens[1:], strict=False)
        if token.type == "heading_open" and token.level == 0
    ]


def _align_by_class(state: StateCore) -> None:
    """Table cells say `style="text-align:right"`; our content security policy refuses inline styles."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if style.endswith(("right", "center")):
                token.attrSet("class", "align-end" if style.endswith("right") else "align-center")


_OWN_ID = re.compile(r"\s*\{#([\w-]{1,80})\}\s*$")


def _name_headings(state: StateCore) -> None:
    """Each heading gets a place: the one it asks for, `## Title {#place}`, or one made of its words."""
    taken: Counter[str] = Counter()
    headings = [
        (token, following)
        for token, following in zip(state.tokens, state.tokens[1:], strict=False)
        if token.type == "heading_open"
    ]
    for token, following in headings:
        last = following.children[-1] if following.children else None
        own = _OWN_ID.search(last.content) if last is not None and last.type == "text" else None
        if own is not None and last is not None:
            last.content = last.content[: own.start()]
        name = own[1] if own else _slug(_words(following))
        number = taken[name]
        taken[name] += 1
        token.attrSet("id", f"{name}-{number}" if number else name)


def _words(inline: Token) -> str:
    return "".join(one.content for one in inline.children or () if one.type in ("text", "code_inline"))


_PLACE_IN_HTML = re.compile(r"\b(?:id|name)\s*=\s*[\"']([^\"'<>]{1,120})[\"']")


def _note_what_to_check(state: StateCore) -> None:
    tokens = [one for token in state.tokens for one in (token, *(token.children or ()))]
    html = [token.content for token in tokens if token.type in ("html_block", "html_inline")]
    state.env["places"] = [
        *(str(token.attrGet("id")) for token in tokens if token.type == "heading_open"),
        *(place for island in html for place in _PLACE_IN_HTML.findall(island)),
    ]
    blocks = [token.content for token in tokens if token.type == "html_block"]
    state.env["components"] = sorted({name for island in blocks for name in components(island)})


def _boxes_of_alerts(state: StateCore) -> None:
    """`> [!NOTE]` as the boxes that we have."""
    for token, following in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "alert_open":
            token.attrSet("class", f"admonition {LOOKS.get(token.info.lower(), 'note')}")
        elif token.type == "alert_title_open":
            token.attrSet("class", "admonition-title")
            following.content = box_title(LOOKS.get(following.content.lower(), "note"), "", state.src)
            for child in following.children or ():
                child.content = following.content


def _without_own_title(state: StateCore) -> None:
    """The heading that is the title of the page goes, and leaves its place for links that lead there."""
    first = next((index for index, token in enumerate(state.tokens) if token.type != "html_block"), 0)
    match state.tokens[first : first + 2]:
        case [Token(type="heading_open", markup="#" | "=") as opened, written]:
            if _bare(_words(written)) == _bare(state.env.get("title", "")):
                place = Token("html_block", "", 0, content=f'<span id="{opened.attrGet("id")}"></span>')
                state.tokens[first : first + 3] = [place]


def _bare(title: str) -> str:
    return "".join(title.split()).casefold()


# Where the builder of a site puts its table of contents; ours stands beside the text.
_CONTENTS_MARKS = {"[[toc]]", "[toc]", "[[_toc_]]", "${toc}", "@[toc]"}


def _without_contents_marks(state: StateCore) -> None:
    tokens = state.tokens
    for index in range(len(tokens) - 2):
        if tokens[index].type == "paragraph_open" and tokens[index + 1].content.lower() in _CONTENTS_MARKS:
            tokens[index].hidden = tokens[index + 2].hidden = True
            tokens[index + 1].children = []


def _pictures_to_links(
    which: Callable[[str], bool], show: Callable[[str, str], str] | None = None
) -> Callable[[StateCore], None]:
    """`show` makes HTML of the address and the name of a picture that stands in no link."""

    def rule(state: StateCore) -> None:
        for block in state.tokens:
            if block.children and any(token.type == "image" for token in block.children):
                block.children = list(_without_pictures(block.children, which, show))

    return rule


def _without_pictures(
    tokens: Sequence[Token], which: Callable[[str], bool], show: Callable[[str, str], str] | None
) -> Iterator[Token]:
    open_links = 0
    for token in tokens:
        open_links += (token.type == "link_open") - (token.type == "link_close")
        address = str(token.attrGet("src") or "")
        if token.type != "image" or not which(address):
            yield token
            continue
        name = Token("text", "", 0, content=token.content or address)
        if open_links:
            yield name
        elif show:
            yield Token("html_inline", "", 0, content=show(address, token.content), meta={"is_html": True})
        else:
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield name
            yield Token("link_close", "a", -1)


# --- Rendering


def _fence(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A code block, in colours if its language is known and there is time for it."""
    name, *_others = unescapeAll(tokens[index].info).split() or [""]
    language = language_of(name)
    code = tokens[index].content
    shown = coloured(code, language, until=env["deadline"]) if env["colours"] else escape(code)
    label = f' data-language="{escape(language)}"' if language else ""
    return f'<pre class="code"{label}><code>{shown}</code></pre>\n'


def _table_open(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return '<div class="table-scroll"><table>\n'


def _table_close(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return "</table></div>\n"


def _picture_missing(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return missing_picture(str(tokens[index].attrGet("src") or ""), tokens[index].content)


def _slug(title: str) -> str:
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-")[:80] or "section"


def _parser(**options: Any) -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING, **options}).enable(
        ["table", "strikethrough"]
    )
    markdown.disable(["html_block", "html_inline"])
    markdown.use(gfm_autolink_plugin).use(tables)
    everywhere: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    markdown.block.ruler.before("table", "guard", _guard_block, everywhere)
    markdown.inline.ruler.before("text", "guard", _guard_inline)
    markdown.core.ruler.push("align_by_class", _align_by_class)
    markdown.add_render_rule("fence", _fence)
    markdown.add_render_rule("table_open", _table_open)
    markdown.add_render_rule("table_close", _table_close)
    return markdown


def _article_parser() -> MarkdownIt:
    markdown = _parser()
    markdown.options["alerts"] = True
    markdown.use(footnote_plugin).use(tasklists_plugin).use(admon_plugin).use(containers).use(islands)
    markdown.core.ruler.push("shift_headings", _shift_headings(smallest=2, shift=0))
    markdown.core.ruler.push("name_headings", _name_headings)
    markdown.core.ruler.push("without_own_title", _without_own_title)
    markdown.core.ruler.push("without_contents_marks", _without_contents_marks)
    markdown.core.ruler.push("collect_headings", _collect_headings)
    markdown.core.ruler.push("boxes_of_alerts", _boxes_of_alerts)
    markdown.core.ruler.push("note_what_to_check", _note_what_to_check)
    markdown.core.ruler.push("resolve_addresses", resolve_addresses)
    markdown.core.ruler.push("pictures_to_links", _pictures_to_links(is_remote, remote_picture))
    markdown.add_render_rule("picture_missing", _picture_missing)
    return markdown


def _message_parser() -> MarkdownIt:
    markdown = _parser(breaks=True)
    # In a pasted log a line above dashes is not a heading, and `[INFO]: started` is not a definition to hide.
    markdown.disable(["lheading", "reference"])
    markdown.core.ruler.push("shift_headings", _shift_headings(smallest=3, shift=2))
    markdown.core.ruler.push("pictures_to_links", _pictures_to_links(lambda address: True))
    return markdown


# What is written with components is indented to lie within them, and none of it is code for that.
_COMPONENT_ENDS = re.compile(r"^[ \t]*</[A-Z][A-Za-z.]{0,40}>[ \t]*$", re.MULTILINE)

_article = _article_parser()
_mdx = _article_parser().disable("code")
_message = _message_parser()
