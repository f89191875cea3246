"""What people do to clocks themselves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk.errors import InvalidTransition
from sla.models import Clock
from tickets.actions.changing import locked, require_reason
from tickets.models import Ticket


@transaction.atomic
def void(clock: Clock, *, by: User, reason: str, told: str = "", at: datetime | None = None) -> Clock:
    """Take a clock out of the reports; the reason stands in the ticket's history (rule B12).

    `told` is what the customer reads beside the promise; the reason is the desk's own.
    """
    ticket = locked(clock.ticket)
    clock = Clock.objects.get(pk=clock.pk)
    reason = require_reason(reason)
    if clock.state == Clock.State.VOID:
        raise InvalidTransition(_("This promise is void already."))
    now = at or timezone.now()
    record(
        "sla.voided",
        ticket,
        by=by,
        at=now,
        target=clock.target,
        cycle=clock.cycle,
        reason=reason,
        told=told.strip(),
    )
    return Clock.objects.get(pk=clock.pk)


@transaction.atomic
def acknowledge(ticket: Ticket, *, by: User, at: datetime | None = None) -> Ticket:
    """Say "I have it" to every promise of the ticket that is at risk or missed: further steps of that stage
    are recorded and tell nobody, until the ticket goes to somebody else (sla.acknowledging).

    Raises InvalidTransition where nothing waits for it.
    """
    ticket = locked(ticket)
    waiting = [clock for clock in ticket.clocks.order_by("pk") if clock.awaits_acknowledgement]
    if not waiting:
        raise InvalidTransition(_("No promise of this ticket waits for somebody to take charge of it."))
    now = at or timezone.now()
    for clock in waiting:
        clock.acknowledged, clock.acknowledged_at, clock.acknowledged_by = clock.reached, now, by
        clock.save(update_fields=["acknowledged", "acknowledged_at", "acknowledged_by"])
    promises = [
        {"target": clock.target, "cycle": clock.cycle, "stage": clock.acknowledged} for clock in waiting
    ]
    is_missed = any(clock.acknowledged == Clock.Stage.BREACH for clock in waiting)
    record("sla.acknowledged", ticket, by=by, at=now, promises=promises, missed=is_missed)
    return ticket
