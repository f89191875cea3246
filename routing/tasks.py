"""Doors for Celery."""

from celery import shared_task

from routing import absences, giving


@shared_task
def sweep() -> None:
    """Offer the tickets of who is away from now on; try again those for which nobody could be found."""
    absences.begin_due()
    giving.try_again()
