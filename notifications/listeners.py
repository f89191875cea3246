"""What happens when an event is announced: notices and mails are written, once, for whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Event
from helpdesk import hints
from notifications import alerts, live
from notifications.audience import Way, audience
from notifications.message_ids import message_id
from notifications.models import Mail, Notice


def notify(event: Event) -> None:
    """Write a notice or a mail for everybody whom the event concerns. Called again, it adds nothing."""
    told = audience(event)
    noticed = [person for person, way in told.items() if Way.NOTICE in way]
    mailed = [person for person, way in told.items() if Way.MAIL in way]
    if noticed:
        Notice.objects.bulk_create(
            [Notice(user=person, event=event) for person in noticed], ignore_conflicts=True
        )
        transaction.on_commit(lambda: live.announce_notices(noticed), robust=True)
    if mailed:
        mails = [_mail(person, event) for person in mailed]
        Mail.objects.bulk_create(mails, ignore_conflicts=True)
        _let_earlier_ones_wait_no_longer(mails)
        transaction.on_commit(_hint, robust=True)


def publish(event: Event) -> None:
    """Tell open pages that a ticket has changed: at once, for it is so already and somebody is looking."""
    live.announce_ticket(event)


def _mail(person: User, event: Event) -> Mail:
    return Mail(
        user=person,
        event=event,
        ticket_id=event.ticket_id,
        is_alert=alerts.is_alert(event),
        due_at=timezone.now() + alerts.wait(event),
        message_id=message_id(event=event, person=person),
    )


def _let_earlier_ones_wait_no_longer(mails: Sequence[Mail]) -> None:
    """Mails of a ticket go in their order: an alert that waits less takes the earlier ones along."""
    first = mails[0]
    if first.is_alert:
        Mail.objects.waiting().filter(
            ticket=first.ticket_id,
            user__in=[mail.user_id for mail in mails],
            is_alert=True,
            digest=None,
            unfinished=0,
            due_at__gt=first.due_at,
        ).update(due_at=first.due_at)


def _hint() -> None:
    """Have the mail sent now. With the broker away it goes with the next sweep."""
    from notifications.tasks import send_pending

    hints.give(send_pending)
