"""Who works on a ticket. None of this touches the customer's clocks (rule B9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Tier, User
from events.recording import record
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets.actions.changing import change, locked, require_active, require_reason
from tickets.models import Ticket

Status = Ticket.Status

Checklist = Sequence[Mapping[str, Any]]
"""Items as `handover.definition` writes them."""


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
def assign(
    ticket: Ticket,
    *,
    by: User | None,
    to: User,
    routing: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Give it to a colleague. `routing` is why the rules chose them; it stands in the event."""
    ticket = locked(ticket)
    require_active(ticket)
    _require_staff(to)
    if ticket.assignee_id == to.pk:
        raise InvalidTransition(_("%(name)s has this ticket already.") % {"name": to})
    now = at or timezone.now()
    changes = change(ticket, now, assignee=to, **_opened(ticket))
    why = {"routing": dict(routing)} if routing else {}
    record("ticket.assigned", ticket, by=by, at=now, changes=changes, **why)
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
    checklist: Checklist = (),
    is_owed: bool = False,
    at: datetime | None = None,
) -> Ticket:
    """Hand over to another tier, with the reason and to a person if named.

    A hand-over to TAM goes to the organisation's own TAM where there is one. `checklist` is what the tier
    asked and was told (handover.actions); `is_owed` says that it follows.
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
    told: dict[str, Any] = {"checklist": list(checklist), "is_owed": is_owed} if checklist else {}
    record("ticket.handed_over", ticket, by=by, at=now, changes=changes, reason=reason, **told)
    return ticket


@transaction.atomic
def hand_back(
    ticket: Ticket,
    *,
    by: User,
    tier: str,
    to: User | None,
    missing: Checklist,
    reason: str = "",
    at: datetime | None = None,
) -> Ticket:
    """Return a hand-over to the tier it came from: what is missing is told by the items of its checklist."""
    ticket = locked(ticket)
    require_active(ticket)
    if tier == ticket.tier:
        raise InvalidTransition(_("This ticket is with %(tier)s already.") % {"tier": tier})
    if not missing:
        reason = require_reason(reason)
    now = at or timezone.now()
    changes = change(ticket, now, tier=tier, assignee=to)
    record(
        "ticket.handed_back",
        ticket,
        by=by,
        at=now,
        changes=changes,
        reason=reason.strip(),
        missing=[{"key": item["key"], "label": item["label"]} for item in missing],
    )
    return ticket


def _opened(ticket: Ticket) -> dict[str, Any]:
    return {"status": Status.OPEN} if ticket.status == Status.NEW else {}


def _require_staff(user: User) -> None:
    if not user.is_staff_member:
        raise InvalidInput(_("%(name)s does not work on the desk.") % {"name": user})
