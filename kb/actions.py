"""What can happen to an article. Articles are not tickets, so their revisions, not the event stream, keep
who changed what and when."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from helpdesk.errors import InvalidInput, InvalidTransition
from helpdesk.text import normal
from kb import staleness
from kb.indexing import index, index_translations
from kb.models import Article, Category, Deflection, Picture, Rating, Revision
from kb.rendering import links_of, our_pictures
from products.models import Product

Status = Article.Status
# What a writer may change, and what of it is no text to read but a fact.
PLAIN_FACTS = (
    "kind",
    "platforms",
    "sdk_from",
    "sdk_to",
    "error_codes",
    "keywords",
    "audience",
    "extra_facts",
)
WORDS = ("title", "summary", "body", "category", "owner", "review_on", *PLAIN_FACTS)


@transaction.atomic
def create(
    *,
    slug: str,
    language: str,
    by: User | None,
    products: Iterable[Product] = (),
    organizations: Iterable[Organization] = (),
    at: datetime | None = None,
    kind_of_change: Revision.Kind = Revision.Kind.WRITTEN,
    **words: Any,
) -> Article:
    """Write a draft. Raises InvalidInput where it exists in this language, or has no title or text."""
    now = at or timezone.now()
    article = Article(slug=slug, language=language, author=by, updated_by=by, created_at=now, updated_at=now)
    put_words(article, words)
    try:
        with transaction.atomic():
            article.save(force_insert=True)
    except IntegrityError as error:
        if "article_once_in_a_language" not in str(error):
            raise
        raise InvalidInput(_("There is an article at this address in this language already.")) from error
    article.products.set(products)
    article.organizations.set(organizations)
    article.pictures.set(pictures_in(article.body))
    _keep(article, kind_of_change, by=by, at=now)
    index(article)
    staleness.refresh([article])
    return article


@transaction.atomic
def edit(
    article: Article,
    *,
    by: User | None,
    products: Iterable[Product] | None = None,
    organizations: Iterable[Organization] | None = None,
    based_on: int | None = None,
    at: datetime | None = None,
    kind_of_change: Revision.Kind = Revision.Kind.EDITED,
    **words: Any,
) -> Article:
    """Change the words or facts of an article. What changes nothing leaves no revision.

    `based_on` is the number of the revision the writer saw; InvalidTransition if somebody saved since.
    """
    article = _locked(article)
    if based_on is not None and based_on != _last_number(article):
        raise InvalidTransition(
            _(
                "Somebody else saved this article meanwhile; their text is among the revisions. Saving again "
                "puts yours over it."
            )
        )
    before = _facts(article), article.title, article.summary, article.body
    put_words(article, words)
    if products is not None:
        article.products.set(products)
    if organizations is not None:
        article.organizations.set(organizations)
    if before == (_facts(article), article.title, article.summary, article.body):
        return article

    # Pictures are as visible as the articles that show them; those of a tree are named by its files.
    article.pictures.set(pictures_in(article.body) | links_of(article).pictures_of(article.body))
    article.updated_at = at or timezone.now()
    article.updated_by = by
    article.save(update_fields=[*words, "updated_at", "updated_by"])
    _keep(article, kind_of_change, by=by, at=timezone.now() if at is None else at)
    index(article)
    staleness.refresh([article])
    return article


@transaction.atomic
def restore(article: Article, revision: Revision, *, by: User | None, at: datetime | None = None) -> Article:
    """Make the article what it was in one of its revisions; the revisions since are kept.

    What is no longer there (a product, an organisation, an owner) stays away. Who may read it is not
    restored: an old revision never opens an article to more people.
    """
    if revision.article_id != article.pk:
        raise InvalidInput(_("This is a revision of another article."))
    facts = revision.facts
    words: dict[str, Any] = {
        name: facts[name] for name in PLAIN_FACTS if name in facts and name != "audience"
    }
    if category := Category.objects.filter(slug=facts.get("category")).first():
        words["category"] = category
    return edit(
        article,
        by=by,
        at=at,
        products=Product.objects.filter(code__in=facts["products"]) if "products" in facts else None,
        kind_of_change=Revision.Kind.RESTORED,
        title=revision.title,
        summary=revision.summary,
        body=revision.body,
        **words,
    )


@transaction.atomic
def submit(article: Article, *, by: User | None, at: datetime | None = None) -> Article:
    """Ask a colleague to read a draft. Raises InvalidTransition for anything but a draft."""
    article = _locked(article)
    if article.status != Status.DRAFT:
        raise InvalidTransition(_("Only a draft is sent to review."))
    return _move(article, Status.IN_REVIEW, Revision.Kind.SUBMITTED, by=by, at=at)


@transaction.atomic
def schedule(
    article: Article, *, publish_at: datetime, by: User | None, at: datetime | None = None
) -> Article:
    """Have it published at a moment to come. Raises InvalidInput for one that has passed."""
    article = _locked(article)
    if article.status in (Status.PUBLISHED, Status.ARCHIVED):
        raise InvalidTransition(_("Only a draft can be scheduled."))
    if publish_at <= (at or timezone.now()):
        raise InvalidInput(_("Please choose a moment in the future."))
    article.publish_at = publish_at
    return _move(article, Status.SCHEDULED, Revision.Kind.SCHEDULED, by=by, at=at)


@transaction.atomic
def publish(article: Article, *, by: User | None, at: datetime | None = None) -> Article:
    """Let its audience read it. Raises InvalidTransition if they can already."""
    article = _locked(article)
    if article.is_published:
        raise InvalidTransition(_("This article is published already."))
    article.publish_at = None
    article.published_at = article.published_at or at or timezone.now()
    return _move(article, Status.PUBLISHED, Revision.Kind.PUBLISHED, by=by, at=at)


@transaction.atomic
def confirm(article: Article, *, by: User | None, next_on: date, at: datetime | None = None) -> Article:
    """Somebody read a published article again and it is right; `next_on` is when it is read next.

    Its last change stays where it was: no reader has anything new to read.
    """
    now = at or timezone.now()
    article = _locked(article)
    if not article.is_published:
        raise InvalidTransition(_("Only a published article is reviewed."))
    if next_on <= timezone.localdate(now):
        raise InvalidInput(_("Please choose a day in the future."))
    article.reviewed_on, article.review_on = timezone.localdate(now), next_on
    article.save(update_fields=["reviewed_on", "review_on"])
    _keep(article, Revision.Kind.REVIEWED, by=by, at=now)
    return article


def publish_due(now: datetime) -> int:
    """Publish what was scheduled for a moment that has come; how many. Callable by several at once."""
    published = 0
    for pk in Article.objects.due(now).values_list("pk", flat=True):
        with transaction.atomic():
            article = Article.objects.due(now).select_for_update(skip_locked=True, no_key=True).filter(pk=pk)
            if found := article.first():
                publish(found, by=None, at=now)
                published += 1
    return published


@transaction.atomic
def unpublish(article: Article, *, by: User | None, at: datetime | None = None) -> Article:
    """Take it back: a draft again, seen by staff only. Raises InvalidTransition if it is one."""
    article = _locked(article)
    if article.status == Status.DRAFT:
        raise InvalidTransition(_("This article is a draft already."))
    article.publish_at = None
    return _move(article, Status.DRAFT, Revision.Kind.UNPUBLISHED, by=by, at=at)


@transaction.atomic
def archive(article: Article, *, by: User | None, at: datetime | None = None) -> Article:
    """Put it away: kept with its past, found by nobody. Raises InvalidTransition if it is away already."""
    article = _locked(article)
    if article.status == Status.ARCHIVED:
        raise InvalidTransition(_("This article is archived already."))
    article.publish_at = None
    return _move(article, Status.ARCHIVED, Revision.Kind.ARCHIVED, by=by, at=at)


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
    is_new = deflect(
        Deflection(article=article), draft_key=draft_key, by=by, subject=subject, facts=facts, at=at
    )
    if is_new:
        Article.objects.filter(pk=article.pk).update(solved_count=F("solved_count") + 1)
    return is_new


@transaction.atomic
def deflect(
    what: Deflection,
    *,
    draft_key: uuid.UUID,
    by: User | None,
    subject: str = "",
    facts: Mapping[str, str] | None = None,
    at: datetime | None = None,
) -> bool:
    """Note that a draft need not be filed, with what was typed. False if it is counted already, or filed."""
    what.draft_key, what.user, what.at = draft_key, by, at or timezone.now()
    what.subject = normal(subject).strip()[:200]
    what.facts = {name: normal(value)[:60] for name, value in (facts or {}).items() if value}
    filed = apps.get_model("tickets", "Ticket").objects.filter(requester=by, submission_key=draft_key)
    if Deflection.objects.filter(draft_key=draft_key).exists() or (by and filed.exists()):
        return False
    try:
        with transaction.atomic():
            what.save(force_insert=True)
    except IntegrityError as error:
        if "draft_key" not in str(error):
            raise
        # Pressed twice at once.
        return False
    return True


@transaction.atomic
def undeflect(draft_key: uuid.UUID) -> None:
    """The draft was filed after all: nothing was saved."""
    for gone in Deflection.objects.filter(draft_key=draft_key):
        gone.delete()
        if gone.article_id:
            Article.objects.filter(pk=gone.article_id, solved_count__gt=0).update(
                solved_count=F("solved_count") - 1
            )


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


def pictures_in(body: str) -> set[int]:
    """The stored pictures that a text shows by their address."""
    return set(Picture.objects.filter(digest__in=our_pictures(body)).values_list("pk", flat=True))


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update(no_key=True).get(pk=article.pk)


def _move(
    article: Article, status: str, kind: Revision.Kind, *, by: User | None, at: datetime | None
) -> Article:
    article.status = status
    article.save(update_fields=["status", "publish_at", "published_at"])
    _keep(article, kind, by=by, at=at or timezone.now())
    # Translations are found by the words of published versions only.
    index_translations(article)
    return article


def put_words(article: Article, words: Mapping[str, Any]) -> None:
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
    return facts_of(
        article,
        products=article.products.values_list("code", flat=True),
        organizations=article.organizations.values_list("name", flat=True),
    )


def facts_of(article: Article, *, products: Iterable[str], organizations: Iterable[str]) -> dict[str, Any]:
    """What a revision keeps of an article besides its words."""
    return {
        "category": article.category.slug,
        "products": sorted(products),
        "organizations": sorted(organizations),
        "owner": article.owner_id,
        "review_on": article.review_on.isoformat() if article.review_on else None,
        **{name: getattr(article, name) for name in PLAIN_FACTS},
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
