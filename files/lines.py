"""Lines of a text that is too large to be held: where each of them begins, and the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

EVERY = 1000
PIECE_BYTES = 1024 * 1024
# What is shown of a line; the rest of it is in the download.
SHOWN_BYTES = 2000


@dataclass(frozen=True)
class Line:
    number: int
    text: str
    is_cut: bool = False


def mark(path: Path) -> dict[str, Any]:
    """How many lines there are, and the offset of every thousandth: `{"count": 174000, "offsets": [0,
    ...]}`."""
    with path.open("rb") as file:
        return marks_of(file)


def marks_of(file: IO[bytes]) -> dict[str, Any]:
    offsets = [0]
    count = at = 0
    last = b"\n"
    while piece := file.read(PIECE_BYTES):
        breaks = piece.count(b"\n")
        while count + breaks >= len(offsets) * EVERY:
            position = -1
            for _step in range(len(offsets) * EVERY - count):
                position = piece.find(b"\n", position + 1)
            offsets.append(at + position + 1)
        count += breaks
        at += len(piece)
        last = piece[-1:]
    if last != b"\n":
        count += 1
    return {"count": count, "offsets": offsets}


def lines_of(file: IO[bytes], marks: dict[str, Any], first: int, count: int) -> list[Line]:
    """`count` lines from number `first` on, counted from 1. Reads at most a thousand lines more than it
    gives."""
    first = max(1, first)
    offsets = marks["offsets"]
    known = min((first - 1) // EVERY, len(offsets) - 1)
    file.seek(offsets[known])
    number = known * EVERY + 1
    lines: list[Line] = []
    while len(lines) < count and (raw := file.readline(SHOWN_BYTES)):
        is_cut = not raw.endswith(b"\n") and _skip_rest(file)
        if number >= first:
            lines.append(Line(number, shown(raw), is_cut))
        number += 1
    return lines


def shown(raw: bytes) -> str:
    """Bytes of a line as text: without what would not be seen."""
    text = raw.rstrip(b"\r\n").decode("utf-8", errors="replace")
    return "".join(char if char.isprintable() or char == "\t" else "·" for char in text)


def _skip_rest(file: IO[bytes]) -> bool:
    """Read on to the end of a long line. Whether there was more of it."""
    skipped = False
    while rest := file.readline(PIECE_BYTES):
        skipped = skipped or bool(rest.strip(b"\r\n"))
        if rest.endswith(b"\n"):
            break
    return skipped
