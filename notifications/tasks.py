"""Doors for Celery."""

from celery import shared_task

from notifications import sending


# Together shorter than sending.LEASE: who is stopped has given up the mail before another may claim it.
@shared_task(soft_time_limit=55, time_limit=65)
def send_pending() -> None:
    """Send the mail that is due: asked for after each announcement, and by beat for what that has lost."""
    sending.send_due()
