"""Boxes and tabs between lines of colons, as the usual documentation sites write them.

    ::: warning Mind          a box; the name decides its colour, what follows is its title
    :::
    ::: code-group            each block of code is a tab, named by [Kotlin] behind its language
    :::
    ::: tabs                  tabs begin at `== Android` or `@tab Android`
    :::

Boxes may lie within each other, with as many colons or more. What is not closed ends with its surroundings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# The names that are written, and the look that they get (static/css/components/prose.css).
LOOKS = {
    **{look: look for look in ("note", "tip", "info", "warning", "danger", "important", "caution")},
    "hint": "tip", "success": "tip", "warn": "warning", "attention": "warning", "alert": "warning",
    "error": "danger", "details": "note", "question": "info", "example": "info", "abstract": "info",
    "注意": "warning", "提示": "tip", "说明": "note", "警告": "danger", "危险": "danger", "重要": "important",
}  # fmt: skip
_CHINESE_TITLES = {
    "note": "说明", "tip": "提示", "info": "信息", "warning": "注意", "danger": "危险",
    "important": "重要", "caution": "小心",
}  # fmt: skip
_TABS = {"tabs", "code-group", "code-tabs", "codegroup"}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

# `:::tip标题`: a name in Latin letters ends where Chinese begins.
_OPENS = re.compile(r"(:{3,})\s*\{?\.?([A-Za-z][A-Za-z0-9_-]*|[\w-]+)\}?(.*)")
_CLOSES = re.compile(r":{3,}\s*")
_FENCE = re.compile(r"(`{3,}|~{3,})")
_TAB = re.compile(r"(?:==|@tab(?::active)?)\s+(\S.*)")
_TITLE = re.compile(r"\{[^{}]*?\btitle=[\"']([^\"']*)[\"'][^{}]*\}")
_LABEL = re.compile(r"\[([^\]]{1,60})\]|(?:title|label)=[\"']([^\"']{1,60})[\"']")


def containers(markdown: MarkdownIt) -> None:
    """Teach `markdown` boxes and tabs."""
    alternatives = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    markdown.block.ruler.before("fence", "container", _container, alternatives)  # type: ignore[arg-type]
    markdown.block.ruler.before("fence", "tab", _tab, alternatives)  # type: ignore[arg-type]
    markdown.core.ruler.push("name_tabs", _name_tabs)
    markdown.add_render_rule("tab", _render_tab)
    markdown.add_render_rule("tabs_close", _render_tabs_close)


def box_title(look: str, written: str, text: str) -> str:
    """The title that was written, else the kind of box in the language of the text."""
    if written:
        return written
    return _CHINESE_TITLES[look] if _CHINESE.search(text[:4000]) else look.capitalize()


def _container(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    match = _OPENS.fullmatch(_line(state, start))
    if match is None:
        return False
    if silent:
        return True

    last = _end_of(state, start, end)
    name, title = match[2].lower(), _TITLE.sub(r"\1", match[3]).strip().strip("[]{}").strip()
    is_tabs = name in _TABS
    look = LOOKS.get(name, "note")
    opened = state.push("tabs_open" if is_tabs else "box_open", "div", 1)
    opened.attrSet("class", "choices" if is_tabs else f"admonition {look}")
    opened.block, opened.map = True, [start, last]
    if not is_tabs and (title or name in LOOKS):
        _title(state, box_title(look, title, state.src))

    parent, line_max = state.parentType, state.lineMax
    state.parentType, state.lineMax = "container", last
    state.md.block.tokenize(state, start + 1, last)
    state.parentType, state.lineMax = parent, line_max
    closed = state.push("tabs_close" if is_tabs else "box_close", "div", -1)
    closed.block = True
    state.line = last + (1 if last < end else 0)
    return True


def _end_of(state: StateBlock, start: int, end: int) -> int:
    """The line that closes the container opened at `start`, or `end`. Colons in code do not count."""
    depth, fence = 1, ""
    for line in range(start + 1, end):
        if state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return line
        text = _line(state, line)
        mark = _FENCE.match(text)
        if mark and (not fence or (text.startswith(fence) and not text.strip("`~ "))):
            fence = "" if fence else mark[1]
        elif not fence and _CLOSES.fullmatch(text):
            depth -= 1
            if not depth:
                return line
        elif not fence and _OPENS.fullmatch(text):
            depth += 1
    return end


def _tab(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line that begins a tab; only within `::: tabs`."""
    if state.parentType != "container" or state.is_code_block(start):
        return False
    match = _TAB.fullmatch(_line(state, start))
    if match is None:
        return False
    if not silent:
        token = state.push("tab", "", 0)
        token.content, token.block, token.map = match[1].strip(), True, [start, start + 1]
        state.line = start + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _title(state: StateBlock, text: str) -> None:
    opened = state.push("box_title_open", "p", 1)
    opened.attrSet("class", "admonition-title")
    inline = state.push("inline", "", 0)
    inline.content, inline.children, inline.map = text, [], [state.line, state.line + 1]
    state.push("box_title_close", "p", -1)


def _name_tabs(state: StateCore) -> None:
    """Put a tab before each block of code that stands by itself in tabs, and say which tab is the first."""
    tokens: list[Token] = []
    # For each open `tabs`: its level, and whether one of its tabs has begun.
    within: list[tuple[int, bool]] = []
    for token in state.tokens:
        if token.type == "tabs_open":
            tokens.append(token)
            within.append((token.level, False))
            continue
        if token.type == "tabs_close" and within:
            token.meta["has_tabs"] = within.pop()[1]
        elif within and token.level == within[-1][0] + 1:
            level, begun = within[-1]
            if token.type == "fence" and (not begun or tokens[-1].type == "fence"):
                tokens.append(Token("tab", "", 0, content=_label(token.info), meta={"is_first": not begun}))
                within[-1] = (level, True)
            elif token.type == "tab":
                token.meta["is_first"] = not begun
                within[-1] = (level, True)
        elif token.type == "tab":
            token.meta["is_stray"] = True
        tokens.append(token)
    state.tokens = tokens


def _label(info: str) -> str:
    match = _LABEL.search(info)
    return (match[1] or match[2]) if match else (info.split() or ["code"])[0]


def _render_tab(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    title = f'<p class="choice__title">{escape(token.content)}</p>\n'
    if token.meta.get("is_stray"):
        return title
    return f'{"" if token.meta["is_first"] else "</div>"}<div class="choice">{title}'


def _render_tabs_close(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return "</div></div>\n" if tokens[index].meta.get("has_tabs") else "</div>\n"
