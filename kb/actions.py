"""What can happen to an article. Articles are not tickets, so their revisions, not the event stream, keep
who changed what and when."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput, InvalidTransition
from helpdesk.text import normal
from kb.indexing import index
from kb.models import Article, Deflection, Rating, Revision
from products.models import Product

Status = Article.Status
# What a writer may change.
WORDS = ("title", "summary", "body", "category", "platforms", "sdk_from", "sdk_to", "error_codes", "keywords")


@transaction.atomic
def create(
    *,
    slug: str,
    language: str,
    by: User | None,
    products: Iterable[Product] = (),
    at: datetime | None = None,
    **words: Any,
) -> Article:
    """Write a draft. Raises InvalidInput where it exists in this language, or has no title or text."""
    now = at or timezone.now()
    article = Article(slug=slug, language=language, author=by, updated_by=by, created_at=now, updated_at=now)
    _set(article, words)
    try:
        with transaction.atomic():
            article.save(force_insert=True)
    except IntegrityError as error:
        if "article_once_in_a_language" not in str(error):
            raise
        raise InvalidInput(_("There is an article at this address in this language already.")) from error
    article.products.set(products)
    _keep(article, Revision.Kind.WRITTEN, by=by, at=now)
    index(article)
    return article


@transaction.atomic
def edit(
    article: Article,
    *,
    by: User | None,
    products: Iterable[Product] | None = None,
    based_on: int | None = None,
    at: datetime | None = None,
    **words: Any,
) -> Article:
    """Change the words or facts of an article. What changes nothing leaves no revision.

    `based_on` is the number of the revision the writer saw; InvalidTransition if somebody saved since.
    """
    article = _locked(article)
    if based_on is not None and based_on != _last_number(article):
        raise InvalidTransition(
            _("Somebody else saved this article meanwhile. Copy your text, reload, and merge it.")
        )
    before = _facts(article), article.title, article.summary, article.body
    _set(article, words)
    if products is not None:
        article.products.set(products)
    if before == (_facts(article), article.title, article.summary, article.body):
        return article

    article.updated_at = at or timezone.now()
    article.updated_by = by
    article.save(update_fields=[*words, "updated_at", "updated_by"])
    _keep(article, Revision.Kind.EDITED, by=by, at=article.updated_at)
    index(article)
    return article


@transaction.atomic
def publish(article: Article, *, by: User | None, at: datetime | None = None) -> Article:
    """Let everybody read it. Raises InvalidTransition if they can already."""
    article = _locked(article)
    if article.is_published:
        raise InvalidTransition(_("This article is published already."))
    now = at or timezone.now()
    article.status, article.published_at = Status.PUBLISHED, article.published_at or now
    article.save(update_fields=["status", "published_at"])
    _keep(article, Revision.Kind.PUBLISHED, by=by, at=now)
    return article


@transaction.atomic
def unpublish(article: Article, *, by: User | None, at: datetime | None = None) -> Article:
    """Take it back: a draft again, seen by staff only. Raises InvalidTransition if it is one."""
    article = _locked(article)
    if not article.is_published:
        raise InvalidTransition(_("This article is a draft already."))
    article.status = Status.DRAFT
    article.save(update_fields=["status"])
    _keep(article, Revision.Kind.UNPUBLISHED, by=by, at=at or timezone.now())
    return article


@transaction.atomic
def mark_solved(
    article: Article,
    *,
    draft_key: uuid.UUID,
    by: User | None,
    subject: str = "",
    facts: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> bool:
    """Count a ticket that this article made unnecessary. False if its draft was counted before."""
    _deflection, is_new = Deflection.objects.get_or_create(
        draft_key=draft_key,
        defaults={
            "article": article,
            "user": by,
            "subject": normal(subject).strip()[:200],
            "facts": {name: normal(value)[:60] for name, value in (facts or {}).items()},
            "at": at or timezone.now(),
        },
    )
    if is_new:
        Article.objects.filter(pk=article.pk).update(solved_count=F("solved_count") + 1)
    return is_new


@transaction.atomic
def rate(article: Article, *, reader: str, helpful: bool, at: datetime | None = None) -> None:
    """Record whether a reader found it helpful; a second answer replaces the first."""
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    Rating.objects.update_or_create(
        article=article, reader=reader, defaults={"helpful": helpful, "at": at or timezone.now()}
    )
    ratings = Rating.objects.filter(article=article)
    Article.objects.filter(pk=article.pk).update(
        helpful_count=ratings.filter(helpful=True).count(),
        unhelpful_count=ratings.filter(helpful=False).count(),
    )


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update(no_key=True).get(pk=article.pk)


def _set(article: Article, words: Mapping[str, Any]) -> None:
    """Put cleaned words on the article. Raises InvalidInput for a missing title, summary or text."""
    for name, value in words.items():
        if name not in WORDS:
            raise TypeError(f"an article has no {name!r} to write")
        setattr(article, name, _tidy(name, value))
    if not article.title:
        raise InvalidInput(_("Please give the article a title."))
    if not article.body:
        raise InvalidInput(_("Please write the text of the article."))


def _tidy(name: str, value: Any) -> Any:
    if name == "body":
        return value.replace("\0", "").replace("\r\n", "\n").strip()
    if isinstance(value, str):
        return " ".join(value.replace("\0", "").split())
    if isinstance(value, list):
        return list(dict.fromkeys(one for one in (_tidy("", part) for part in value) if one))
    return value


def _facts(article: Article) -> dict[str, Any]:
    return {
        "category": article.category.slug,
        "products": sorted(article.products.values_list("code", flat=True)),
        **{name: getattr(article, name) for name in WORDS[4:]},
    }


def _last_number(article: Article) -> int:
    last = article.revisions.order_by("-number").values_list("number", flat=True).first()
    return last or 0


def _keep(article: Article, kind: Revision.Kind, *, by: User | None, at: datetime) -> None:
    Revision.objects.create(
        article=article,
        number=_last_number(article) + 1,
        kind=kind,
        title=article.title,
        summary=article.summary,
        body=article.body,
        facts=_facts(article),
        by=by,
        at=at,
    )
