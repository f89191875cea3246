"""The known issues of a ticket, on pages of other apps."""

from __future__ import annotations

from django import template

from accounts.models import User
from known_issues.models import KnownIssue
from tickets.models import Ticket

register = template.Library()


@register.simple_tag
def known_issues_of(ticket: Ticket, viewer: User) -> list[KnownIssue]:
    """Those linked to the ticket that this person may read."""
    if not getattr(ticket, "has_known_issues", True):
        return []
    issues = KnownIssue.objects.visible_to(viewer).filter(links__ticket=ticket)
    return list(issues.light().order_by("links__pk"))
