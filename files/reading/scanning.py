"""Go once through a log with all patterns."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import re2
from django.utils import timezone

from files.reading.compiling import all_at_once, compiled
from files.reading.findings import Finding, Findings
from files.reading.times import first_moment
from helpdesk.errors import InvalidInput

PIECE_BYTES = 512 * 1024
# Of a larger log the beginning and the end are read: there stand who runs what, and what went wrong.
READ_WHOLE_BYTES = 32 * 1024 * 1024
SAMPLE_BYTES = 12 * 1024 * 1024
# Enough different values of a fact that says who and where; error codes are all counted.
ENOUGH_VALUES = 3
MOST_CODES = 20
MOST_MATCHES = 20_000
LONGEST_VALUE = 80
SHOWN_CHARACTERS = 200


@dataclass
class _Pattern:
    """One row of the settings, ready to search."""

    fact: str
    source: str
    automaton: re2._Regexp
    value: str
    product: str
    values: dict[str, Finding] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def is_done(self) -> bool:
        if self.fact == "error_code":
            return self.counts.total() >= MOST_MATCHES
        # A fixed value ("android") is the same wherever it stands.
        return len(self.values) >= (1 if self.value and "\\" not in self.value else ENOUGH_VALUES)

    def search(self, piece: bytes, first_line: int) -> None:
        position = 0
        while not self.is_done and (found := self.automaton.search(piece, position)):
            position = found.end()
            value = self._value(found)
            if not value:
                continue
            self.counts[value] += 1
            if value not in self.values and len(self.values) < MOST_CODES * 5:
                line = first_line + piece.count(b"\n", 0, found.start())
                self.values[value] = Finding(value, line, _line_around(piece, found.start()))

    def _value(self, found: re2._Match) -> str:
        groups = [(group or b"").decode("utf-8", errors="replace") for group in found.groups()]
        if self.value:
            text = self.value
            for number, group in enumerate(groups, start=1):
                text = text.replace(f"\\{number}", group)
        else:
            text = next((group for group in groups if group), found.group().decode("utf-8", errors="replace"))
        return " ".join("".join(char for char in text if char.isprintable()).split())[:LONGEST_VALUE]


def read(path: Path) -> dict[str, Any]:
    """What a stored text tells, as JSON (files.reading.findings.Findings)."""
    with path.open("rb") as file:
        return scan(file, path.stat().st_size, _patterns()).as_json()


def read_text(text: str, patterns: Sequence[Any] | None = None) -> Findings:
    """What a text tells: for trying patterns (rows of LogPattern) before they are saved."""
    data = text.encode(errors="replace")
    return scan(io.BytesIO(data), len(data), _patterns(patterns))


def scan(file: IO[bytes], size: int, patterns: list[_Pattern]) -> Findings:
    first_lines: list[tuple[int, str]] = []
    last_lines: list[tuple[int, str]] = []
    which = all_at_once(tuple(pattern.source for pattern in patterns))
    for number, piece in _pieces(file, size):
        if not first_lines:
            first_lines = _edge(piece, number, from_end=False)
        last_lines = _edge(piece, number, from_end=True) or last_lines
        # One pass tells which patterns have anything in this piece; only those look where.
        for index in which.Match(piece) or ():
            patterns[index].search(piece, number)
    now = timezone.now()
    return Findings(
        facts=_gathered(patterns),
        first=first_moment(first_lines, now),
        last=first_moment(last_lines, now),
        is_sampled=size > READ_WHOLE_BYTES,
    )


def _pieces(file: IO[bytes], size: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines of a few megabytes, with the number of the first; of a large file the middle is left
    out."""
    line, rest, at = 1, b"", 0
    is_sampled = size > READ_WHOLE_BYTES
    while piece := file.read(PIECE_BYTES):
        at += len(piece)
        if is_sampled and SAMPLE_BYTES < at - len(piece) < size - SAMPLE_BYTES - PIECE_BYTES:
            line += rest.count(b"\n") + piece.count(b"\n")
            rest = b""
            continue
        rest += piece
        cut = rest.rfind(b"\n") + 1 or len(rest)
        yield line, rest[:cut]
        line += rest.count(b"\n", 0, cut)
        rest = rest[cut:]
    if rest:
        yield line, rest


def _edge(piece: bytes, number: int, *, from_end: bool) -> list[tuple[int, str]]:
    """The first lines of a piece, or its last ones backwards, with their numbers."""
    if not from_end:
        lines = piece[:200_000].split(b"\n")[:400]
        return [(number + index, _decoded(line)) for index, line in enumerate(lines)]
    lines = piece[-200_000:].split(b"\n")[-400:]
    last = number + piece.count(b"\n")
    return [(last - index, _decoded(line)) for index, line in enumerate(reversed(lines))]


def _gathered(patterns: list[_Pattern]) -> dict[str, list[Finding]]:
    """Values by fact: of the first pattern that found any, then of the others; codes by how often they
    stand there."""
    facts: dict[str, dict[str, Finding]] = {}
    counts: dict[str, Counter[str]] = {}
    for pattern in patterns:
        if not pattern.values:
            continue
        for value, finding in pattern.values.items():
            known = facts.setdefault(pattern.fact, {}).get(value)
            if known is None or finding.line < known.line:
                facts[pattern.fact][value] = finding
        # Two patterns may find the same code in the same place.
        counts[pattern.fact] = counts.get(pattern.fact, Counter()) | pattern.counts
        if pattern.product and pattern.product not in facts.setdefault("product", {}):
            finding = next(iter(pattern.values.values()))
            facts["product"][pattern.product] = Finding(pattern.product, finding.line, finding.text)
    gathered: dict[str, list[Finding]] = {}
    for fact, found in facts.items():
        listed = [
            Finding(one.value, one.line, one.text, max(1, counts.get(fact, Counter())[one.value]))
            for one in found.values()
        ]
        if fact == "error_code":
            listed = sorted(listed, key=lambda one: (-one.count, one.line))[:MOST_CODES]
        gathered[fact] = listed[: MOST_CODES if fact == "error_code" else ENOUGH_VALUES]
    return gathered


def _patterns(rows: Sequence[Any] | None = None) -> list[_Pattern]:
    from files.models import LogPattern

    if rows is None:
        rows = list(LogPattern.objects.active().select_related("product"))
    ready = []
    for row in rows:
        try:
            automaton = compiled(row.pattern)
        except InvalidInput:
            continue  # saved before a limit was tightened; the settings page shows it
        ready.append(
            _Pattern(row.fact, row.pattern, automaton, row.value, row.product.code if row.product else "")
        )
    return ready


def _line_around(piece: bytes, position: int) -> str:
    start = max(piece.rfind(b"\n", 0, position) + 1, position - SHOWN_CHARACTERS)
    end = piece.find(b"\n", position)
    return _decoded(piece[start : min(end if end >= 0 else len(piece), start + SHOWN_CHARACTERS)])


def _decoded(line: bytes) -> str:
    return "".join(
        char for char in line.decode("utf-8", errors="replace") if char.isprintable() or char == "\t"
    ).strip()
