"""When the customer does something on a ticket, reminders that wait for it become due."""

from __future__ import annotations

from django.db import transaction

from events.models import Event
from followups.actions import wake_for_answer
from helpdesk import hints

ANSWERS = frozenset({"ticket.replied", "ticket.facts_set", "ticket.resolved", "ticket.reopened"})


def answered(event: Event) -> None:
    """Called again, it adds nothing."""
    by_customer = event.actor is not None and not event.actor.is_staff_member
    if event.kind in ANSWERS and by_customer and wake_for_answer(event):
        transaction.on_commit(_hint, robust=True)


def _hint() -> None:
    from followups.tasks import give_reminders

    hints.give(give_reminders)
