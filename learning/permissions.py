"""Who may work on what readers and reviewers say. What somebody may see, `visible_to` decides."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from kb.permissions import can_write
from tickets.models import Ticket


def can_write_from(user: User | AnonymousUser, ticket: Ticket) -> bool:
    """A solution is known once the ticket is resolved."""
    return can_write(user) and not ticket.is_active
