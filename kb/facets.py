"""What search results can be narrowed to, with how many would be left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import itemgetter
from typing import Any

from kb.models import Article, Category
from products import versions
from products.models import Platform, Product, SdkVersion

Row = Mapping[str, Any]

# What of a row each filter compares.
NAMED: dict[str, Callable[[Row], Hashable]] = {
    "product": lambda row: tuple(row["product_ids"]),
    "platform": lambda row: tuple(row["platforms"]),
    "version": lambda row: (row["sdk_from"], row["sdk_to"]),
    "kind": itemgetter("kind"),
    "category": itemgetter("category"),
}

# Of the versions that were released so many are offered, the newest.
VERSIONS_OFFERED = 12


@dataclass(frozen=True)
class Filters:
    """What stands in the address. What is empty, or names nothing that there is, narrows nothing."""

    product: str = ""
    platform: str = ""
    version: str = ""
    kind: str = ""
    category: str = ""

    @classmethod
    def names(cls) -> list[str]:
        return [field.name for field in fields(cls)]

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.names())


@dataclass(frozen=True)
class Choice:
    value: str
    name: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    choices: list[Choice]

    @property
    def chosen(self) -> Choice | None:
        return next((one for one in self.choices if one.is_chosen), None)


class Facets:
    """The choices there are, looked up once for a page."""

    def __init__(self, filters: Filters) -> None:
        self.filters = filters
        self._products = list(Product.objects.all())
        self._shelves = list(Category.objects.all())
        self._versions = _released()
        if filters.version and versions.parse(filters.version) and filters.version not in self._versions:
            self._versions.insert(0, filters.version)
        codes = {product.code: product.pk for product in self._products}
        slugs = {shelf.slug: shelf.pk for shelf in self._shelves}
        self._tests: dict[str, Callable[[Any, str], bool]] = {
            # What names no product or platform is for all of them.
            "product": lambda named, value: not named or codes.get(value) in named,
            "platform": lambda named, value: not named or value in named,
            "version": lambda named, value: _within(value, *named),
            "kind": lambda named, value: bool(named == value),
            "category": lambda named, value: bool(named == slugs.get(value)),
        }

    def narrowed(self, rows: Sequence[Row], *, but: str = "") -> Sequence[Row]:
        """The rows that fit every filter, but for one whose own choices are counted."""
        for name in Filters.names():
            if name != but and (value := getattr(self.filters, name)):
                named, fits = NAMED[name], self._tests[name]
                rows = [row for row in rows if fits(named(row), value)]
        return rows

    def counted(self, rows: Sequence[Row]) -> list[Facet]:
        """Each filter with the choices that leave something, and the one chosen, whatever it leaves."""
        offered: dict[str, list[tuple[str, str]]] = {
            "product": [(product.code, str(product)) for product in self._products if product.is_active],
            "platform": [(value, str(name)) for value, name in Platform.choices],
            "version": [(version, version) for version in self._versions],
            "kind": [(value, str(name)) for value, name in Article.Kind.choices],
            "category": [(shelf.slug, str(shelf)) for shelf in self._shelves],
        }
        return [self._facet(name, choices, rows) for name, choices in offered.items()]

    def _facet(self, name: str, offered: list[tuple[str, str]], rows: Sequence[Row]) -> Facet:
        fits, chosen = self._tests[name], getattr(self.filters, name)
        # Hundreds of articles name a few products, platforms and ranges: each is compared once.
        left = Counter(map(NAMED[name], self.narrowed(rows, but=name)))
        counted = (
            Choice(value, label, sum(n for named, n in left.items() if fits(named, value)), value == chosen)
            for value, label in offered
        )
        return Facet(name, [one for one in counted if one.count or one.is_chosen])


def _released() -> list[str]:
    """The newest versions of all products, each once."""
    parsed = {
        version: number
        for version in SdkVersion.objects.values_list("version", flat=True).distinct()
        if (number := versions.parse(version)) is not None
    }
    return sorted(parsed, key=lambda version: parsed[version], reverse=True)[:VERSIONS_OFFERED]


@lru_cache(maxsize=4096)
def _within(version: str, first: str, last: str) -> bool:
    """An article without a range is for every version."""
    return versions.within(version, first=first, last=last) is not False
