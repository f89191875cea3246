"""Doors for Celery."""

import structlog
from celery import shared_task
from django.utils import timezone

from helpdesk import hints
from sla import jobs, recomputing, scanning
from sla.calendars import versions
from sla.models import Reapplication, Replay
from sla.policies import applying, replaying

logger = structlog.get_logger(__name__)


@shared_task
def scan() -> None:
    scanning.scan(timezone.now())


@shared_task(time_limit=3600)
def check_clocks() -> None:
    """Nightly: every difference between stored and computed clocks is an error in the log."""
    for difference in recomputing.differences():
        logger.error("clock_differs", difference=str(difference))


@shared_task
def reapply(job_id: int) -> None:
    jobs.go_on(reapply, applying.step, job_id)


@shared_task
def replay(job_id: int) -> None:
    jobs.go_on(replay, replaying.step, job_id)


@shared_task
def go_on_with_jobs() -> None:
    """Take up jobs that stand still: their hint was lost, or their worker died."""
    before = timezone.now() - jobs.STANDS_STILL_AFTER
    underway = [Reapplication.Phase.LOOKING, Reapplication.Phase.APPLYING]
    for job in Reapplication.objects.filter(phase__in=underway, touched_at__lt=before):
        hints.give(reapply, job.pk)
    for unfinished in Replay.objects.filter(finished_at=None, touched_at__lt=before):
        hints.give(replay, unfinished.pk)


@shared_task(time_limit=3600)
def follow_calendars() -> None:
    """Move open tickets to calendar versions that came into force (rule C2)."""
    versions.apply_all()


@shared_task(time_limit=3600)
def follow_zone_database() -> None:
    """Nightly: a newer time zone database is a calendar edit (rule C2)."""
    if versions.follow_zone_database(timezone.now()):
        versions.apply_all()
