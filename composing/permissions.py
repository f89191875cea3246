"""Who may touch a reply that has not left. Whether they see it is `visible_to`."""

from __future__ import annotations

from accounts.models import User
from composing.models import Outgoing


def can_take_back(user: User, held: Outgoing) -> bool:
    """Its author. What leaves later, also a colleague: the author may be away when it turns out wrong."""
    return user.is_staff_member and (held.author_id == user.pk or held.is_scheduled)


def can_send_now(user: User, held: Outgoing) -> bool:
    return user.is_staff_member and held.author_id == user.pk
