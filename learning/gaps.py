"""Where the documents have gaps: what was looked for in vain, what had to be asked, which articles failed.

Every number is a count of rows that the page can show. Shares are told only where there is enough to share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from events.models import Event
from intake.models import RequestType
from kb.models import Article, Deflection, Rating, ReadBefore, Search
from learning.models import Feedback, WrittenFrom
from products.models import Product
from tickets.models import Message, Ticket

PERIODS = (7, 30, 90)
SHOWN = 25
# Of fewer a share says nothing: one more or less would move it by more than five points.
ENOUGH_FOR_A_SHARE = 20
# Fewer searches than these are a hint, not a finding, and the page says so.
ENOUGH_SEARCHES = 30


@dataclass(frozen=True)
class Question:
    """What the page is asked: the last `days`, a language ("" for all), a product (None for all)."""

    now: datetime
    days: int = 30
    language: str = ""
    product: Product | None = None

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=self.days)

    def searches(self) -> QuerySet[Search]:
        found = Search.objects.filter(at__gte=self.since, at__lte=self.now)
        if self.language:
            found = found.filter(language=self.language)
        return found.filter(product=self.product) if self.product else found

    def tickets(self, user: User) -> QuerySet[Ticket]:
        """Resolved in the period. A ticket's language is its requester's."""
        found = Ticket.objects.visible_to(user).filter(resolved_at__gte=self.since, resolved_at__lte=self.now)
        if self.language:
            found = found.filter(requester__language=self.language)
        return found.filter(product=self.product) if self.product else found

    def articles(self) -> QuerySet[Article]:
        found = Article.objects.all()
        if self.language:
            found = found.filter(language=self.language)
        if self.product:
            named = Article.products.through.objects.filter(article=OuterRef("pk"), product=self.product)
            found = found.filter(Exists(named))
        return found


@dataclass(frozen=True)
class Totals:
    """What the page begins with, and whether there is enough of it to draw conclusions."""

    searches: int
    without_click: int
    without_results: int
    into_tickets: int
    deflections: int

    @property
    def is_little(self) -> bool:
        return self.searches < ENOUGH_SEARCHES

    @property
    def share_without_click(self) -> int | None:
        """Percent; None where there are too few searches for one."""
        if self.searches < ENOUGH_FOR_A_SHARE:
            return None
        return round(100 * self.without_click / self.searches)


def totals(question: Question) -> Totals:
    counted = question.searches().aggregate(
        searches=Count("pk"),
        without_click=Count("pk", filter=Q(was_clicked=False)),
        without_results=Count("pk", filter=Q(results=0)),
        into_tickets=Count("pk", filter=Q(ticket__isnull=False)),
    )
    return Totals(**counted, deflections=_deflections(question).count())


def searches_without_click(question: Question) -> list[dict[str, Any]]:
    """Words that were looked for and led to no article: how often, with how many results at best."""
    return _by_words(question.searches().filter(was_clicked=False))


def searches_into_tickets(question: Question) -> list[dict[str, Any]]:
    """Words after which a ticket was filed, clicked or not."""
    return _by_words(question.searches().filter(ticket__isnull=False))


def behind(question: Question, words: str) -> QuerySet[Search]:
    """The single searches for these words, the newest first."""
    found = question.searches().annotate(lower=Lower("words")).filter(lower=words.lower())
    return found.select_related("product", "clicked", "ticket").order_by("-at")


def solved_without_article(question: Question, user: User) -> list[dict[str, Any]]:
    """Resolved tickets that no article helped with, by product and what they were about."""
    tickets = without_article(question, user)
    kind = F("request_type__request_type")
    rows = list(
        tickets.order_by()
        .values("product", kind=kind)
        .annotate(count=Count("pk"), newest=Max("pk"))
        .order_by("-count", "-newest")[:SHOWN]
    )
    products = Product.objects.in_bulk({row["product"] for row in rows if row["product"]})
    kinds = RequestType.objects.in_bulk({row["kind"] for row in rows if row["kind"]})
    names = {pk: str(one.current) for pk, one in kinds.items()}
    return [
        {**row, "product": products.get(row["product"]), "kind_name": names.get(row["kind"], "")}
        for row in rows
    ]


def without_article(question: Question, user: User) -> QuerySet[Ticket]:
    """No article was written from it, and no public reply of the desk names one. Merged ones and those that
    were dismissed were not solved."""
    written = WrittenFrom.objects.filter(ticket=OuterRef("pk"))
    named = Message.objects.filter(
        ticket=OuterRef("pk"), author_kind=Message.Author.AGENT, body__contains="/docs/"
    )
    dismissed = Event.objects.filter(ticket=OuterRef("pk"), kind="ticket.dismissed")
    return question.tickets(user).filter(
        ~Exists(written), ~Exists(named), ~Exists(dismissed), merged_into=None
    )


def failed_articles(question: Question) -> list[dict[str, Any]]:
    """Articles that were read and a ticket was filed all the same, or that readers found no help.

    `failed` adds up both; somebody who did both is counted twice, which the page says.
    """
    since, until = question.since, question.now
    read = _counts(ReadBefore.objects.filter(at__gte=since, at__lte=until))
    unhelpful = _counts(Rating.objects.filter(helpful=False, at__gte=since, at__lte=until))
    helpful = _counts(Rating.objects.filter(helpful=True, at__gte=since, at__lte=until))
    said = _counts(Feedback.objects.filter(at__gte=since, at__lte=until))
    failed = {pk: read.get(pk, 0) + unhelpful.get(pk, 0) for pk in {*read, *unhelpful}}
    articles = question.articles().filter(pk__in=failed).select_related("owner")
    rows: list[dict[str, Any]] = [
        {
            "article": article,
            "failed": failed[article.pk],
            "tickets": read.get(article.pk, 0),
            "unhelpful": unhelpful.get(article.pk, 0),
            "rated": unhelpful.get(article.pk, 0) + helpful.get(article.pk, 0),
            "feedback": said.get(article.pk, 0),
        }
        for article in articles.defer("body", "search", "search_body")
    ]
    return sorted(rows, key=lambda row: (-row["failed"], row["article"].title))[:SHOWN]


def tickets_after_reading(question: Question, article: Article, user: User) -> QuerySet[Ticket]:
    read = ReadBefore.objects.filter(article=article, at__gte=question.since, at__lte=question.now)
    return Ticket.objects.visible_to(user).filter(pk__in=read.values("ticket")).order_by("-number")


def top_deflections(question: Question) -> list[dict[str, Any]]:
    """Articles by the drafts that a reader ended with "This solved it": nothing else counts."""
    found = _deflections(question).values("article").annotate(count=Count("pk"), last=Max("at"))
    rows = list(found.order_by("-count", "-last")[:SHOWN])
    articles = Article.objects.defer("body", "search", "search_body").in_bulk(
        [row["article"] for row in rows]
    )
    return [{**row, "article": articles[row["article"]]} for row in rows]


def deflected_drafts(question: Question, article: Article) -> QuerySet[Deflection]:
    return _deflections(question).filter(article=article).order_by("-at")


def _deflections(question: Question) -> QuerySet[Deflection]:
    found = Deflection.objects.filter(article__isnull=False, at__gte=question.since, at__lte=question.now)
    return found.filter(article__in=question.articles())


def _by_words(searches: QuerySet[Search]) -> list[dict[str, Any]]:
    rows = (
        searches.annotate(lower=Lower("words"))
        .values("lower", "language")
        .annotate(
            count=Count("pk"),
            tickets=Count("ticket", distinct=True),
            results=Max("results"),
            last=Max("at"),
            spelt=Min("words"),
            product_code=Max("product__code"),
        )
    )
    return list(rows.order_by("-count", "-last")[:SHOWN])


def _counts(rows: QuerySet[Any]) -> dict[int, int]:
    counted: Iterable[tuple[int, int]] = rows.order_by().values_list("article").annotate(Count("pk"))
    return dict(counted)
