"""Code in colours: the classes of Pygments' tokens, whose colours are in the style sheet.

A lexer is a bundle of regular expressions, and several take time by the square of what they read: five
thousand empty lines of C take two seconds. So the time is looked at between tokens, and code that is not
done in time is shown without colours.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.utils.html import escape
from pygments import format as formatted
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

MAX_CODE_CHARACTERS = 20_000
# A token ends with its line at the latest in the languages that read a long one slowly (ini, properties).
MAX_LINE_CHARACTERS = 2_000

# What developers send us. Others are shown without colours: not all of Pygments' hundreds keep their time on
# hostile input.
LANGUAGES = {
    *("bash", "c", "cmake", "cpp", "csharp", "css", "dart", "diff", "go", "groovy", "html", "http"),
    *("ini", "java", "javascript", "json", "jsx", "kotlin", "lua", "make", "nginx", "objective-c", "php"),
    *("powershell", "properties", "protobuf", "python", "ruby", "rust", "scss", "sql", "swift", "toml"),
    *("tsx", "typescript", "xml", "yaml"),
}
_ALIASES = {
    "c++": "cpp",
    "c#": "csharp",
    "cs": "csharp",
    "console": "bash",
    "golang": "go",
    "gradle": "groovy",
    "h": "c",
    "js": "javascript",
    "jsonc": "json",
    "kt": "kotlin",
    "m": "objective-c",
    "mm": "objective-c",
    "node": "javascript",
    "obj-c": "objective-c",
    "objc": "objective-c",
    "objective c": "objective-c",
    "objectivec": "objective-c",
    "oc": "objective-c",
    "plist": "xml",
    "ps1": "powershell",
    "py": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "ts": "typescript",
    "vue": "html",
    "wxml": "html",
    "yml": "yaml",
}


_FENCED = re.compile(r"(?:`{3}|~{3})[ \t]*\{?\.?([\w+#-]{1,20})")


class _TooLong(Exception):
    """The lexer is still reading when its time is up."""


def language_of(name: str) -> str:
    """The language that a writer's name for it means; unknown names stay as they are."""
    return _ALIASES.get(name.lower(), name.lower())


def prepare(text: str) -> None:
    """Load the lexers of the languages that `text` holds code in.

    The first of a process takes up to a tenth of a second, which is not the text's fault: this is for before
    its time is counted.
    """
    for name in set(_FENCED.findall(text)):
        if (language := language_of(name)) in LANGUAGES:
            _load(language)


@cache
def _load(language: str) -> None:
    # Reads its module and translates its expressions, which its class keeps.
    get_lexer_by_name(language)


def coloured(code: str, language: str, *, until: float) -> str:
    """`code` as HTML, in colours where its language is known and it is read before `until`.

    `until` is a moment of `time.thread_time()`.
    """
    if language not in LANGUAGES or len(code) > MAX_CODE_CHARACTERS:
        return escape(code)
    if max(map(len, code.splitlines()), default=0) > MAX_LINE_CHARACTERS:
        return escape(code)
    tokens = get_lexer_by_name(language, stripnl=False).get_tokens(code)
    try:
        return str(formatted(_in_time(tokens, until), HtmlFormatter(nowrap=True)))
    except _TooLong:
        return escape(code)


def _in_time(tokens: Iterable[Any], until: float) -> Iterator[Any]:
    for token in tokens:
        if time.thread_time() > until:
            raise _TooLong
        yield token
