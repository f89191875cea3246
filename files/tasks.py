"""Doors for Celery."""

from celery import shared_task
from django.utils import timezone

from files import uploads


@shared_task
def sweep_uploads() -> None:
    """Remove files that nobody sent."""
    uploads.sweep(timezone.now())
