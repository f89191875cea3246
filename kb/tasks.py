"""Doors for Celery."""

from celery import shared_task

from kb import indexing


@shared_task
def count_common_words() -> None:
    indexing.count_common_words()
