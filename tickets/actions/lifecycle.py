"""The state of a ticket and its priority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from events.recording import record
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets.actions.changing import change, locked, require_active, require_reason
from tickets.actions.saying import say
from tickets.files import AnyFile
from tickets.models import Priority, Ticket

Status = Ticket.Status


@transaction.atomic
def set_priority(
    ticket: Ticket, *, by: User | None, priority: str, reason: str, at: datetime | None = None
) -> Ticket:
    """Change how urgent it is; the reason stays in the history (rules B10, B11)."""
    ticket = locked(ticket)
    require_active(ticket)
    reason = require_reason(reason)
    if priority not in Priority.values:
        raise InvalidInput(_("There is no priority “%(priority)s”.") % {"priority": priority})
    if priority == ticket.priority:
        raise InvalidTransition(_("This ticket is %(priority)s already.") % {"priority": priority})
    now = at or timezone.now()
    changes = change(ticket, now, priority=priority)
    record("ticket.priority_set", ticket, by=by, at=now, changes=changes, reason=reason)
    return ticket


@transaction.atomic
def hold(ticket: Ticket, *, by: User | None, reason: str, at: datetime | None = None) -> Ticket:
    """Put on hold, for example until a release or another team; the reason is shown to the customer."""
    ticket = locked(ticket)
    require_active(ticket)
    if ticket.status == Status.ON_HOLD:
        raise InvalidTransition(_("This ticket is on hold already."))
    reason = require_reason(reason)[:500]
    now = at or timezone.now()
    changes = change(ticket, now, status=Status.ON_HOLD, hold_reason=reason)
    record("ticket.held", ticket, by=by, at=now, changes=changes, reason=reason)
    return ticket


@transaction.atomic
def resume(ticket: Ticket, *, by: User | None, at: datetime | None = None) -> Ticket:
    """Go on with a ticket that waited for the customer or was on hold."""
    ticket = locked(ticket)
    if ticket.status not in (Status.PENDING, Status.ON_HOLD):
        raise InvalidTransition(_("This ticket is not waiting."))
    now = at or timezone.now()
    changes = change(ticket, now, status=Status.OPEN, hold_reason="")
    record("ticket.resumed", ticket, by=by, at=now, changes=changes)
    return ticket


@transaction.atomic
def resolve(
    ticket: Ticket,
    *,
    by: User | None,
    body: str = "",
    files: Sequence[AnyFile] = (),
    at: datetime | None = None,
) -> Ticket:
    """Mark an active ticket as resolved, with a last public reply or after one.

    Raises InvalidTransition if it is resolved or closed already, InvalidInput if an agent resolves a
    ticket that no agent has answered (rule B2: the solution must have been said).
    """
    ticket = locked(ticket)
    require_active(ticket)
    by_agent = by is not None and by.is_staff_member
    if by_agent and not body.strip() and ticket.first_replied_at is None:
        raise InvalidInput(_("Nobody has answered yet. Tell the requester what solved it."))
    now = at or timezone.now()
    message = say(ticket, by=by, body=body, files=files, at=now) if body.strip() or files else {}
    changes = change(ticket, now, status=Status.RESOLVED, resolved_at=now, hold_reason="")
    changes.pop("resolved_at")
    record("ticket.resolved", ticket, by=by, at=now, changes=changes, **message)
    return ticket


@transaction.atomic
def reopen(ticket: Ticket, *, by: User | None, reason: str = "", at: datetime | None = None) -> Ticket:
    """Take a resolution back. The same clock goes on (rule B8)."""
    ticket = locked(ticket)
    if ticket.status != Status.RESOLVED:
        raise InvalidTransition(_("Only a resolved ticket can be reopened."))
    now = at or timezone.now()
    changes = change(ticket, now, status=Status.OPEN, resolved_at=None, reopen_count=ticket.reopen_count + 1)
    changes.pop("resolved_at")
    record("ticket.reopened", ticket, by=by, at=now, changes=changes, reason=reason.strip())
    return ticket


@transaction.atomic
def close(ticket: Ticket, *, by: User | None, at: datetime | None = None) -> Ticket:
    """Close a resolved ticket: the results of its clocks become final (rule B7)."""
    ticket = locked(ticket)
    if ticket.status != Status.RESOLVED:
        raise InvalidTransition(_("Only a resolved ticket can be closed."))
    return _close(ticket, by=by, at=at or timezone.now(), automatic=False)


@transaction.atomic
def close_if_still_resolved(ticket: Ticket, *, at: datetime) -> Ticket:
    """Close what nobody reopened for AUTO_CLOSE_AFTER. Does nothing where somebody did meanwhile."""
    ticket = locked(ticket)
    if ticket.status != Status.RESOLVED or ticket.resolved_at is None:
        return ticket
    if ticket.resolved_at + settings.AUTO_CLOSE_AFTER > at:
        return ticket
    return _close(ticket, by=None, at=at, automatic=True)


def _close(ticket: Ticket, *, by: User | None, at: datetime, automatic: bool) -> Ticket:
    changes = change(ticket, at, status=Status.CLOSED, closed_at=at)
    changes.pop("closed_at")
    record("ticket.closed", ticket, by=by, at=at, changes=changes, automatic=automatic)
    return ticket


@transaction.atomic
def agree_date(
    ticket: Ticket, *, by: User | None, agreed_at: datetime, body: str, at: datetime | None = None
) -> Ticket:
    """Agree with the customer when a P4 will be solved; the public message says so (rule B13)."""
    ticket = locked(ticket)
    require_active(ticket)
    now = at or timezone.now()
    if ticket.priority != Priority.P4:
        raise InvalidTransition(_("Only a P4 has a negotiated date; the others have their targets."))
    if agreed_at <= now:
        raise InvalidInput(_("The agreed date must lie in the future."))
    message = say(ticket, by=by, body=body, files=(), at=now)
    changes = change(ticket, now, status=Status.OPEN) if ticket.status == Status.NEW else change(ticket, now)
    record("ticket.date_agreed", ticket, by=by, at=now, changes=changes, agreed_at=agreed_at, **message)
    return ticket
