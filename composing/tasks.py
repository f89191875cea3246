"""Doors for Celery."""

from celery import shared_task
from django.utils import timezone

from composing import releasing


@shared_task
def release_one(pk: int) -> None:
    """Send one held reply on the second: asked for when it was held."""
    releasing.release(pk, at=timezone.now())


@shared_task
def release_due() -> None:
    """Send what is due: for what the broker lost, and for what was to be sent later."""
    releasing.release_due(timezone.now())
