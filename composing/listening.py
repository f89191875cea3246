"""What an event means for replies that have not left."""

from django.utils import timezone

from composing.meanwhile import ANSWERS
from composing.releasing import withhold_answered
from events.models import Event


def follow(event: Event) -> None:
    """A customer's answer keeps back what was to be sent later. Called again, it finds nothing to do."""
    if event.kind in ANSWERS and event.actor is not None and not event.actor.is_staff_member:
        withhold_answered(event.ticket, at=timezone.now())
