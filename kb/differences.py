"""What changed between two revisions of an article, line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import islice

from kb.models import Revision

MAX_LINES = 2_000
AROUND = 3


@dataclass(frozen=True)
class Line:
    """`kind` is "same", "added", "removed" or "gap" (lines left out)."""

    kind: str
    text: str


def lines(before: str, after: str) -> list[Line]:
    """The changed lines with a few around them; at most MAX_LINES."""
    kinds = {"+": "added", "-": "removed", " ": "same", "@": "gap"}
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=AROUND)
    # The first two lines name the files.
    return [Line(kinds[one[0]], one[1:]) for one in islice(found, 2, MAX_LINES + 2)]


def facts(before: Revision | None, after: Revision) -> list[tuple[str, str, str]]:
    """Each fact that changed: its name, what it was, what it is."""
    old = {"title": before.title, "summary": before.summary, **before.facts} if before else {}
    new = {"title": after.title, "summary": after.summary, **after.facts}
    names = dict.fromkeys([*new, *old])
    changed = [name for name in names if (old.get(name) or "") != (new.get(name) or "")]
    return [(name, _said(old.get(name)), _said(new.get(name))) for name in changed]


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    return "" if value is None else str(value)
