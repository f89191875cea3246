"""Who works on a ticket. None of this touches the customer's clocks (rule B9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Tier, User
from events.recording import Entry, record, record_all
from helpdesk import bulk
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets.actions.changing import change, locked, require_active, require_reason
from tickets.models import Ticket

Status = Ticket.Status


@transaction.atomic
def take(ticket: Ticket, *, by: User, at: datetime | None = None) -> Ticket:
    """Make it mine; a new ticket is open from then on. Raises InvalidTransition if it is mine already."""
    ticket = locked(ticket)
    require_active(ticket)
    if ticket.assignee_id == by.pk:
        raise InvalidTransition(_("This ticket is yours already."))
    _require_staff(by)
    now = at or timezone.now()
    changes = change(ticket, now, assignee=by, **_opened(ticket))
    record("ticket.taken", ticket, by=by, at=now, changes=changes)
    return ticket


@transaction.atomic
def assign(ticket: Ticket, *, by: User | None, to: User, at: datetime | None = None) -> Ticket:
    """Give it to a colleague."""
    ticket = locked(ticket)
    require_active(ticket)
    _require_staff(to)
    if ticket.assignee_id == to.pk:
        raise InvalidTransition(_("%(name)s has this ticket already.") % {"name": to})
    now = at or timezone.now()
    changes = change(ticket, now, assignee=to, **_opened(ticket))
    record("ticket.assigned", ticket, by=by, at=now, changes=changes)
    return ticket


@transaction.atomic
def release(ticket: Ticket, *, by: User | None, at: datetime | None = None) -> Ticket:
    """Put it back into the tier's queue without an assignee."""
    ticket = locked(ticket)
    require_active(ticket)
    if ticket.assignee_id is None:
        raise InvalidTransition(_("Nobody has this ticket."))
    now = at or timezone.now()
    changes = change(ticket, now, assignee=None)
    record("ticket.released", ticket, by=by, at=now, changes=changes)
    return ticket


@transaction.atomic
def hand_over(
    ticket: Ticket,
    *,
    by: User | None,
    tier: str,
    reason: str,
    to: User | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Hand over to another tier, with the reason and to a person if named.

    A hand-over to TAM goes to the organisation's own TAM where there is one.
    """
    ticket = locked(ticket)
    require_active(ticket)
    reason = require_reason(reason)
    if tier not in Tier.values:
        raise InvalidInput(_("There is no tier “%(tier)s”.") % {"tier": tier})
    if tier == ticket.tier:
        raise InvalidTransition(_("This ticket is with %(tier)s already.") % {"tier": tier})
    if to is None and tier == Tier.TAM and ticket.organization and ticket.organization.tam:
        to = ticket.organization.tam if ticket.organization.tam.is_active else None
    if to is not None:
        _require_staff(to)
        if to.tier != tier:
            raise InvalidInput(_("%(name)s does not work in %(tier)s.") % {"name": to, "tier": tier})
    now = at or timezone.now()
    changes = change(ticket, now, tier=tier, assignee=to)
    record("ticket.handed_over", ticket, by=by, at=now, changes=changes, reason=reason)
    return ticket


@transaction.atomic
def escalate_all(missed: Sequence[tuple[Ticket, dict[str, Any]]], *, at: datetime) -> list[Ticket]:
    """Move each ticket one tier up after a missed promise; the assignee stays until somebody above takes it.

    The caller holds the locks: the scan escalates hundreds of tickets in one transaction. With each ticket
    comes which promise it was, for the history; a ticket that missed two climbs twice. At the top there is
    nothing to do and no event. Returns the tickets that moved.
    """
    entries: list[Entry] = []
    for ticket, because in missed:
        higher = Tier(ticket.tier).next_up
        if higher is None or not ticket.is_active:
            continue
        changes = {"tier": [ticket.tier, higher]}
        ticket.tier, ticket.updated_at = higher, max(at, ticket.updated_at)
        entries.append(Entry("ticket.escalated", ticket, None, at, {"changes": changes, "because": because}))
    moved = {entry.ticket.pk: entry.ticket for entry in entries}
    if entries:
        bulk.update(moved.values(), ["tier", "updated_at"])
        record_all(entries)
    return list(moved.values())


@transaction.atomic
def escalate(ticket: Ticket, *, because: dict[str, Any], at: datetime | None = None) -> Ticket:
    """Escalate one ticket; the caller need not hold its lock."""
    ticket = locked(ticket)
    escalate_all([(ticket, because)], at=at or timezone.now())
    return ticket


def _opened(ticket: Ticket) -> dict[str, Any]:
    return {"status": Status.OPEN} if ticket.status == Status.NEW else {}


def _require_staff(user: User) -> None:
    if not user.is_staff_member:
        raise InvalidInput(_("%(name)s does not work on the desk.") % {"name": user})
