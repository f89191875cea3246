"""The known issues of a ticket, on pages of other apps."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from known_issues.models import KnownIssue, Link
from tickets.models import Ticket

register = template.Library()

BESIDE_ARTICLES = 3
LONGEST = 60  # as the page of known issues takes it


@register.simple_tag
def known_issues_of(ticket: Ticket, viewer: User) -> list[KnownIssue]:
    """Those linked to the ticket that this person may read."""
    if not getattr(ticket, "has_known_issues", True):
        return []
    linked = Link.objects.of(ticket).values("known_issue")
    return list(KnownIssue.objects.visible_to(viewer).filter(pk__in=linked).light().order_by("pk"))


@register.simple_tag
def known_issues_about(
    typed: str, viewer: User | AnonymousUser, product: str = "", platform: str = ""
) -> list[KnownIssue]:
    """What is known of the searched words, above the articles: the latest few that this person may read."""
    if not typed.strip():
        return []
    issues = (
        KnownIssue.objects.visible_to(viewer).about(typed[:LONGEST]).of(product=product, platform=platform)
    )
    return list(issues.light()[:BESIDE_ARTICLES])
