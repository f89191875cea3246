"""Addresses in a document: all are asked for together, and those that lead nowhere are shown as such."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from django.utils.html import escape
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# For each address that was asked about: where it leads, or None for nowhere. Others stay as they are.
Resolve = Callable[[Iterable[str]], Mapping[str, str | None]]

_IN_HTML = re.compile(
    r"(<(a|img)\b[^<>]{0,500}?\b(?:href|src)\s*=\s*)(?:\"([^\"<>]*)\"|'([^'<>]*)')", re.IGNORECASE
)
_IMG = re.compile(r"<img\b[^<>]{0,4000}>", re.IGNORECASE)
_MISSING = "data-missing"


def resolve_addresses(state: StateCore) -> None:
    """Replace addresses by what `env["resolve"]` says of them; a picture that is nowhere becomes its name."""
    resolve: Resolve | None = state.env.get("resolve")
    named = [*_tokens(state, "link_open", "image"), *_tokens(state, "html_inline", "html_block")]
    asked = [address for token in named for address in _addresses(token)]
    state.env["addresses"] = asked
    leads = resolve(asked) if resolve and asked else {}
    for token in named:
        if token.type.startswith("html"):
            resolved = _in_html(token.content, leads)
            token.meta["is_html"] = resolved != token.content
            token.content = resolved
            continue
        attribute = "src" if token.type == "image" else "href"
        address = str(token.attrGet(attribute) or "")
        to = leads.get(address, address)
        if to is not None:
            token.attrSet(attribute, to)
        elif token.type == "image":
            token.type, token.tag = "picture_missing", ""
        else:
            token.attrs.pop("href", None)


def is_remote(address: str) -> bool:
    """A remote picture would be loaded from wherever its writer says, each time it is read."""
    return ":" in address or address.startswith("//")


def missing_picture(address: str, name: str) -> str:
    """What stands where a picture should be."""
    shown = PurePosixPath(unquote(address).split("?")[0]).name or address
    return f'<span class="picture-missing">{escape(name or shown)} ({escape(shown)})</span>'


def remote_picture(address: str, name: str) -> str:
    """A picture on another server: what it is called and where it lies. It is a link and loads nothing."""
    host, _slash, path = address.partition("//")[2].partition("/")
    called = PurePosixPath(unquote(name or path).split("?")[0]).name
    if not host:
        # The picture itself, written into its address.
        return missing_picture(address.partition(",")[0], name)
    shown = f"{called} ({host})" if called else host
    return f'<span class="picture-missing"><a href="{escape(address)}">{escape(shown)}</a></span>'


def _tokens(state: StateCore, *kinds: str) -> list[Token]:
    every = [one for token in state.tokens for one in (token, *(token.children or ()))]
    return [token for token in every if token.type in kinds]


def _addresses(token: Token) -> list[str]:
    if token.type.startswith("html"):
        return [match[3] or match[4] or "" for match in _IN_HTML.finditer(token.content)]
    return [str(token.attrGet("src" if token.type == "image" else "href") or "")]


def _in_html(html: str, leads: Mapping[str, str | None]) -> str:
    def put(match: re.Match[str]) -> str:
        address = match[3] or match[4] or ""
        to = leads.get(address, address)
        if to is None and match[2].lower() == "a":
            return match[1].rsplit("href", 1)[0]
        return f'{match[1]}"{escape(address)}" {_MISSING}' if to is None else f'{match[1]}"{escape(to)}"'

    def show(match: re.Match[str]) -> str:
        found = _IN_HTML.search(match.group())
        address = (found[3] or found[4] or "") if found else ""
        name = re.search(r"\balt\s*=\s*[\"']([^\"'<>]*)", match.group())
        if _MISSING in match.group():
            return missing_picture(address, name[1] if name else "")
        if is_remote(address):
            return remote_picture(html_module.unescape(address), name[1] if name else "")
        return match.group()

    return _IMG.sub(show, _IN_HTML.sub(put, html))
