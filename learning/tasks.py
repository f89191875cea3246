"""Doors for Celery."""

from celery import shared_task
from django.utils import timezone

from learning import actions


@shared_task
def mark_stale() -> None:
    actions.mark_stale(timezone.now())
