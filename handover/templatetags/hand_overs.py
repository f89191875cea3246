"""The hand-over of a ticket, on the desk's pages."""

from __future__ import annotations

from django import template

from accounts.models import User
from handover.actions import present_hand_over
from handover.models import HandOver
from tickets.models import Ticket

register = template.Library()


@register.simple_tag
def hand_over_of(ticket: Ticket, viewer: User) -> HandOver | None:
    """What the page shows on top: the last hand-over, also one that was returned and not made again."""
    if not viewer.is_staff_member or not getattr(ticket, "has_hand_overs", True):
        return None
    present = present_hand_over(ticket)
    if present:
        return present
    last = ticket.hand_overs.select_related("by", "returned_by").order_by("-sequence").first()
    return last if last and last.returned_at and last.from_tier == ticket.tier else None


@register.simple_tag
def times_returned(ticket: Ticket, viewer: User) -> int:
    """How often this ticket went back for want of something. The desk's own figure."""
    return HandOver.objects.visible_to(viewer).returned().filter(ticket=ticket).count()
