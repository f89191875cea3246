"""Every public article in every language it is in, for search engines."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import get_language

from kb.public import public_articles

OF_A_FILE = 10_000


class _Ours(Sitemap):  # type: ignore[type-arg]
    """Under the address of this site, whatever name the request came by."""

    i18n = True
    alternates = True
    limit = OF_A_FILE

    @property
    def protocol(self) -> str:  # type: ignore[override]
        return str(urlsplit(settings.SITE_URL).scheme)

    def get_domain(self, site: Any = None) -> str:
        return str(settings.SITE_URL.partition("//")[2])


class ArticleSitemap(_Ours):
    def items(self) -> list[dict[str, Any]]:
        every = public_articles().order_by("slug").values("slug")
        return list(every.annotate(languages=ArrayAgg("language", order_by="language"), at=Max("updated_at")))

    def get_languages_for_item(self, item: dict[str, Any]) -> list[str]:
        return list(item["languages"])

    def location(self, item: dict[str, Any]) -> str:
        return f"{reverse('article', args=[item['slug']])}?lang={get_language()}"

    def lastmod(self, item: dict[str, Any]) -> datetime:
        at: datetime = item["at"]
        return at


class ShelfSitemap(_Ours):
    """The front page of the documents, and the shelves with something on them."""

    def items(self) -> list[str]:
        slugs = public_articles().order_by("category__slug").values_list("category__slug", flat=True)
        shelves = [reverse("kb_category", args=[slug]) for slug in slugs.distinct()]
        return [reverse("kb_home"), *shelves]

    def location(self, item: str) -> str:
        return f"{item}?lang={get_language()}"


SITEMAPS: dict[str, type[Sitemap[Any]] | Sitemap[Any]] = {"articles": ArticleSitemap, "shelves": ShelfSitemap}
