"""Write a tree back as it was read: unchanged files byte for byte, changed ones with their front matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kb.models import Article, Category, Revision, Source, SourceFile
from kb.trees.facts import shelf
from kb.trees.naming import place_of

# Who may have what is written: each audience gets what is for it, and what is for wider ones.
READERS = [Article.Audience.PUBLIC, Article.Audience.CUSTOMERS, Article.Audience.ORGANIZATIONS]


@dataclass
class Written:
    unchanged: int = 0
    changed: int = 0
    pictures: int = 0
    left_out: list[str] = field(default_factory=list)


def export_tree(source: Source, folder: Path, *, audience: str = Article.Audience.INTERNAL) -> Written:
    """Write the files of a source under `folder`. What is archived or for a narrower audience is left out.

    Raises ValueError for a path that leads out of the folder.
    """
    written = Written()
    allowed = _allowed(audience)
    for file in source.files.filter(is_gone=False).select_related("article", "picture").order_by("path"):
        target = _inside(folder, file.path)
        if file.picture is not None:
            if not _is_shown(file, allowed):
                written.left_out.append(file.path)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.picture.file.open("rb") as picture:
                target.write_bytes(picture.read())
            written.pictures += 1
        elif file.article is None or not _may_leave(file.article, allowed):
            written.left_out.append(file.path)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            if is_unchanged(file):
                target.write_bytes(bytes(file.content or b""))
                written.unchanged += 1
            else:
                target.write_text(as_file(file.article, file.path), encoding="utf-8", newline="\n")
                written.changed += 1
    return written


def is_unchanged(file: SourceFile) -> bool:
    """Whether nobody wrote in the article since its file was read."""
    return not Revision.objects.filter(
        article=file.article,
        number__gt=file.revision,
        kind__in=[Revision.Kind.EDITED, Revision.Kind.RESTORED],
    ).exists()


def as_file(article: Article, path: str) -> str:
    """The article as the importer would read it without finding a change."""
    facts: dict[str, Any] = {"title": article.title, "summary": article.summary}
    shelves = {category.slug: category for category in Category.objects.all()}
    if shelf("", place_of(path).folders, shelves) != article.category:
        facts["category"] = article.category.slug
    facts["kind"] = article.kind
    extra = dict(article.extra_facts)
    platforms = [*article.platform_names, *_list(extra.pop("platform", []))]
    products = [*article.products.values_list("code", flat=True), *_list(extra.pop("products", []))]
    facts |= {"platform": platforms, "products": products, "sdk_from": article.sdk_from}
    facts |= {"sdk_to": article.sdk_to, "error_codes": article.error_codes, "keywords": article.keywords}
    facts |= {"audience": article.audience, "owner": article.owner.email if article.owner else ""}
    facts |= {"review_on": article.review_on.isoformat() if article.review_on else ""}
    facts = {name: value for name, value in facts.items() if value}
    front = yaml.safe_dump({**facts, **extra}, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{front}---\n\n{article.body}\n"


def _list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _allowed(audience: str) -> set[str]:
    if audience == Article.Audience.INTERNAL:
        return set(Article.Audience.values)
    return {str(one) for one in READERS[: READERS.index(Article.Audience(audience)) + 1]}


def _may_leave(article: Article, allowed: set[str]) -> bool:
    everything = set(Article.Audience.values)
    if article.status == Article.Status.ARCHIVED:
        return False
    return article.audience in allowed and (article.is_published or allowed == everything)


def _is_shown(file: SourceFile, allowed: set[str]) -> bool:
    assert file.picture is not None
    if allowed == set(Article.Audience.values):
        return True
    return Article.objects.published().filter(pictures=file.picture, audience__in=allowed).exists()


def _inside(folder: Path, path: str) -> Path:
    target = folder / path
    if ".." in Path(path).parts or Path(path).is_absolute():
        raise ValueError(f"{path} leads out of the folder")
    return target
