"""Doors for Celery."""

from celery import shared_task

from events import announcing
from events.models import Event
from helpdesk import hints

SWEEP_BATCH = 500


@shared_task
def announce(event_id: int) -> None:
    announcing.announce(event_id)


@shared_task
def announce_pending() -> None:
    """Announce what the broker lost. A batch at a time; one bad event never holds up the others."""
    waiting = list(Event.objects.pending().values_list("pk", flat=True)[:SWEEP_BATCH])
    announced = [announcing.announce(event_id) for event_id in waiting]
    if len(waiting) == SWEEP_BATCH and any(announced):
        hints.give(announce_pending)
