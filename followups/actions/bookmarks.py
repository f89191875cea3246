"""Stars of one's own. They change nothing about the ticket, so its history does not tell them."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from followups.models import Bookmark
from tickets.models import Ticket


@transaction.atomic
def toggle_bookmark(ticket: Ticket, *, by: User) -> bool:
    """Set the star or take it off. Returns whether it is set now."""
    gone, _rows = Bookmark.objects.filter(ticket=ticket, user=by).delete()
    if gone:
        return False
    Bookmark.objects.get_or_create(ticket=ticket, user=by)
    return True
