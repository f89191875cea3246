"""Doors for Celery."""

import structlog
from celery import shared_task
from django.utils import timezone

from sla import recomputing, scanning

logger = structlog.get_logger(__name__)


@shared_task
def scan() -> None:
    scanning.scan(timezone.now())


@shared_task(time_limit=3600)
def check_clocks() -> None:
    """Nightly: every difference between stored and computed clocks is an error in the log."""
    for difference in recomputing.differences():
        logger.error("clock_differs", difference=str(difference))
