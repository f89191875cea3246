"""Tickets like the one that somebody is about to file."""

from __future__ import annotations

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from kb.case import Case
from tickets.models import Ticket, Watcher

SHOWN = 3
# A word alone says little; so many of the case's words a ticket must have to be called similar.
SHARED_WORDS = 2
MAX_WORDS = 8
# The same as in the documents: the subject tells more than the conversation.
WEIGHTS = [0.05, 0.2, 0.5, 1.0]
ENOUGH = 0.08


def similar(user: User, case: Case, *, limit: int = SHOWN) -> list[Ticket]:
    """Open tickets of their own and of their organisations that this person may see, most alike first.

    Each carries `is_watched`: whether this person follows it already. One query.
    """
    words = case.words[:MAX_WORDS]
    if len(words) < SHARED_WORDS:
        return []
    any_word = SearchQuery(" | ".join(f"'{word}'" for word in words), search_type="raw", config="english")
    theirs = Q(requester=user) | Q(organization__in=user.memberships.values("organization"))
    tickets = (
        Ticket.objects.visible_to(user)
        .active()
        .filter(theirs, search=any_word)
        .annotate(
            rank=SearchRank(F("search"), any_word, weights=WEIGHTS),
            is_watched=Exists(Watcher.objects.filter(ticket=OuterRef("pk"), user=user)),
        )
        .filter(rank__gte=ENOUGH)
        .select_related("requester")
        .defer("search")
        .order_by("-rank", "-number")
    )
    found = list(tickets[: limit * 4])
    return sorted(found, key=lambda one: -_score(one, case))[:limit]


def _score(ticket: Ticket, case: Case) -> float:
    score: float = ticket.rank  # type: ignore[attr-defined]
    for asked, has in (
        (case.product and case.product.pk, ticket.product_id),
        (case.platform, ticket.platform),
        (case.sdk_version, ticket.sdk_version),
    ):
        if asked and has:
            score *= 1.2 if asked == has else 0.7
    return score
