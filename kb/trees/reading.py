"""One file of a tree: its letters, its front matter, its title. Nothing here touches the database.

Whatever is odd is noted for the report; `Unreadable` is raised only where there is no text to show.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import yaml
from django.utils.dateparse import parse_date, parse_datetime
from frontmatter.default_handlers import YAMLHandler

from kb.trees.naming import name_of

MAX_BYTES = 2_000_000
UNKNOWN_LETTERS = "not a text, or in letters other than UTF-8, UTF-16 with its mark, and GB 18030"
MAX_FRONT_MATTER = 50_000
MAX_BRACKETS = 500
MAX_TITLE, MAX_SUMMARY = 200, 500
_SUMMARY_CHARACTERS = 280
# Bytes that UTF-8 cannot read, as a share of the text, up to which it still is UTF-8 with a few mistakes.
_FEW = 1 / 500

Facts = dict[str, Any]

# As scripts and people write a date, without what stands in brackets behind it.
_DATES = (
    *("%a %b %d %Y %H:%M:%S GMT%z", "%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S %z"),
    *("%Y年%m月%d日", "%Y年%m月%d日 %H:%M", "%Y.%m.%d", "%Y%m%d"),
    *("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%a %b %d %Y"),
)
_SECONDS = re.compile(r"1\d{9}(?:\d{3})?")

_LINE = re.compile(r"^([A-Za-z_][\w-]{0,40})\s*:\s*(.*?)\s*$")
# Within front matter: an empty line and a heading of the text, which YAML takes for a comment.
_TEXT_WITHIN = re.compile(r"^[ \t]*\n#{1,6} \S", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_NO_PROSE = re.compile(r"^\s*(#|\||<|>|:::|!!!|!\[|\[\^|import\s|export\s|[-*_=]{3,}\s*$|@tab|==\s|\{\{|\{%)")
_MARKS = [
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]{0,500}>|<!--.*?-->|\{#[\w-]+\}"), ""),
    (re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+"), ""),
    (re.compile(r"(\*\*|__|~~|`)"), ""),
    (re.compile(r"(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)"), ""),
]
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Possessive: a line of nothing but backticks is tried once, not at each of its lengths.
_CODE = re.compile(r"^(`{3,}+|~{3,}+).*?^\1", re.MULTILINE | re.DOTALL)


class Unreadable(Exception):
    """A file that is not a text to show; says why, in English, for the person who runs the command."""


class _Loader(yaml.BaseLoader):
    """Every value as it is written: version 4.10 is not 4.1, and a date that does not exist is no error.

    Aliases are refused: nine lines of them can stand for a billion words.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not read", None)
        return super().compose_node(parent, index)


@dataclass
class Text:
    """What a file says: `facts` by the names of its front matter, in small letters without hyphens."""

    title: str
    summary: str
    body: str
    facts: Facts
    is_chinese: bool
    notes: list[str] = field(default_factory=list)


def read(raw: bytes, path: str) -> Text:
    """The text of a file. Raises Unreadable for what is empty, no text, or larger than 2 MB."""
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"larger than {MAX_BYTES // 1_000_000} MB")
    notes: list[str] = []
    text = decoded(raw, notes)
    facts, body = split(text, notes)
    body = body.strip("\n").rstrip()
    if not body.strip():
        raise Unreadable("empty" if not facts else "front matter without a text")
    title = one_line(facts.get("title")) or first_heading(body)
    if not title:
        title = name_of(path)
        notes.append("no title and no heading: named after the file")
    if len(title) > MAX_TITLE:
        notes.append(f"the title is cut after {MAX_TITLE} characters")
    summary = next(
        (one_line(facts[name]) for name in ("summary", "description", "desc") if facts.get(name)), ""
    )
    return Text(
        title=title[:MAX_TITLE].strip(),
        summary=(summary or first_words(body))[:MAX_SUMMARY].strip(),
        body=body,
        facts=facts,
        is_chinese=is_chinese(f"{title}\n{body}"),
        notes=notes,
    )


def decoded(raw: bytes, notes: list[str]) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            return _plain(raw.decode(encoding, "replace"))
    if b"\0" in raw:
        raise Unreadable("not a text: it holds NUL bytes")
    try:
        return _plain(raw.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    lenient = raw.decode("utf-8", "replace")
    wrong = lenient.count("\ufffd")
    if wrong <= max(1, len(lenient) * _FEW):
        notes.append(f"{wrong} characters are not UTF-8 and cannot be read")
        return _plain(lenient)
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        raise Unreadable(UNKNOWN_LETTERS) from None
    if sum(not (one.isprintable() or one.isspace()) for one in text) > len(text) / 100:
        raise Unreadable(UNKNOWN_LETTERS)
    notes.append("read as GB 18030, not UTF-8")
    return _plain(text)


def split(text: str, notes: list[str]) -> tuple[Facts, str]:
    """Front matter and text. What is broken is read line by line as far as it goes, and noted."""
    text = text.lstrip("\n")
    if not re.match(r"---[ \t]*\n", text):
        notes.append("no front matter")
        return {}, text
    handler = YAMLHandler()
    try:
        front, body = handler.split(text)
    except ValueError:
        return _never_closed(text, notes)
    if _TEXT_WITHIN.search(front.strip("\n")):
        return _never_closed(text, notes)
    if len(front) > MAX_FRONT_MATTER or front.count("[") + front.count("{") > MAX_BRACKETS:
        notes.append("front matter is too long to be one")
        return {}, text
    try:
        loaded = handler.load(front.replace("\t", "  "), Loader=_Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if re.search(r"\n[ \t]*\n", front.strip("\n")):
            # The line that closes it is a rule, screens below.
            return _never_closed(text, notes)
        saved = {match[1]: _unquoted(match[2]) for line in front.split("\n") if (match := _LINE.match(line))}
        if not saved:
            notes.append("what stands between the first two lines of hyphens is no front matter")
            return {}, text
        notes.append(f"broken front matter, read line by line: {' '.join(str(error).split())[:160]}")
        return _named(saved), body
    if loaded in (None, ""):
        notes.append("empty front matter")
        return {}, body
    if not isinstance(loaded, dict):
        notes.append("what stands between the first two lines of hyphens is no front matter")
        return {}, text
    if "\t" in front:
        notes.append("tabs in the front matter are taken for spaces")
    return _named(loaded), body


def _never_closed(text: str, notes: list[str]) -> tuple[Facts, str]:
    """The lines of facts that it begins with; all that follows is the text."""
    notes.append("front matter that is never closed")
    lines = text.split("\n")
    end = next((n for n, line in enumerate(lines[1:], start=1) if not _LINE.match(line)), len(lines))
    saved = {match[1]: _unquoted(match[2]) for line in lines[1:end] if (match := _LINE.match(line))}
    return (_named(saved), "\n".join(lines[end:])) if saved else ({}, text)


def texts(value: Any) -> list[str]:
    """A list, or a text with commas, as a list of texts."""
    if isinstance(value, str):
        value = re.split(r"[,，、;；|]", value)
    if isinstance(value, dict):
        value = list(value)
    if not isinstance(value, list):
        return []
    return list(dict.fromkeys(one_line(one) for one in value if isinstance(one, str) and one_line(one)))


def one_line(value: Any) -> str:
    return " ".join(value.replace("\0", "").split()) if isinstance(value, str) else ""


def moment(value: Any) -> datetime | None:
    """2024-05-01, 2024/5/1, a full date with time, as JavaScript writes it (`Mon Sep 21 2020 10:18:02
    GMT+0800 (CST)`), in words, or as seconds or milliseconds since 1970; None for what is no date."""
    written = one_line(value)
    if _SECONDS.fullmatch(written):
        return datetime.fromtimestamp(int(written[:10]), tz=UTC)
    text = written.replace("/", "-")
    text = re.sub(r"(?<=-)(\d)(?=-|\b)", r"0\1", text)
    try:
        found = parse_datetime(text) or parse_date(text[:10]) or _in_words(written)
    except ValueError:
        return None
    if isinstance(found, datetime):
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime(found.year, found.month, found.day, tzinfo=UTC) if found else None


def _in_words(written: str) -> datetime | None:
    bare = written.partition("(")[0].strip()
    for form in _DATES:
        try:
            found = datetime.strptime(bare, form)  # noqa: DTZ007 (those without a zone are UTC)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def day(value: Any) -> date | None:
    found = moment(value)
    return found.date() if found else None


def first_heading(body: str) -> str:
    fence, before = "", ""
    for line in body.split("\n")[:400]:
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
            before = ""
            continue
        if fence:
            continue
        if match := _HEADING.match(line):
            return without_marks(match[1])
        if _UNDERLINE.match(line) and before.strip() and not _NO_PROSE.match(before):
            return without_marks(before)
        before = line
    return ""


def first_words(body: str) -> str:
    """The first paragraph that is prose, without marks; "" where there is none."""
    fence, found = "", list[str]()
    for line in body.split("\n")[:400]:
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
            continue
        if found and _UNDERLINE.match(line):
            # What was above is a heading.
            found = []
            continue
        if fence or _NO_PROSE.match(line) or _UNDERLINE.match(line):
            continue
        words = without_marks(line)
        if words:
            found.append(words)
        elif found:
            break
    text = " ".join(found)
    return text if len(text) <= _SUMMARY_CHARACTERS else text[:_SUMMARY_CHARACTERS].rstrip() + "…"


def without_marks(line: str) -> str:
    line = line[:2_000]
    for pattern, instead in _MARKS:
        line = pattern.sub(instead, line)
    return " ".join(line.split())


def is_chinese(text: str) -> bool:
    """Whether the prose is Chinese; code, which is English everywhere, does not count."""
    prose = _CODE.sub("", text[:20_000])
    han = len(_HAN.findall(prose))
    return han > 4 and han > len(_LATIN_WORD.findall(prose)) / 2


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _named(loaded: dict[Any, Any]) -> Facts:
    return {str(name): value for name, value in loaded.items()}


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
