"""Doors for Celery."""

from celery import shared_task

from events import announcing
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
    last = announcing.announce_oldest(SWEEP_BATCH, after=after)
    if last is not None:
        hints.give(announce_pending, last)
