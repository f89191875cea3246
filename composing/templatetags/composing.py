"""What the composer is drawn from."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from accounts.models import User
from composing import habits, later
from composing.audience import in_words
from tickets.models import Ticket

register = template.Library()


@register.simple_tag(takes_context=True)
def composer_of(context: Any, ticket: Ticket) -> dict[str, Any]:
    """The person's habits, who will read a reply, what may follow it, and when it may leave. No query: what
    needs one comes with `composing.views.beside`, after the page.
    """
    usual = habits.at_hand(context["request"])
    user: User = context["request"].user
    return {
        **habits.ways(usual, resolvable=ticket.is_active),
        "audience": in_words(ticket),
        "choices": later.choices(timezone.now(), theirs=ticket.requester.zone, mine=user.zone),
        "zones": list(dict.fromkeys([ticket.requester.zone.key, user.zone.key])),
    }
