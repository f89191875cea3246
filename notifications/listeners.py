"""What happens when an event is announced: notices and mails are written, once, for whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from events.models import Event
from helpdesk import hints
from helpdesk.batches import done_together
from notifications import alerts, live
from notifications.audience import Way, audience
from notifications.message_ids import message_id
from notifications.models import Mail, Notice


def notify(event: Event) -> None:
    """Write a notice or a mail for everybody whom the event concerns. Called again, it adds nothing."""
    told = audience(event)
    _notices([Notice(user=person, event=event) for person, way in told.items() if Way.NOTICE in way])
    _mails([_mail(person, event) for person, way in told.items() if Way.MAIL in way])


def publish(event: Event) -> None:
    """Tell open pages that a ticket has changed, without waiting for the commit: it is so already."""
    _published([event])


@done_together
def _published(events: Sequence[Event]) -> None:
    live.announce_tickets(events)


@done_together
def _notices(notices: Sequence[Notice]) -> None:
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    told = {notice.user_id for notice in notices}
    transaction.on_commit(lambda: live.announce_notices(told), robust=True)


@done_together
def _mails(mails: Sequence[Mail]) -> None:
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    _let_earlier_ones_wait_no_longer([mail for mail in mails if mail.is_alert])
    transaction.on_commit(_hint, robust=True)


def _mail(person: User, event: Event) -> Mail:
    return Mail(
        user=person,
        event=event,
        ticket_id=event.ticket_id,
        is_alert=alerts.is_alert(event),
        due_at=timezone.now() + alerts.wait(event),
        message_id=message_id(event=event, person=person),
    )


def _let_earlier_ones_wait_no_longer(alerts: Sequence[Mail]) -> None:
    """Mails of a ticket go in their order: an alert that waits less takes the earlier ones along."""
    if not alerts:
        return
    waiting = Mail.objects.waiting().filter(is_alert=True)
    sooner = waiting.filter(
        user=OuterRef("user"), ticket=OuterRef("ticket"), pk__gt=OuterRef("pk"), due_at__lt=OuterRef("due_at")
    ).order_by("due_at")
    earlier = waiting.filter(
        Exists(sooner),
        user__in={mail.user_id for mail in alerts},
        ticket__in={mail.ticket_id for mail in alerts},
        digest=None,
        unfinished=0,
    )
    # In one order, so that two batches with the same tickets never wait for each other.
    keys = list(earlier.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    if keys:
        waiting.filter(pk__in=keys).update(due_at=Subquery(sooner.values("due_at")[:1]))


def _hint() -> None:
    """Have the mail sent now. With the broker away it goes with the next sweep."""
    from notifications.tasks import send_pending

    hints.give(send_pending)
