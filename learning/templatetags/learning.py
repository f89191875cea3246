"""What the pages of articles, tickets and notices show of learning."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import User
from kb import trail
from kb.models import Article
from kb.views.finding import reader_language
from learning.models import Comment, Feedback, News, WrittenFrom

register = template.Library()

NEWS_SHOWN = 5
MOST_COUNTED = 100


@register.simple_tag
def search_token(words: str, product: str, platform: str, results: int) -> str:
    """What a page of results tells its script (kb.trail)."""
    return trail.token(words, language=reader_language(), product=product, platform=platform, results=results)


@register.simple_tag
def reasons() -> list[tuple[str, Any]]:
    return Feedback.Reason.choices


@register.simple_tag
def stale_mark(article: Article) -> dict[str, Any]:
    """Why an article wants to be read again; empty for one that does not. No query."""
    today = timezone.localdate()
    if not article.is_published or not article.is_stale(today):
        return {}
    return {"is_overdue": article.is_overdue(today), "is_unsupported": article.is_unsupported(today)}


@register.simple_tag
def known_of(article: Article, viewer: User | AnonymousUser) -> dict[str, Any]:
    """For those who write: the tickets it came from, and what readers said that waits for an answer."""
    if not isinstance(viewer, User) or not viewer.is_staff_member:
        return {}
    return {
        "sources": [
            one.ticket
            for one in WrittenFrom.objects.filter(article=article).select_related("ticket").order_by("pk")
        ],
        "waiting": Feedback.objects.visible_to(viewer).filter(article=article).open().count(),
        "comments": Comment.objects.visible_to(viewer)
        .filter(article=article, thread=None, resolved_at=None)
        .count(),
    }


@register.simple_tag
def threads_of(article: Article, viewer: User | AnonymousUser) -> list[Comment]:
    """Reviewers' threads with their answers, the open ones first."""
    threads = Comment.objects.visible_to(viewer).filter(article=article, thread=None)
    related = threads.select_related("by", "resolved_by", "revision").prefetch_related("answers__by")
    return sorted(related, key=lambda one: (one.resolved_at is not None, -one.pk))


@register.simple_tag
def writers_counts(viewer: User | AnonymousUser) -> dict[str, int]:
    """What waits for those who write, for the heads of their pages."""
    if not isinstance(viewer, User) or not viewer.is_staff_member:
        return {}
    today = timezone.localdate()
    return {
        "feedback": Feedback.objects.visible_to(viewer).open().count(),
        "stale": Article.objects.visible_to(viewer).stale(today).count(),
    }


@register.simple_tag
def news_of(viewer: User | AnonymousUser) -> dict[str, Any]:
    """What a person is told of articles and has not read yet, the newest first."""
    unread = News.objects.visible_to(viewer).unread().select_related("article", "feedback", "comment__by")
    rows = list(unread.defer("article__body").order_by("-pk")[:NEWS_SHOWN])
    count = len(rows) if len(rows) < NEWS_SHOWN else News.objects.visible_to(viewer).unread().count()
    return {"rows": rows, "count": min(count, MOST_COUNTED), "newest": rows[0].pk if rows else None}


@register.filter
def with_news(unread: str, news: int) -> str:
    """The number at the bell: unread notices of tickets ("", "7", "99+") and news of articles together."""
    if not news or unread.endswith("+"):
        return unread
    count = int(unread or 0) + news
    return str(count) if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
