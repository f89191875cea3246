"""Doors for Celery."""

from celery import shared_task
from django.utils import timezone

from kb import actions, indexing


@shared_task
def count_common_words() -> None:
    indexing.count_common_words()


@shared_task
def publish_scheduled() -> None:
    actions.publish_due(timezone.now())
