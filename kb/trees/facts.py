"""What front matter says, in our words. What we have no word for is kept as it is, and written back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from kb.models import Article, Category
from kb.trees.naming import LONGEST_SHELF_NAME, Place, slugged, spoken
from kb.trees.reading import Text, day, moment, one_line, texts
from products.models import Platform, Product

MAX_EXTRA_CHARACTERS = 20_000
_EVERY_PLATFORM = {"all", "allplatforms", "any", "全平台", "所有平台", "全部"}
_PLATFORMS = {
    **{value.replace("-", ""): value for value in Platform.values},
    "mac": "macos",
    "osx": "macos",
    "win": "windows",
    "windowspc": "windows",
    "pc": "windows",
    "javascript": "web",
    "js": "web",
    "h5": "web",
    "browser": "web",
    "网页": "web",
    "iphone": "ios",
    "ipad": "ios",
    "安卓": "android",
    "rn": "react-native",
    "restful": "server",
    "restapi": "server",
    "服务端": "server",
    "serverside": "server",
    "unity3d": "unity",
}
# Each of our facts and the names it goes by; what is written under one of them is not an extra fact.
NAMES = {
    "title": ("title",),
    "summary": ("summary", "description", "desc"),
    "category": ("category",),
    "kind": ("kind",),
    "platforms": ("platforms", "platform"),
    "products": ("products", "product"),
    "sdk_from": ("sdk_from", "sdkfrom"),
    "sdk_to": ("sdk_to", "sdkto"),
    "error_codes": ("error_codes", "errorcodes"),
    "keywords": ("keywords", "tags"),
    "audience": ("audience",),
    "owner": ("owner",),
    "review_on": ("review_on", "reviewon"),
}


@dataclass(frozen=True)
class Known:
    """What names in front matter may mean; looked up once for a whole tree."""

    products: dict[str, Product]
    staff: dict[str, User]
    shelves: dict[str, Category]

    @classmethod
    def now(cls) -> Known:
        products: dict[str, Product] = {}
        for product in Product.objects.all():
            for name in (product.code, product.name, product.name_zh):
                products.setdefault(_bare(name), product)
        staff = User.objects.filter(role__in=User.STAFF_ROLES)
        return cls(
            products=products,
            staff={user.email.lower(): user for user in staff},
            shelves={category.slug: category for category in Category.objects.all()},
        )


def words_of(text: Text, place: Place, known: Known, *, audience: str) -> dict[str, Any]:
    """What `kb.actions` takes. Adds to `text.notes` what was not understood."""
    facts = {name.lower().replace("-", "_"): value for name, value in text.facts.items()}
    given = {
        ours: next((facts[name] for name in names if name in facts), None) for ours, names in NAMES.items()
    }
    extra = {
        name: value
        for name, value in text.facts.items()
        if not any(name.lower().replace("-", "_") in names for names in NAMES.values())
    }
    platforms, strange = _each(texts(given["platforms"]), _PLATFORMS)
    products, foreign = _each(texts(given["products"]), known.products)
    if strange := [name for name in strange if _bare(name) not in _EVERY_PLATFORM]:
        text.notes.append(f"platform not known: {', '.join(strange)[:200]}")
        extra["platform"] = strange
    if foreign:
        text.notes.append(f"product not known: {', '.join(foreign)[:200]}")
        extra["products"] = foreign
    owner = known.staff.get(one_line(given["owner"]).lower())
    if given["owner"] and owner is None:
        text.notes.append("the owner is nobody here")
        extra["owner"] = given["owner"]
    if len(json.dumps(extra)) > MAX_EXTRA_CHARACTERS:
        text.notes.append("too many other facts in the front matter: left out")
        extra = {}
    return {
        "title": text.title,
        "summary": text.summary,
        "body": text.body,
        "kind": _one_of(Article.Kind.values, given["kind"]) or kind_of(given["category"], place),
        "category": shelf(one_line(given["category"]), place.folders, known.shelves),
        "products": products,
        "platforms": platforms,
        "sdk_from": one_line(given["sdk_from"])[:20],
        "sdk_to": one_line(given["sdk_to"])[:20],
        "error_codes": [code[:60] for code in texts(given["error_codes"])][:50],
        "keywords": [word[:80] for word in texts(given["keywords"])][:60],
        "audience": _one_of(Article.Audience.values, given["audience"]) or audience,
        "owner": owner,
        "review_on": day(given["review_on"]),
        "extra_facts": extra,
    }


def is_draft(text: Text) -> bool:
    facts = {name.lower(): one_line(value).lower() for name, value in text.facts.items()}
    return facts.get("draft") == "true" or facts.get("published") == "false"


def updated(text: Text) -> Any:
    """When the writers changed it last, as they say: a moment or None."""
    facts = {name.lower().replace("_", ""): value for name, value in text.facts.items()}
    given = next((facts[name] for name in ("updatedat", "lastupdated", "date") if facts.get(name)), None)
    found = moment(given)
    if given and found is None:
        text.notes.append(f"no date: {one_line(given)[:60]}")
    return found


def kind_of(category: Any, place: Place) -> str:
    shelves = {"guides": "guide", "api-reference": "api", "faq": "faq", "scenarios": "scenario"}
    return shelves.get(one_line(category), place.kind)


def shelf(named: str, folders: tuple[str, ...], there: dict[str, Category]) -> Category:
    """The shelf that is named, else the one of the folders, put up where it is not `there` yet."""
    if named and (found := there.get(named)):
        return found
    last = None
    for depth, folder in enumerate(folders):
        slug = slugged("-".join(folders[: depth + 1]))[:200] or "files"
        name = (spoken(folder) or folder)[:LONGEST_SHELF_NAME]
        last = _put_up(there, slug, name=name, parent=last, position=10)
    return last or _put_up(there, "guides", name="Guides")


def _put_up(there: dict[str, Category], slug: str, **facts: Any) -> Category:
    if slug not in there:
        there[slug], _new = Category.objects.get_or_create(slug=slug, defaults=facts)
    return there[slug]


def _each(names: Iterable[str], known: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """Those that are known, each once, and the names of the others."""
    found: dict[Any, None] = {}
    others = []
    for name in names:
        if (one := known.get(_bare(name))) is not None:
            found[one] = None
        else:
            others.append(name)
    return list(found), others


def _bare(name: str) -> str:
    return "".join(one for one in name.lower() if one.isalnum())


def _one_of(values: list[str], given: Any) -> str:
    value = one_line(given).lower().replace("-", "_").replace(" ", "_")
    return value if value in values else ""
