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
