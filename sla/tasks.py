"""Doors for Celery."""

from celery import shared_task
from django.utils import timezone

from sla import scanning


@shared_task
def scan() -> None:
    scanning.scan(timezone.now())
