"""A log as one looks at it: a page of its lines, the way to the next error, what a search finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import re2

from files.lines import EVERY, Line, lines_of, shown

LINES_OF_A_PAGE = 500
MOST_FOUND = 200
PIECE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Shown:
    """A line with what it says of itself: "error", "warning" or nothing, and its parts for the eye."""

    line: Line
    level: str
    parts: list[tuple[str, bool]]  # text, whether it is what was searched for


@dataclass(frozen=True)
class Window:
    lines: list[Shown]
    first: int
    count: int

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def earlier(self) -> int | None:
        return max(1, self.first - LINES_OF_A_PAGE) if self.first > 1 else None

    @property
    def later(self) -> int | None:
        return self.last + 1 if self.last < self.count else None


def _automaton(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern.encode("latin-1"), options)


# How logs say how bad it is: a letter of logcat, a word, a browser's exception.
_ERROR = _automaton(
    r"(?m)^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s+\d+\s+\d+ [EFA] |^(?:.{0,40} )?[EF]/[\w.$-]{1,60}\s*\("
    r"|^[^ ]{4,30}(?: [\d:.,]{8,15})? \[?[EF]\]?[ :\]]"
    r"|\b(?:ERROR|FATAL|CRITICAL|SEVERE|PANIC)\b|<(?:Error|Fault)>"
    r"|\b(?i:error|fatal|exception|crash(?:ed)?|uncaught|segfault|sigsegv|sigabrt|anr in|failed)\b"
)
_WARNING = _automaton(
    r"(?m)^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s+\d+\s+\d+ W |^(?:.{0,40} )?W/[\w.$-]{1,60}\s*\("
    r"|^[^ ]{4,30}(?: [\d:.,]{8,15})? \[?W\]?[ :\]]|\bWARN(?:ING)?\b|\b(?i:warn(?:ing)?)\b"
)


def window(file: IO[bytes], marks: dict[str, Any], *, first: int, searched: str = "") -> Window:
    """LINES_OF_A_PAGE lines from number `first` on."""
    count = marks["count"]
    first = max(1, min(first, count))
    lines = lines_of(file, marks, first, LINES_OF_A_PAGE)
    return Window([_shown(line, searched) for line in lines], first, count)


def search(file: IO[bytes], text: str) -> tuple[list[Shown], bool]:
    """The first lines that hold `text`, whatever its case, and whether there are more."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.literal = True
    return _found(file, re2.compile(text.encode(), options), text)


def problems(file: IO[bytes], kind: str) -> tuple[list[Shown], bool]:
    """The first lines that tell of errors ("errors") or warnings ("warnings"), and whether there are more."""
    return _found(file, _WARNING if kind == "warnings" else _ERROR, "")


def next_problem(file: IO[bytes], marks: dict[str, Any], after: int) -> int | None:
    """The number of the next line that tells of an error."""
    offset = marks["offsets"][min(after // EVERY, len(marks["offsets"]) - 1)]
    number = min(after // EVERY, len(marks["offsets"]) - 1) * EVERY + 1
    file.seek(offset)
    for line, piece in _pieces(file, number):
        position = 0
        while found := _ERROR.search(piece, position):
            at = line + piece.count(b"\n", 0, found.start())
            if at > after:
                return at
            position = piece.find(b"\n", found.start()) + 1 or len(piece)
    return None


def _found(file: IO[bytes], automaton: re2._Regexp, searched: str) -> tuple[list[Shown], bool]:
    lines: list[Shown] = []
    for first, piece in _pieces(file, 1):
        position, counted, number = 0, 0, first
        while found := automaton.search(piece, position):
            start = piece.rfind(b"\n", 0, found.start()) + 1
            end = piece.find(b"\n", found.start())
            end = end if end >= 0 else len(piece)
            if len(lines) == MOST_FOUND:
                return lines, True
            number += piece.count(b"\n", counted, start)
            counted = start
            # Of a long line the part around what was found.
            start = max(start, found.start() - 200)
            lines.append(_shown(Line(number, shown(piece[start : min(end, start + 2000)])), searched))
            position = end + 1
    return lines, False


def _pieces(file: IO[bytes], number: int) -> Iterator[tuple[int, bytes]]:
    rest = b""
    while piece := file.read(PIECE_BYTES):
        rest += piece
        cut = rest.rfind(b"\n") + 1 or len(rest)
        yield number, rest[:cut]
        number += rest.count(b"\n", 0, cut)
        rest = rest[cut:]
    if rest:
        yield number, rest


def _shown(line: Line, searched: str) -> Shown:
    raw = line.text.encode()
    level = "error" if _ERROR.search(raw) else "warning" if _WARNING.search(raw) else ""
    return Shown(line, level, _parts(line.text, searched))


def _parts(text: str, searched: str) -> list[tuple[str, bool]]:
    """The text cut where what was searched for begins and ends."""
    wanted, low = searched.lower(), text.lower()
    if not wanted or wanted not in low or len(low) != len(text):
        return [(text, False)]
    parts: list[tuple[str, bool]] = []
    position = 0
    while (at := low.find(wanted, position)) >= 0:
        parts += [(text[position:at], False), (text[at : at + len(wanted)], True)]
        position = at + len(wanted)
    return [*parts, (text[position:], False)]
