"""Many new articles at once, with a few statements for all of them.

What becomes of each is what `kb.actions.create` and `publish` make of one; tests/kb/test_creating.py compares
the two. An import of a thousand files is minutes faster this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from kb.actions import facts_of, put_words
from kb.indexing import Reading, index_new, index_translations_of
from kb.models import Article, Picture, Revision
from kb.rendering import our_pictures
from products.models import Product


@dataclass(frozen=True)
class New:
    """An article to be. `at`: the moment it counts as written (None: now); `reading`: that of its body."""

    slug: str
    language: str
    words: dict[str, Any]
    products: Sequence[Product]
    reading: Reading
    at: datetime | None = None
    is_published: bool = True


@transaction.atomic
def create_many(
    wanted: Sequence[New], *, by: User | None, kind_of_change: Revision.Kind = Revision.Kind.IMPORTED
) -> list[Article]:
    """Write them, and publish those that shall be; in the order given.

    All or none: raises IntegrityError where one exists in its language, InvalidInput where one has no title
    or text.
    """
    now = timezone.now()
    articles = [_written(one, by, now) for one in wanted]
    others = index_new(articles, [one.reading for one in wanted])
    Article.objects.bulk_create(articles)
    together = list(zip(articles, wanted, strict=True))
    Article.products.through.objects.bulk_create(
        Article.products.through(article_id=article.pk, product_id=product.pk)
        for article, one in together
        for product in dict.fromkeys(one.products)
    )
    _show_pictures(articles)
    Revision.objects.bulk_create(
        revision for article, one in together for revision in _revisions(article, one, kind_of_change)
    )
    index_translations_of(others)
    return articles


def _written(one: New, by: User | None, now: datetime) -> Article:
    at = one.at or now
    article = Article(
        slug=one.slug, language=one.language, author=by, updated_by=by, created_at=at, updated_at=at
    )
    put_words(article, one.words)
    if one.is_published:
        article.status = Article.Status.PUBLISHED
        article.published_at = at
    return article


def _revisions(article: Article, one: New, kind: Revision.Kind) -> Iterable[Revision]:
    facts = facts_of(article, products=[product.code for product in one.products], organizations=[])
    kinds = [kind, Revision.Kind.PUBLISHED] if one.is_published else [kind]
    for number, each in enumerate(kinds, start=1):
        yield Revision(
            article=article,
            number=number,
            kind=each,
            title=article.title,
            summary=article.summary,
            body=article.body,
            facts=facts,
            by=article.author,
            at=article.created_at,
        )


def _show_pictures(articles: Sequence[Article]) -> None:
    named = {article.pk: our_pictures(article.body) for article in articles}
    digests = {digest for some in named.values() for digest in some}
    if not digests:
        return
    there = dict(Picture.objects.filter(digest__in=digests).values_list("digest", "pk"))
    uses = Article.pictures.through
    uses.objects.bulk_create(
        uses(article_id=article, picture_id=there[digest])
        for article, some in named.items()
        for digest in some
        if digest in there
    )
