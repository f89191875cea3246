"""HTML, and components of documentation sites, between the Markdown.

Known elements go on to the cleaner (`helpdesk.html`), which decides what of them is shown. The components
that every site has become what they mean (tabs, boxes, pictures). Of others that stand alone on a line only
the tag goes, and what is between the tags is shown. Everything else that looks like a tag is text:
`List<String>` and `<your app id>` are words of the writer, and no word may vanish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from helpdesk.markup.containers import LOOKS, box_title

_ELEMENTS = {
    *("a", "abbr", "article", "aside", "b", "blockquote", "body", "br", "caption", "center", "cite", "code"),
    *(
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
    ),
    *("h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "img", "ins", "kbd"),
    *("li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike"),
    *("strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var"),
    # What the cleaner takes away with all it holds.
    *("script", "style", "template", "noscript", "title", "textarea", "select", "button", "form", "input"),
    *("object", "embed", "svg", "math", "meta", "link", "base", "wbr", "nobr"),
}
_TABS = {"tabs", "codegroup", "codetabs", "tabgroup"}
_TAB = {"tabitem", "tab", "codeblock", "codegroupitem"}
_BOXES = {"admonition", "callout", "alert", "aside"}
_FOLDED = {"details", "accordion", "collapse", "expandable"}
# Boxes that are components of their own: `<Note>`, `<Warning>`.
_NAMED_BOXES = {look for look in LOOKS if look.isascii()}
_ONLY_LOOKS = {"badge", "icon", "fragment", "steps", "step", "cards", "card", "columns", "column"}
_MEANT = _TABS | _TAB | _BOXES | _ONLY_LOOKS | {"image", "img", "link", "iframe", "video", "audio", "details"}
# What a component says in its tag, though we do not know what it would look like.
_SAID = ("title", "label", "caption", "heading", "header")
# Classes by which vendors make boxes of `<div>`: `class="alert note"`, `class="hint hint-warning"`.
_BOX_CLASSES = {"alert", "callout", "hint", "notice", "custom-block", "message", "tips"}

# Quoted or in braces, an attribute may hold `>`. Possessive, so that a hostile line costs one pass.
_INSIDE = r"(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|\{(?:[^{}]|\{[^{}]{0,2000}\}){0,2000}+\}|[^'\"<>{}]){0,400}+"
_TAG = re.compile(rf"<(/?)([A-Za-z][\w.:-]{{0,60}})({_INSIDE})>")
_ALONE = re.compile(rf"\s*(?:</?[A-Z][\w.]{{0,60}}(?:\s{_INSIDE})?>\s*)+")
_ATTRIBUTE = re.compile(
    r"([\w:@-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|\{[\"'`]([^\"'`]*)[\"'`]\}|([^\s\"'>{}]+))"
)
_JSX_COMMENT = re.compile(r"\{/\*.*?\*/\}", re.DOTALL)
_MODULE = re.compile(
    r"import\s[^;]{0,500}\sfrom\s+[\"'].*|import\s+[\"'].*[\"'];?\s*|export\s+(?:const|default|function|let)\b.*"
)
_NAME = re.compile(r"(?<=\s)name(?=\s*=)")
_BOX_IN_A_LINE = re.compile(rf"(<([A-Z][a-z]+)(?:\s{_INSIDE})?>)(.*\S.*)(</\2>)\s*")
_MAX_TAG_LINES = 40


def islands(markdown: MarkdownIt) -> None:
    """Teach `markdown` HTML and components. What comes out still has to go through the cleaner."""
    markdown.options["html"] = True
    markdown.enable(["html_block", "html_inline"])
    everywhere = {"alt": ["paragraph", "reference", "blockquote"]}
    markdown.block.ruler.before("html_block", "component", _component, everywhere)  # type: ignore[arg-type]
    markdown.block.ruler.before("html_block", "module", _module)
    markdown.inline.ruler.before("text", "jsx_comment", _jsx_comment)
    markdown.add_render_rule("html_block", _render)
    markdown.add_render_rule("html_inline", _render)


def as_html(island: str, *, text: str = "") -> str:
    """An island as HTML for the cleaner. `text` is the whole document, whose language titles follow."""
    out: list[str] = []
    island = _without_comments(island)
    end = 0
    # Within a box or a cell some write `<li>` without its list, and a parser would end the list around it.
    wants_list = False
    for tag in _TAG.finditer(island):
        out.append(_between(island[end : tag.start()]))
        shown, name = _tag(tag, text), tag[2].lower()
        if wants_list and name == "li" and not tag[1]:
            shown = f"<ul>{shown}"
        if name in ("ul", "ol", "li", "div", "td", "th"):
            wants_list = not tag[1] and (name in ("td", "th") or '"admonition ' in shown)
        out.append(shown)
        end = tag.end()
    return "".join([*out, _between(island[end:])])


def components(island: str) -> list[str]:
    """The names of components whose meaning is lost, for the report of an import."""
    names = {tag[2] for tag in _TAG.finditer(island) if not tag[1] and tag[2][:1].isupper()}
    meant = _MEANT | _FOLDED | _NAMED_BOXES
    return sorted(name for name in names if name.lower() not in meant and not _is_element(name))


def attributes(tag: str) -> dict[str, str]:
    return {
        match[1].lower(): match[2] or match[3] or match[4] or match[5] or ""
        for match in _ATTRIBUTE.finditer(tag)
    }


def _without_comments(island: str) -> str:
    """One that is never closed is text. No regular expression: it would look for the end from each start."""
    kept, end = [], 0
    while (start := island.find("<!--", end)) >= 0 and (close := island.find("-->", start)) >= 0:
        kept.append(island[end:start])
        end = close + len("-->")
    return "".join([*kept, island[end:]])


def _between(text: str) -> str:
    """What is between tags: a `<` that opens no element is a sign, as in `a < b` or an unclosed comment."""
    return text.replace("<", "&lt;")


def _tag(tag: re.Match[str], text: str) -> str:
    closes, name, inside = tag[1], tag[2], tag[3]
    lower = name.lower()
    if name[0].isupper() or lower in ("details", "summary", "iframe", "video", "audio"):
        return _component_tag(closes, lower, name, inside, tag.group(), text)
    if lower not in _ELEMENTS:
        return escape(tag.group())
    if lower == "h1":
        return f"<{closes}h2{inside}>"
    if lower == "a" and not closes:
        return f"<a{_NAME.sub('id', inside)}>"
    if lower == "table":
        # A wide one scrolls by itself, as those of Markdown do.
        return f"</table{inside}></div>" if closes else f'<div class="table-scroll"><table{inside}>'
    if lower == "div" and not closes and (look := _look_of(attributes(inside).get("class", ""))):
        return _box(look, box_title(look, "", text))
    return tag.group()


def _look_of(classes: str) -> str:
    """The look of a `<div>` that its classes make a box; "" for every other. Ours are boxes already."""
    words = set(classes.lower().split())
    if "admonition" in words:
        return ""
    if not words & (_BOX_CLASSES | set(LOOKS)):
        return ""
    # "alert" and "hint" are looks, and names of boxes of any look: what stands beside them says more.
    last = sorted((word.rpartition("-")[2] for word in words), key=lambda one: (one in _BOX_CLASSES, one))
    return next((LOOKS[one] for one in last if one in LOOKS), "note")


def _box(look: str, title: str) -> str:
    heading = f'<p class="admonition-title">{escape(title)}</p>' if title else ""
    return f'<div class="admonition {look}">{heading}'


def _component_tag(closes: str, lower: str, name: str, inside: str, whole: str, text: str) -> str:
    facts = attributes(inside)
    if lower in _TABS:
        return "</div>" if closes else '<div class="choices">'
    if lower in _TAB:
        label = facts.get("label") or facts.get("title") or facts.get("value") or facts.get("name") or ""
        return "</div>" if closes else f'<div class="choice"><p class="choice__title">{escape(label)}</p>'
    if lower in _BOXES | _FOLDED | _NAMED_BOXES:
        look = LOOKS.get(facts.get("type", lower).lower(), "note")
        title = facts.get("title", "")
        return "</div>" if closes else _box(look, title if lower in _FOLDED else box_title(look, title, text))
    if lower == "summary":
        return "</p>" if closes else '<p class="admonition-title">'
    if lower in ("image", "img"):
        return f'<img src="{escape(facts.get("src", ""))}" alt="{escape(facts.get("alt", ""))}">'
    if lower in ("link", "a"):
        return "</a>" if closes else f'<a href="{escape(facts.get("to") or facts.get("href", ""))}">'
    if lower in ("iframe", "video", "audio"):
        source = facts.get("src", "")
        shown = f'<a href="{escape(source)}">{escape(facts.get("title") or source)}</a>'
        return shown if source.startswith(("https://", "http://")) and not closes else ""
    if _is_element(name):
        return whole
    return "" if closes else _said(facts)


def _said(facts: dict[str, str]) -> str:
    """What a component whose looks we do not know says in its tag."""
    said = next((facts[name] for name in _SAID if facts.get(name)), "")
    if said and facts.get("href"):
        said = f'<a href="{escape(facts["href"])}">{escape(said)}</a>'
    elif said:
        said = escape(said)
    # A badge speaks within its sentence.
    return f"<p><strong>{said}</strong></p>" if said else escape(facts.get("text", ""))


def _is_element(name: str) -> bool:
    """`<TABLE>` and `<Br>` are HTML too."""
    return name.lower() in _ELEMENTS and (name.isupper() or name.capitalize() == name)


def _component(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Lines that hold nothing but tags of components; the tags may take several lines."""
    first = state.bMarks[start] + state.tShift[start]
    head = state.src[first : first + 3]
    if state.is_code_block(start) or not re.match(r"</?[A-Z]", head):
        return False
    whole = _BOX_IN_A_LINE.fullmatch(state.src[first : state.eMarks[start]])
    if whole and whole[2].lower() in _NAMED_BOXES | _BOXES:
        if not silent:
            _box_in_a_line(state, start, whole)
        return True
    for line in range(start, min(end, start + _MAX_TAG_LINES)):
        lines = state.src[first : state.eMarks[line]]
        if state.isEmpty(line):
            return False
        if _ALONE.fullmatch(lines):
            if not silent:
                token = state.push("html_block", "", 0)
                token.content, token.map = lines, [start, line + 1]
                state.line = line + 1
            return True
        if ">" in state.src[state.bMarks[line] : state.eMarks[line]] and "{" not in lines:
            return False
    return False


def _box_in_a_line(state: StateBlock, line: int, whole: re.Match[str]) -> None:
    """`<Note>Some words.</Note>`: Markdown between two tags of a box."""
    for kind, content in (("html_block", whole[1]), ("inline", whole[3].strip()), ("html_block", whole[4])):
        if kind == "inline":
            state.push("paragraph_open", "p", 1)
        token = state.push(kind, "", 0)
        token.content, token.map, token.children = content, [line, line + 1], []
        if kind == "inline":
            state.push("paragraph_close", "p", -1)
    state.line = line + 1


def _module(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`import` and `export` lines of MDX, up to the next empty line; they are for the builder of the site."""
    first = state.bMarks[start] + state.tShift[start]
    if state.level or not _MODULE.fullmatch(state.src[first : state.eMarks[start]]):
        return False
    if not silent:
        line = start + 1
        while line < end and not state.isEmpty(line):
            line += 1
        state.line = line
    return True


def _jsx_comment(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("{/*", state.pos):
        return False
    match = _JSX_COMMENT.match(state.src, state.pos)
    if match is None:
        return False
    state.pos = match.end()
    return True


def _render(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    if token.type == "html_inline" and not token.meta.get("is_html"):
        return _inline_html(token.content)
    return as_html(token.content, text=env.get("text", ""))


def _inline_html(tag: str) -> str:
    """Within a sentence a tag that is no element is what the writer wants to show, `List<String>`."""
    match = _TAG.fullmatch(tag)
    if match is None:
        return "" if tag.startswith("<!--") and tag.endswith("-->") else escape(tag)
    name = match[2]
    return as_html(tag) if name.islower() or _is_element(name) or name.lower() in _MEANT else escape(tag)
