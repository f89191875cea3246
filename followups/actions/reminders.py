"""Bring a ticket back to somebody, exactly once. A sweep finds what is due: a dead worker delays it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event
from events.recording import record
from followups import moments
from followups.models import Reminder
from helpdesk.errors import InvalidTransition
from tickets.actions.changing import locked
from tickets.models import Ticket

BATCH = 200
MOST_WAITING = 200


def remind(
    ticket: Ticket, *, by: User, when: str, note: str = "", by_mail: bool = False, at: datetime | None = None
) -> Reminder:
    """`when` as people write it, in the person's own zone. Raises InvalidInput where it cannot be read."""
    now = at or timezone.now()
    moment = moments.read(when, now, by.zone)
    if Reminder.objects.waiting().filter(user=by).count() >= MOST_WAITING:
        raise InvalidTransition(_("You have %(count)d reminders already.") % {"count": MOST_WAITING})
    return Reminder.objects.create(
        ticket=ticket,
        user=by,
        note=note.strip()[:200],
        due_at=moment.due_at,
        on_answer=moment.is_answer,
        by_mail=by_mail,
        created_at=now,
    )


def cancel(reminder: Reminder, *, at: datetime | None = None) -> None:
    """Raises InvalidTransition for one that has been given or cancelled meanwhile."""
    gone = Reminder.objects.waiting().filter(pk=reminder.pk).update(cancelled_at=at or timezone.now())
    if not gone:
        raise InvalidTransition(_("This reminder is no longer waiting."))


def wake_for_answer(event: Event) -> int:
    """Make due what waits for the customer's answer on this ticket, or on one merged into it.

    Called again, it finds nothing more: what is due is no longer without a moment.
    """
    here = Ticket.objects.filter(pk=event.ticket_id) | Ticket.objects.filter(merged_into=event.ticket_id)
    waiting = Reminder.objects.waiting().filter(ticket__in=here.values("pk"), on_answer=True, due_at=None)
    return waiting.filter(created_at__lt=event.at).update(due_at=event.at)


def fire_due(now: datetime) -> int:
    """Give the reminders that are due. Returns how many; any number of workers may run at once."""
    given = 0
    due = Reminder.objects.due(now).order_by("due_at", "pk").values_list("pk", "ticket_id")
    for pk, ticket_id in due[:BATCH]:
        with transaction.atomic():
            # The ticket first, as every action does: two that wait for each other would never end.
            ticket = locked(Ticket(pk=ticket_id))
            reminder = Reminder.objects.due(now).select_for_update(of=("self",)).filter(pk=pk).first()
            if reminder is None:
                continue
            reminder.fired_at = now
            reminder.save(update_fields=["fired_at"])
            record(
                "ticket.reminded",
                ticket,
                by=None,
                at=now,
                tell=[reminder.user_id],
                words=reminder.note,
                answered=reminder.on_answer,
                by_mail=reminder.by_mail,
            )
            given += 1
    return given
