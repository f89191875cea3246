"""Follow a ticket that is not one's own: whoever does is told what its requester is told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk.errors import InvalidTransition
from tickets.actions.changing import locked
from tickets.models import Ticket, Watcher


@transaction.atomic
def watch(ticket: Ticket, *, by: User, at: datetime | None = None) -> Ticket:
    """Raises InvalidTransition for the requester, who is told anyway, and for who follows it already."""
    ticket = locked(ticket)
    if ticket.requester_id == by.pk:
        raise InvalidTransition(_("This is your own ticket: you are told of everything anyway."))
    now = at or timezone.now()
    _watcher, is_new = Watcher.objects.get_or_create(ticket=ticket, user=by, defaults={"since": now})
    if not is_new:
        raise InvalidTransition(_("You follow this ticket already."))
    record("ticket.watched", ticket, by=by, at=now)
    return ticket


@transaction.atomic
def unwatch(ticket: Ticket, *, by: User, at: datetime | None = None) -> Ticket:
    """Raises InvalidTransition for somebody who does not follow it."""
    ticket = locked(ticket)
    gone, _rows = Watcher.objects.filter(ticket=ticket, user=by).delete()
    if not gone:
        raise InvalidTransition(_("You do not follow this ticket."))
    record("ticket.unwatched", ticket, by=by, at=at or timezone.now())
    return ticket
