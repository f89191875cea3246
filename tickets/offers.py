"""What can be done with a ticket in its present state, so that a page offers nothing that would be refused.

The actions ask again: what was possible when the page was shown may no longer be.
"""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from tickets.actions.joining import closing_to_undo
from tickets.models import Priority, Ticket

Status = Ticket.Status
_ALWAYS = ("note", "set_facts", "link")


def offers(user: User, ticket: Ticket) -> frozenset[str]:
    """Names of possible actions, as in `tickets.actions`. Empty for who does not work on the desk."""
    if not user.is_staff_member:
        return frozenset()
    if ticket.is_active:
        return frozenset(_on_active(user, ticket))
    if ticket.status == Status.RESOLVED:
        return frozenset({"reply", "reopen", "close", "merge", "split", "dismiss", *_ALWAYS})
    split = set() if ticket.merged_into_id else {"split"}
    undo = {"restore"} if closing_to_undo(ticket, timezone.now()) else set()
    return frozenset({*_ALWAYS, *split, *undo})


def _on_active(user: User, ticket: Ticket) -> set[str]:
    possible = {
        "reply",
        "ask_requester",
        "assign",
        "hand_over",
        "resolve",
        "set_priority",
        "merge",
        "split",
        "dismiss",
        *_ALWAYS,
    }
    if ticket.assignee_id != user.pk:
        possible.add("take")
    if ticket.assignee_id is not None:
        possible.add("release")
    if ticket.status in (Status.PENDING, Status.ON_HOLD):
        possible.add("resume")
    if ticket.status != Status.ON_HOLD:
        possible.add("hold")
    if ticket.priority == Priority.P4:
        possible.add("agree_date")
    return possible
