"""Doors for Celery."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from tickets import actions
from tickets.models import Ticket


@shared_task
def close_resolved() -> None:
    """Close what stayed resolved for AUTO_CLOSE_AFTER. Each ticket in its own transaction."""
    now = timezone.now()
    due = Ticket.objects.filter(
        status=Ticket.Status.RESOLVED, resolved_at__lte=now - settings.AUTO_CLOSE_AFTER
    )
    for ticket in due.order_by("resolved_at")[:1000]:
        actions.close_if_still_resolved(ticket, at=now)
