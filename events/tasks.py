"""Doors for Celery."""

from celery import shared_task

from events import announcing
from events.models import Event
from helpdesk import hints

# Small, so that a storm of events does not keep a worker from the scan for long.
SWEEP_BATCH = 100


@shared_task
def announce(event_id: int) -> None:
    announcing.announce(event_id)


@shared_task
def announce_pending(after: int = 0) -> None:
    """Announce what the broker lost, oldest first, a batch at a time.

    A full batch asks for the next one, so that events which fail again and again never hide the newer ones.
    """
    waiting = list(Event.objects.pending().filter(pk__gt=after).values_list("pk", flat=True)[:SWEEP_BATCH])
    for event_id in waiting:
        announcing.announce(event_id)
    if len(waiting) == SWEEP_BATCH:
        hints.give(announce_pending, waiting[-1])
