"""The articles that belong beside a ticket: written from it, read before it, and those that may solve it."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F
from django.utils.translation import get_language

from accounts.models import User
from kb.case import Case
from kb.models import Article, ReadBefore
from kb.search import suggest
from known_issues.matching import case_of
from learning.models import WrittenFrom
from tickets.models import Ticket
from tickets.similar import ENOUGH, MAX_WORDS, SHARED_WORDS, WEIGHTS

SHOWN = 3


def beside(ticket: Ticket, user: User) -> dict[str, Any]:
    """`written` from this ticket, `read` by its requester before filing, `offered`: those that match it and
    those that were written from tickets like it, drafts among them."""
    written = _seen(user).filter(written_from__ticket=ticket).order_by("written_from__pk")
    read_rows = ReadBefore.objects.filter(ticket=ticket, article__in=Article.objects.visible_to(user))
    read = [row.article for row in read_rows.select_related("article").order_by("pk")]
    written = list(written)
    offered: list[Article] = []
    if ticket.is_active:
        case = case_of(ticket)
        offered = _from_similar(ticket, case, user)
        language = ticket.requester.language or get_language() or ""
        found = suggest(user, case, language=language, limit=SHOWN + len(written))
        offered += [one.article for one in found if one.article not in offered]
    known = {article.pk for article in written}
    offered = [article for article in offered if article.pk not in known][:SHOWN]
    return {"written": written, "read": read, "offered": offered}


def _from_similar(ticket: Ticket, case: Case, user: User) -> list[Article]:
    """Articles begun from tickets that share words with this one, published or still a draft."""
    words = case.words[:MAX_WORDS]
    if len(words) < SHARED_WORDS:
        return []
    any_word = SearchQuery(" | ".join(f"'{word}'" for word in words), search_type="raw", config="english")
    sources = (
        Ticket.objects.visible_to(user)
        .filter(pk__in=WrittenFrom.objects.values("ticket"), search=any_word)
        .exclude(pk=ticket.pk)
        .annotate(rank=SearchRank(F("search"), any_word, weights=WEIGHTS))
        .filter(rank__gte=ENOUGH)
        .order_by("-rank", "-number")
    )
    if ticket.product_id:
        sources = sources.filter(product=ticket.product_id)
    if ticket.platform:
        sources = sources.filter(platform__in=["", ticket.platform])
    keys = list(sources.values_list("pk", flat=True)[:SHOWN])
    articles = _seen(user).filter(written_from__ticket__in=keys).exclude(status=Article.Status.ARCHIVED)
    return list(articles.distinct()[:SHOWN])


def _seen(user: User) -> Any:
    return Article.objects.visible_to(user).defer("body", "search", "search_body").select_related("category")
