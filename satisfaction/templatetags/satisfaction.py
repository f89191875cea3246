"""The question on the pages of its ticket."""

from __future__ import annotations

from django import template
from django.utils import timezone

from accounts.models import User
from satisfaction.models import Question, Score
from tickets.models import Ticket

register = template.Library()


@register.simple_tag
def question_of(ticket: Ticket, viewer: User) -> Question | None:
    """What this requester was asked last and may answer or change now; for a resolved ticket only."""
    if ticket.is_active or viewer.pk != ticket.requester_id:
        return None
    found = Question.objects.visible_to(viewer).filter(ticket=ticket, person=viewer).first()
    return found if found and found.is_open(timezone.now()) else None


@register.simple_tag
def answers_of(ticket: Ticket, viewer: User) -> list[Question]:
    """What its requester has answered, for the desk."""
    if not viewer.is_staff_member:
        return []
    return list(Question.objects.filter(ticket=ticket).exclude(score=""))


@register.simple_tag
def scores() -> list[tuple[str, str]]:
    return [(score.value, str(score.label)) for score in Score]
