"""What changed between two revisions of an article, line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import FieldDoesNotExist

from accounts.models import User
from kb.models import Article, Revision

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
    # The first two lines name the files; before the first line of the text nothing is left out.
    rows = [Line(kinds[one[0]], one[1:]) for one in islice(found, 2, MAX_LINES + 2)]
    return rows[1:] if rows and rows[0].text.startswith(("@ -0,0 ", "@ -1 ", "@ -1,")) else rows


def facts(before: Revision | None, after: Revision) -> list[tuple[str, str, str]]:
    """Each fact that changed: its name, what it was, what it is."""
    old = {"title": before.title, "summary": before.summary, **before.facts} if before else {}
    new = {"title": after.title, "summary": after.summary, **after.facts}
    names = dict.fromkeys([*new, *old])
    changed = [name for name in names if (old.get(name) or "") != (new.get(name) or "")]
    return [(_label(name), _said(name, old.get(name)), _said(name, new.get(name))) for name in changed]


def _label(name: str) -> str:
    """As the editor calls it; front matter that means nothing to us keeps its own name."""
    try:
        return str(Article._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _said(name: str, value: object) -> str:
    if name == "owner" and value:
        return str(User.objects.filter(pk=value).first() or value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    return "" if value is None else str(value)
