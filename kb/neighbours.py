"""Where an article stands: the shelves above it, and what lies before and behind it on its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from kb.models import Article, ArticleQuerySet, Category, SourceFile
from products import versions
from products.models import SdkVersion

DEEPEST = 8
MAX_SAME = 20
MAX_VERSIONS = 40
# What of an address says for which version it is: `rtc-3-x-join`, `join-v4-2`.
_VERSION_IN_SLUG = re.compile(r"(?:^|-)v?\d+(?:[.-](?:\d+|x))*(?=-|$)")


@dataclass(frozen=True)
class Neighbours:
    before: Article | None
    after: Article | None


def shelves_above(category: Category) -> list[Category]:
    """The shelf with those it lies within, the outermost first."""
    every = [category]
    while every[0].parent is not None and len(every) < DEEPEST:
        every.insert(0, every[0].parent)
    return every


def neighbours(article: Article, user: User | AnonymousUser) -> Neighbours:
    """What this reader finds before and behind it on its shelf: in the order of files, else of titles."""
    path = SourceFile.objects.filter(article=OuterRef("pk"), is_gone=False).order_by("pk").values("path")[:1]
    shelf = (
        Article.objects.visible_to(user)
        .published()
        .filter(category=article.category_id, language=article.language)
        .annotate(place=Coalesce(Subquery(path), F("title")))
        .only("slug", "language", "title", "category")
    )
    here = shelf.filter(pk=article.pk).values("place")[:1]
    before = shelf.filter(place__lt=Subquery(here)).order_by("-place", "-pk").first()
    after = shelf.filter(place__gt=Subquery(here)).order_by("place", "pk").first()
    return Neighbours(before, after)


def fits(article: Article, version: str) -> bool | None:
    """Whether it is written for this version; None where it names no range, or `version` is none."""
    if not (article.sdk_from or article.sdk_to):
        return None
    return versions.within(version, first=article.sdk_from, last=article.sdk_to)


def versions_known(article: Article) -> list[str]:
    """The released versions of its products, the newest first; each once."""
    named = SdkVersion.objects.filter(product__articles=article)
    if article.platforms:
        named = named.filter(platform__in=["", *article.platforms])
    parsed = {version: versions.parse(version) for version in named.values_list("version", flat=True)}
    known = [(number, version) for version, number in parsed.items() if number is not None]
    return [version for _number, version in sorted(known, reverse=True)][:MAX_VERSIONS]


def for_other_versions(article: Article, articles: ArticleQuerySet) -> list[Article]:
    """Articles about the same that are written for other versions: of this title, or at this address but for
    the version in it."""
    bare = _bare(article.slug)
    same = (
        articles.published()
        .filter(language=article.language)
        .exclude(pk=article.pk)
        .exclude(sdk_from="", sdk_to="")
        .only("slug", "language", "title", "sdk_from", "sdk_to", "category")
    )
    titled = same.filter(title__iexact=article.title)
    named = same.filter(slug__regex=_like(bare)) if bare else same.none()
    found = {one.pk: one for one in [*titled[:MAX_SAME], *named[:MAX_SAME]]}
    return [
        one for one in found.values() if one.title.lower() == article.title.lower() or _bare(one.slug) == bare
    ]


def _bare(slug: str) -> str:
    return _VERSION_IN_SLUG.sub("", slug).strip("-")


def _like(bare: str) -> str:
    version = "[0-9vx.-]*"
    return f"^{version}{version.join(re.escape(part) for part in bare.strip('-').split('-'))}{version}$"
