"""Doors for Celery."""

from celery import shared_task

from events import announcing
from events.models import Event

SWEEP_BATCH = 500


@shared_task
def announce(event_id: int) -> None:
    announcing.announce(event_id)


@shared_task
def announce_pending() -> None:
    """Announce what the broker lost. A batch at a time; one bad event never holds up the others."""
    for event_id in Event.objects.pending().values_list("pk", flat=True)[:SWEEP_BATCH]:
        announcing.announce(event_id)
