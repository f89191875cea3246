"""Page through a sorted list by the place of a row in it, not by counting rows.

A place is the row's own values of the sort fields. A list that changes while it is read neither repeats nor
skips rows, and page 400 costs what page 1 costs: what lies beyond a place is read in stretches, each of them
one range of an index. (One condition for all of them, by "or", would be tried on every row before the place.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from django.db import models
from django.db.models import F, Q
from django.utils.dateparse import parse_datetime

Model = TypeVar("Model", bound=models.Model)
Row = TypeVar("Row")


@dataclass(frozen=True)
class Field:
    """One sort field. Nulls, where there can be any, come last in the list."""

    name: str
    read: Callable[[str], Any] = str
    descending: bool = False
    nullable: bool = False
    is_group: bool = False
    """It belongs to a related row, and rows of the list are grouped by it."""

    def ordering(self, *, backwards: bool) -> Any:
        down = self.descending != backwards
        if not self.nullable:
            return F(self.name).desc() if down else F(self.name).asc()
        nulls: dict[str, Any] = {"nulls_first": True} if backwards else {"nulls_last": True}
        return F(self.name).desc(**nulls) if down else F(self.name).asc(**nulls)

    @property
    def given(self) -> Q:
        """Rows that have a value."""
        return Q(**{f"{self.name}__isnull": False})

    def beyond(self, value: Any, *, backwards: bool) -> list[Q]:
        """The rows that come after `value` in the direction of reading: those with a value, those without."""
        if value is None:
            return [self.given] if backwards else []
        comparison = "lt" if self.descending != backwards else "gt"
        rows = [Q(**{f"{self.name}__{comparison}": value})]
        return [*rows, self.same(None)] if self.nullable and not backwards else rows

    def of(self, row: object) -> Any:
        """The row's own value; a name with `__` goes through related rows, None where there is none."""
        value: Any = row
        for part in self.name.split("__"):
            value = None if value is None else getattr(value, part)
        return value

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    newer: str
    """Place to read backwards from; empty on the first page."""
    older: str
    """Place to read on from; empty on the last page."""


def read_instant(text: str) -> datetime:
    at = parse_datetime(text)
    if at is None or at.tzinfo is None:
        raise ValueError(text)
    return at.astimezone(UTC)


def page(
    rows: models.QuerySet[Model],
    fields: Sequence[Field],
    *,
    after: str = "",
    before: str = "",
    size: int,
    read: Callable[[models.QuerySet[Model]], list[Row]],
) -> Page[Row]:
    """One page of `rows` in the order of `fields`; the last of them must be unique.

    A place that cannot be read gives the first page. `read` makes the query, with what the page needs of a
    row; `list` where that is all of it.
    """
    backwards = bool(before) and not after
    place = _read_place(fields, before if backwards else after)
    if place is None:
        backwards = False
    found: list[Row] = []
    for stretch, order in _stretches(rows, fields, place, backwards=backwards):
        in_order = stretch.order_by(*(field.ordering(backwards=backwards) for field in order))
        found += read(in_order[: size + 1 - len(found)])
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_newer = more if backwards else place is not None
    has_older = True if backwards else more
    return Page(
        rows=found,
        newer=_place_of(fields, found[0]) if found and has_newer else "",
        older=_place_of(fields, found[-1]) if found and has_older else "",
    )


def _stretches(
    rows: models.QuerySet[Model], fields: Sequence[Field], place: Sequence[Any] | None, *, backwards: bool
) -> Iterator[tuple[models.QuerySet[Model], Sequence[Field]]]:
    """The rows beyond a place, or all of them, part after part, each with the fields that order it.

    Where the list is grouped by related rows its first group comes by itself, too: no index has the names of
    related rows before the order inside a group.
    """
    if place is None:
        place = _first_group(rows, fields)
        yield rows.filter(_same(fields, place)), fields[len(place) :]
    for length in reversed(range(len(place))):
        for beyond in fields[length].beyond(place[length], backwards=backwards):
            yield rows.filter(_same(fields, place[:length]) & beyond), fields[length:]


def _first_group(rows: models.QuerySet[Model], fields: Sequence[Field]) -> Sequence[Any]:
    """The values of the group that comes first; none where the list has no groups, or only the nameless."""
    grouping = [field for field in fields if field.is_group]
    if not grouping:
        return ()
    named = rows.filter(grouping[0].given)
    order = [field.ordering(backwards=False) for field in grouping]
    return named.order_by(*order).values_list(*(field.name for field in grouping)).first() or ()


def _same(fields: Sequence[Field], place: Sequence[Any]) -> Q:
    same = Q()
    for field, value in zip(fields, place, strict=False):
        same &= field.same(value)
    return same


def _place_of(fields: Sequence[Field], row: object) -> str:
    return "~".join(_written(field.of(row)) for field in fields)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value).replace("%", "%25").replace("~", "%7E")


def _read_place(fields: Sequence[Field], text: str) -> list[Any] | None:
    parts = text.split("~")
    if not text or len(parts) != len(fields):
        return None
    try:
        return [
            None if field.nullable and not part else field.read(unquote(part))
            for field, part in zip(fields, parts, strict=True)
        ]
    except (ValueError, OverflowError):
        return None
