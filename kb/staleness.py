"""Which articles nobody should trust unread: past their review date, or written for an SDK out of support."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils import timezone

from kb.models import Article
from products.models import SdkVersion
from products.support import support
from products.versions import is_part_of, parse


def support_ended_on(last: str, rows: Iterable[SdkVersion], today: date) -> date | None:
    """When the last version that an article names went out of support; None while it has not.

    A short version takes in all that it begins: "4.1" has ended when every 4.1.x has.
    """
    line, rows = parse(last), list(rows)
    if line is None:
        return None
    parts = [row for row in rows if (version := parse(row.version)) and is_part_of(version, line)]
    if not parts:
        return support(last, rows, today).ended_on
    if not all(row.has_ended(today) for row in parts):
        return None
    return max(row.supported_until for row in parts if row.supported_until)


def refresh(articles: Iterable[Article] | None = None, *, today: date | None = None) -> int:
    """Write `support_ended_on` of these articles, or of all that are not archived. Returns how many changed.

    An article for several products or platforms has ended when it has for each of them.
    """
    today = today or timezone.localdate()
    if articles is None:
        asked = Article.objects.exclude(status=Article.Status.ARCHIVED)
        chosen = asked.filter(~Q(sdk_to="") | Q(support_ended_on__isnull=False))
    else:
        named = [article.pk for article in articles if article.sdk_to or article.support_ended_on]
        if not named:
            return 0
        chosen = Article.objects.filter(pk__in=named)
    listed: dict[int, list[SdkVersion]] = defaultdict(list)
    for row in SdkVersion.objects.all():
        listed[row.product_id].append(row)
    changed = 0
    fields = ("pk", "sdk_to", "platforms", "support_ended_on")
    for article in chosen.only(*fields).prefetch_related("products"):
        ended = _ended(article, listed, today)
        if ended != article.support_ended_on:
            Article.objects.filter(pk=article.pk).update(support_ended_on=ended)
            changed += 1
    return changed


def _ended(article: Article, listed: dict[int, list[SdkVersion]], today: date) -> date | None:
    ends: list[date] = []
    for product in article.products.all():
        for platform in article.platforms or [""]:
            rows = [row for row in listed[product.pk] if not platform or row.platform in ("", platform)]
            ended = support_ended_on(article.sdk_to, rows, today)
            if ended is None:
                return None
            ends.append(ended)
    return max(ends, default=None)
