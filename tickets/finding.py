"""Find the other ticket: for merging and linking, by number or words."""

from __future__ import annotations

import re

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from accounts.models import User
from helpdesk.text import segmented
from tickets.models import Ticket

OFFERED = 8
MAX_WORDS_LENGTH = 200
_NUMBER = re.compile(r"#?\s*(\d{1,18})")


def others(user: User, ticket: Ticket, words: str, *, same_customer: bool) -> list[Ticket]:
    """Tickets that fit the words, those of the same customer only if asked so; without words the newest open.

    A number finds that ticket whatever its state, so that a page can say why it does not fit.
    """
    found = Ticket.objects.visible_to(user).exclude(pk=ticket.pk)
    words = words.replace("\0", "").strip()[:MAX_WORDS_LENGTH]
    if match := _NUMBER.fullmatch(words):
        found = found.filter(number=int(match[1]))
    else:
        own = Q(organization=ticket.organization_id)
        if ticket.organization_id is None:
            own = Q(requester=ticket.requester_id, organization=None)
        if same_customer or not words:
            found = found.filter(own)
        if words:
            found = found.filter(
                search=SearchQuery(segmented(words), search_type="websearch", config="english")
            )
        else:
            found = found.active()
    return list(
        found.select_related("requester", "organization", "product", "assignee")
        .defer("search")
        .order_by("-number")[:OFFERED]
    )
