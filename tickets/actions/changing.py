"""Lock a ticket and change its fields: the steps that every action shares."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from helpdesk.batches import must_be_alone
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets.models import Ticket

Changes = dict[str, list[Any]]


def locked(ticket: Ticket) -> Ticket:
    """The ticket as it is now, locked until the transaction ends.

    `no_key`: messages can be inserted meanwhile; a plain lock would make them wait for the whole transaction.
    """
    must_be_alone()
    return (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .get(pk=ticket.pk)
    )


def change(ticket: Ticket, at: datetime, **fields: Any) -> Changes:
    """Set and save the fields that differ. Returns them as `{name: [old, new]}`, related rows by key."""
    changes = {}
    for name, new in fields.items():
        old = getattr(ticket, name)
        if old != new:
            setattr(ticket, name, new)
            changes[name] = [_plain(old), _plain(new)]
    ticket.updated_at = max(at, ticket.updated_at)
    ticket.save(update_fields=[*changes, "updated_at"])
    return changes


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def require_active(ticket: Ticket) -> None:
    if not ticket.is_active:
        raise InvalidTransition(
            _("This ticket is already %(status)s.") % {"status": ticket.get_status_display()}
        )


def require_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Please give a reason: it stands in the ticket's history."))
    return reason
