"""Doors for Celery."""

from celery import shared_task
from django.utils import timezone

from followups import actions
from followups.actions.reminders import BATCH
from helpdesk import hints


@shared_task
def give_reminders() -> None:
    """Give the reminders that are due. Callable by several."""
    if actions.fire_due(timezone.now()) >= BATCH:
        hints.give(give_reminders)
