"""Open a CSV file, plain or gzipped, as rows with their line numbers."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from importing.records import BadRow

Row = dict[str, str]
Complain = Callable[[BadRow], None]


class UnusableFile(Exception):
    """The file as a whole cannot be imported; `str()` says why."""


def rows(path: Path, required: set[str], complain: Complain) -> Iterator[tuple[int, Row]]:
    """Every row with its line number; a row with too few or too many cells is complained of and left out.

    UTF-8 with or without BOM. Raises UnusableFile for a file that cannot be read or lacks a column.
    """
    try:
        with _opened(path) as file:
            reader = csv.DictReader(file, restkey="", strict=True)
            missing = required - set(reader.fieldnames or ())
            if missing:
                raise UnusableFile(f"{path.name} lacks the column(s) {', '.join(sorted(missing))}")
            for row in reader:
                if "" in row or None in row.values():
                    complain(BadRow(reader.line_num, "has another number of cells than the header"))
                else:
                    yield reader.line_num, row
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise UnusableFile(f"{path.name} cannot be read: {error}") from error


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
