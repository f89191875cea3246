"""Who may do what to a ticket they can see. Whether they can see it is `visible_to`."""

from __future__ import annotations

from accounts.models import User
from tickets.models import Ticket


def can_work(user: User, ticket: Ticket) -> bool:
    """Everything an engineer does: note, take, assign, hand over, hold, priority, resolve."""
    return user.is_staff_member


def can_reply(user: User, ticket: Ticket) -> bool:
    """Whoever sees the ticket may speak on it."""
    return user.is_active


def can_confirm_solved(user: User, ticket: Ticket) -> bool:
    """The customer may say that it is solved, and take that back."""
    return user.is_active


def can_watch(user: User, ticket: Ticket) -> bool:
    """Whoever sees a ticket may follow it; its requester is told anyway."""
    return user.is_active and ticket.requester_id != user.pk


def can_see_notes(user: User) -> bool:
    return user.is_staff_member
