"""Articles kept as Markdown files with front matter, one folder per language: `en/`, `zh-hans/`.

The file's name is the article's slug. What is read again without a change makes no revision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from accounts.models import User
from helpdesk.errors import Refused
from kb import actions
from kb.indexing import count_common_words
from kb.models import Article, Category
from products.models import Platform, Product

MAX_BYTES = 1_000_000
# As in the columns (kb.models); characters.
LIMITS = {"title": 200, "summary": 500, "category": 50, "sdk_from": 20, "sdk_to": 20}


class Unreadable(Exception):
    """A file that is not an article; the text says why, in English, for the person who runs the command."""


@dataclass
class Report:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    broken: list[tuple[Path, str]] = field(default_factory=list)


def load_articles(folder: Path, *, by: User | None = None, at: datetime | None = None) -> Report:
    """Create or update a published article for each file. Broken files are reported and left out.

    `at` is the moment they count as written (None: now).
    """
    report = Report()
    for path, language in _files(folder):
        try:
            with transaction.atomic():
                outcome = _load(path, language, by=by, at=at)
        except (Unreadable, Refused) as error:
            report.broken.append((path, str(error)))
        else:
            setattr(report, outcome, getattr(report, outcome) + 1)
    count_common_words()
    return report


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for language, _name in settings.LANGUAGES:
        for path in sorted((folder / language).glob("*.md")):
            yield path, language


def _load(path: Path, language: str, *, by: User | None, at: datetime | None) -> str:
    words = _read(path)
    article = Article.objects.filter(slug=path.stem, language=language).first()
    if article is None:
        article = actions.create(slug=path.stem, language=language, by=by, at=at, **words)
        actions.publish(article, by=by, at=at)
        return "created"
    edited = actions.edit(article, by=by, at=at, **words)
    return "unchanged" if edited.updated_at == article.updated_at else "changed"


def _read(path: Path) -> dict[str, Any]:
    try:
        validate_slug(path.stem)
    except ValidationError:
        raise Unreadable("the file name must be letters, digits and hyphens") from None
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(f"larger than {MAX_BYTES} bytes")
    try:
        post = frontmatter.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except yaml.YAMLError as error:
        raise Unreadable(f"front matter: {' '.join(str(error).split())}") from None
    facts = post.metadata
    return {
        "title": _text(facts, "title"),
        "summary": _text(facts, "summary"),
        "body": post.content,
        "category": _category(_text(facts, "category")),
        "products": _products(_texts(facts, "products")),
        "platforms": _platforms(_texts(facts, "platforms")),
        "sdk_from": _text(facts, "sdk_from", required=False),
        "sdk_to": _text(facts, "sdk_to", required=False),
        "error_codes": _texts(facts, "error_codes"),
        "keywords": _texts(facts, "keywords"),
    }


def _text(facts: dict[str, Any], name: str, *, required: bool = True) -> str:
    value = facts.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str | int | float) or not str(value).strip():
        raise Unreadable(f"front matter: {name} is missing or not a text")
    if len(str(value)) > LIMITS[name]:
        raise Unreadable(f"front matter: {name} is longer than {LIMITS[name]} characters")
    return str(value)


def _texts(facts: dict[str, Any], name: str) -> list[str]:
    values = facts.get(name) or []
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list) or not all(isinstance(value, str | int | float) for value in values):
        raise Unreadable(f"front matter: {name} is not a list of texts")
    if too_long := [value for value in values if len(str(value)) > 60]:
        raise Unreadable(f"front matter: {name} has an entry longer than 60 characters: {too_long[0]}")
    return [str(value) for value in values]


def _category(slug: str) -> Category:
    category = Category.objects.filter(slug=slug).first()
    if category is None:
        raise Unreadable(f"front matter: no category {slug!r}")
    return category


def _products(codes: list[str]) -> list[Product]:
    """The products there are; one that is not sold here is no reason to leave the article out."""
    return list(Product.objects.filter(code__in=codes))


def _platforms(names: list[str]) -> list[str]:
    unknown = [name for name in names if name not in Platform.values]
    if unknown:
        raise Unreadable(f"front matter: no platform {unknown[0]!r}")
    return names
