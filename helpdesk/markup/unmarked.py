"""Markdown without its signs, for one line of a list: what a reader of the page would see of the words.

By patterns and not by the parser, which takes a millisecond for each message of a page of results. Where a
text is no tidy Markdown a sign too many stays; no word is ever lost.
"""

from __future__ import annotations

import re

# So far apart are the two signs of a pair at most: a line of nothing but stars costs no more than another.
_INSIDE = r"(?=\S)([^\n]{1,300}?)(?<=\S)"
# What keeps its signs: code, and a sign after a backslash. NUL stands for it meanwhile, and is never cut out.
_AS_IT_IS = re.compile(r"(?<!`)(`{1,3})(?!`)([^`\n]{1,300})\1(?!`)|\\([!-/:-@\[-`{-~])")
_ROW = re.compile(r"^ *\|[^\n]*\| *$", re.MULTILINE)
_LINK = re.compile(
    r"!?\[([^\[\]\n]{1,300})\]\((?:<[^<>\n\0]{0,500}>|[^\s()\0]{0,500})(?:\s+\"[^\"\n\0]{0,200}\")?\)"
)
_SIGNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^ {0,3}(?:```|~~~)[^\n\0]*\n?", re.MULTILINE), ""),
    (re.compile(r"^ {0,3}\|?(?: *:?-+:? *\|)+ *:?-* *\n?", re.MULTILINE), ""),
    (re.compile(r"^(?: {0,3}> ?)+", re.MULTILINE), ""),
    (re.compile(r"^ {0,3}#{1,6} +|^ {0,3}(?:[*_-] *){3,}$", re.MULTILINE), ""),
    (re.compile(r"^ *[-*+] +(?:\[[ xX]\] +)?", re.MULTILINE), ""),
    (_LINK, r"\1"),
    (re.compile(r"<(https?://[^<>\s]{1,500})>"), r"\1"),
    (re.compile(rf"(\*{{1,3}}){_INSIDE}\1"), r"\2"),
    (re.compile(rf"(?<!\w)(_{{1,3}}){_INSIDE}\1(?!\w)"), r"\2"),
    (re.compile(rf"~~{_INSIDE}~~"), r"\1"),
)


def unmarked(text: str) -> str:
    """The text in the order in which it was written, a line for a line. Of a link its words stay, of a
    picture its description. What stands between backticks stays as it is.
    """
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found.group(2) or found.group(3))
        return "\0"

    text = _AS_IT_IS.sub(keep, text.replace("\0", " "))
    for sign, instead in _SIGNS:
        text = sign.sub(instead, text)
    text = _ROW.sub(lambda row: row.group().replace("|", " "), text)
    pieces = text.split("\0")
    return "".join(piece + code for piece, code in zip(pieces, [*kept, ""], strict=True)).strip()
