"""What changed between two revisions of an article, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.exceptions import FieldDoesNotExist

from accounts.models import User
from kb.models import Article, Category, Revision
from products.models import Platform, Product

MAX_LINES = 2_000
# Comparing takes time by the square of the lines: five thousand in another order take more than a second.
MAX_COMPARED_LINES = 3_000
AROUND = 3
_CHOICES = {"kind": Article.Kind.choices, "audience": Article.Audience.choices}


@dataclass(frozen=True)
class Line:
    """`kind` is "same", "added", "removed" or "gap" (lines left out)."""

    kind: str
    text: str


def lines(before: str, after: str) -> list[Line]:
    """The changed lines with a few around them; at most MAX_LINES.

    Where more than MAX_COMPARED_LINES lie between the first change and the last, all of them are changed.
    """
    old, new = before.splitlines(), after.splitlines()
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    if max(len(old), len(new)) - head - tail > MAX_COMPARED_LINES:
        return _rewritten(old, new, head, tail)
    first, last = max(head - AROUND, 0), max(tail - AROUND, 0)
    kinds = {"+": "added", "-": "removed", " ": "same", "@": "gap"}
    found = difflib.unified_diff(
        old[first : len(old) - last], new[first : len(new) - last], lineterm="", n=AROUND
    )
    # The first two lines name the files; before the first line of the text nothing is left out.
    rows = [Line(kinds[one[0]], one[1:]) for one in islice(found, 2, MAX_LINES + 2)]
    starts_at_once = not first and rows and rows[0].text.startswith(("@ -0,0 ", "@ -1 ", "@ -1,"))
    return rows[1:] if starts_at_once else rows


def _shared(old: list[str], new: list[str]) -> int:
    """With how many equal lines both begin."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(old), len(new)))


def _rewritten(old: list[str], new: list[str], head: int, tail: int) -> list[Line]:
    """Everything between what both begin and end with, taken out and put in."""
    around = [Line("same", one) for one in old[max(head - AROUND, 0) : head]]
    if head > AROUND:
        around.insert(0, Line("gap", ""))
    removed = [Line("removed", one) for one in old[head : len(old) - tail][: MAX_LINES // 2]]
    added = [Line("added", one) for one in new[head : len(new) - tail][: MAX_LINES // 2]]
    return [*around, *removed, *added]


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
    """A fact as the editor shows it, in the reader's language; what is no longer there keeps its code."""
    if value in (None, "", []):
        return ""
    if name == "owner":
        return str(User.objects.filter(pk=value).first() or value)
    if name == "category":
        return str(Category.objects.filter(slug=value).first() or value)
    if name == "products":
        return ", ".join(_named(value, {one.code: str(one) for one in Product.objects.all()}))
    if name == "platforms":
        return ", ".join(_named(value, dict(Platform.choices)))
    if name in _CHOICES:
        return ", ".join(_named([value], dict(_CHOICES[name])))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    return str(value)


def _named(codes: object, names: Mapping[Any, Any]) -> list[str]:
    return [str(names.get(code, code)) for code in codes] if isinstance(codes, list) else [str(codes)]
