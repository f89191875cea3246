"""What the rules read of tickets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from routing.rules import Facts
from sla.terms import Book
from tickets.models import Ticket

# What is read along with a ticket, so that its facts cost no query each.
RELATED = ("requester", "organization__tam", "request_type__request_type")


def facts_of(ticket: Ticket, at: datetime, *, book: Book | None = None, **instead: Any) -> Facts:
    """The facts at `at`. `instead` are fields as they were or would be: `tier="L1"`.

    The language is the requester's. A TAM who has left makes no key account.
    """
    book = book or Book()
    tam = ticket.organization.tam if ticket.organization else None
    values = {
        "priority": ticket.priority,
        "tier": ticket.tier,
        "language": ticket.requester.language,
        "product": ticket.product_id,
        "platform": ticket.platform,
        "organization": ticket.organization_id,
        "plan": book.plan(ticket.organization_id, at).pk,
        "tam": tam.pk if tam and tam.is_active else None,
        "request_type": ticket.request_type.request_type.code if ticket.request_type else "",
        "channel": ticket.channel,
    }
    return Facts(**{**values, **instead})


def read(numbers: Iterable[int]) -> dict[int, Ticket]:
    """Tickets by number with all that `facts_of` reads."""
    return Ticket.objects.select_related(*RELATED).defer("search").in_bulk(list(numbers))
