"""The known issues of a ticket, on pages of other apps."""

from __future__ import annotations

from django import template

from accounts.models import User
from known_issues.models import KnownIssue, Link
from tickets.models import Ticket

register = template.Library()


@register.simple_tag
def known_issues_of(ticket: Ticket, viewer: User) -> list[KnownIssue]:
    """Those linked to the ticket that this person may read."""
    if not getattr(ticket, "has_known_issues", True):
        return []
    linked = Link.objects.of(ticket).values("known_issue")
    return list(KnownIssue.objects.visible_to(viewer).filter(pk__in=linked).light().order_by("pk"))
