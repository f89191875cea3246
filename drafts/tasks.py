"""Doors for Celery."""

from celery import shared_task
from django.utils import timezone

from drafts import actions


@shared_task
def prune() -> None:
    """Remove drafts that nobody came back to."""
    actions.prune(timezone.now())
