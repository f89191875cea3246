"""What a reader did before filing a ticket: searched, read. It tells where the documents have gaps.

A search is told by the script of its page, so that robots and pages fetched ahead count for nothing. The row
says what was looked for, never by whom. What leads to a ticket is remembered for READER_REMEMBERED only,
searches in the reader's own session and articles in the cache, and is written down once they have filed one.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from files.masking import masked_text
from helpdesk.text import normal
from kb.models import Article, ReadBefore, Search
from products.models import Platform, Product

SEARCHED, READ = "kb_searched", "kb_read"
READER_REMEMBERED = timedelta(hours=2)
# Of one person.
MOST_REMEMBERED = 10
MAX_WORDS = 200
_SALT = "kb.searched"
_TOKEN_SECONDS = 24 * 60 * 60


def token(words: str, *, language: str, product: str, platform: str, results: int) -> str:
    """What a page of results hands to its script, signed: nobody can tell of searches that were none."""
    said = {"key": str(uuid.uuid4()), "words": words[:1000], "language": language, "results": results}
    return signing.dumps({**said, "product": product, "platform": platform}, salt=_SALT, compress=True)


def note_search(signed: str, *, at: datetime | None = None) -> Search | None:
    """The row of a search, written if it is new; None for a token that is not ours or too old."""
    try:
        said: dict[str, Any] = signing.loads(signed, salt=_SALT, max_age=_TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    words = masked(said["words"])
    if not words:
        return None
    platform = said["platform"] if said["platform"] in Platform.values else ""
    search, _is_new = Search.objects.get_or_create(
        key=uuid.UUID(said["key"]),
        defaults={
            "words": words,
            "language": said["language"],
            "product": Product.objects.filter(code=said["product"][:50]).first() if said["product"] else None,
            "platform": platform,
            "results": min(said["results"], 32767),
            "at": at or timezone.now(),
        },
    )
    return search


def note_click(search: Search, article: Article) -> None:
    """The first result that was opened counts; the second does not make the search more successful."""
    Search.objects.filter(pk=search.pk, was_clicked=False).update(was_clicked=True, clicked=article)


def remember(request: HttpRequest, search: Search, *, opens_session: bool = False) -> None:
    """Keep in the reader's session that they searched. A session is begun only on the way to a ticket."""
    if request.user.is_authenticated or request.session.session_key or opens_session:
        request.session[SEARCHED] = _with(request.session.get(SEARCHED, {}), str(search.key))


def note_read(request: HttpRequest, article: Article) -> None:
    """Remember that a customer read this. Nothing is kept of staff and of strangers."""
    user = request.user
    if isinstance(user, User) and user.is_authenticated and not user.is_staff_member:
        key = f"{READ}:{user.pk}"
        cache.set(key, _with(cache.get(key, {}), str(article.pk)), READER_REMEMBERED.total_seconds())


def ended_in_ticket(request: HttpRequest, ticket: int, *, at: datetime) -> None:
    """A ticket was filed: what this person searched and read in the two hours before did not spare it."""
    read_key = f"{READ}:{request.user.pk}"
    searched = _since(request.session.pop(SEARCHED, {}), at - READER_REMEMBERED)
    read = _since(cache.get(read_key, {}), at - READER_REMEMBERED)
    cache.delete(read_key)
    if searched:
        keys = [uuid.UUID(key) for key in searched]
        Search.objects.filter(key__in=keys, ticket=None).update(ticket_id=ticket)
    if read:
        there = Article.objects.filter(pk__in=[int(pk) for pk in read])
        ReadBefore.objects.bulk_create(
            [ReadBefore(article=article, ticket_id=ticket, at=at) for article in there], ignore_conflicts=True
        )


def prune(now: datetime) -> int:
    """Remove the searches that are older than SEARCHES_KEPT_DAYS. Returns how many."""
    oldest = now - timedelta(days=settings.SEARCHES_KEPT_DAYS)
    return Search.objects.filter(at__lt=oldest).delete()[0]


def masked(words: str) -> str:
    """What was typed, without tokens, keys, passwords, addresses and numbers of people and machines."""
    return " ".join(masked_text(normal(words))[0].split())[:MAX_WORDS]


def _with(kept: dict[str, str], key: str) -> dict[str, str]:
    """The latest MOST_REMEMBERED with this one as the last: key -> moment."""
    others = {one: moment for one, moment in kept.items() if one != key}
    return dict([*others.items(), (key, timezone.now().isoformat())][-MOST_REMEMBERED:])


def _since(kept: dict[str, str], start: datetime) -> list[str]:
    moments = {key: parse_datetime(moment) for key, moment in kept.items()}
    return [key for key, moment in moments.items() if moment and moment >= start]
