"""What the policy's ladder does to tickets by itself, hundreds at a time (rule D9).

The caller holds the locks: the scan escalates many tickets in one transaction. With each ticket comes which
promise it was, for the history. What cannot be done is left out: a ticket at the highest tier, one that its
lead has already, one that is resolved. The functions change the tickets in memory and return the events to be
recorded with `record_all(entries, saving=SAVED)`, so that each ticket is written once, whatever was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Tier
from events.recording import Entry, record_all
from tickets.actions.changing import locked
from tickets.duty import Leads
from tickets.models import Priority, Ticket

Because = dict[str, Any]
Found = Sequence[tuple[Ticket, Because]]
"""Locked tickets, each with the promise that is the reason."""


# What an escalation may change of a ticket.
SAVED = ("tier", "assignee", "status", "priority", "updated_at")


def escalate_all(missed: Found, *, at: datetime) -> list[Entry]:
    """Move each ticket one tier up; the assignee stays until somebody above takes it.

    A ticket that missed two promises climbs twice.
    """
    entries = []
    for ticket, because in missed:
        higher = Tier(ticket.tier).next_up
        if higher is not None and ticket.is_active:
            changes = _set(ticket, at, tier=higher.value)
            entries.append(_entry("ticket.escalated", ticket, at, changes, because))
    return entries


def assign_leads(found: Found, *, at: datetime) -> list[Entry]:
    """Give each ticket to a lead of its tier, also where somebody else has it."""
    leads = Leads(ticket.tier for ticket, _because in found)
    entries = []
    for ticket, because in found:
        lead = leads.for_ticket(ticket)
        if lead is not None and lead.pk != ticket.assignee_id and ticket.is_active:
            status = Ticket.Status.OPEN if ticket.status == Ticket.Status.NEW else ticket.status
            changes = _set(ticket, at, assignee_id=lead.pk, status=str(status))
            entries.append(_entry("ticket.assigned", ticket, at, changes, because))
    return entries


def raise_all(found: Found, *, at: datetime) -> list[Entry]:
    """Make each ticket one degree more severe. The targets of the new priority count from now on, and no
    deadline moves back (rule B10).
    """
    entries = []
    for ticket, because in found:
        if ticket.priority != Priority.P1 and ticket.is_active:
            severer = Priority.values[Priority.values.index(ticket.priority) - 1]
            changes = _set(ticket, at, priority=severer)
            entries.append(_entry("ticket.priority_set", ticket, at, changes, because))
    return entries


@transaction.atomic
def escalate(ticket: Ticket, *, because: Because, at: datetime | None = None) -> Ticket:
    """Escalate one ticket; the caller need not hold its lock."""
    ticket = locked(ticket)
    record_all(escalate_all([(ticket, because)], at=at or timezone.now()), saving=SAVED)
    return ticket


def _set(ticket: Ticket, at: datetime, **values: Any) -> dict[str, list[Any]]:
    """Set the fields that differ, without saving. Returns them as an event tells them."""
    changes = {}
    for name, new in values.items():
        old = getattr(ticket, name)
        if old != new:
            setattr(ticket, name, new)
            changes[name.removesuffix("_id")] = [old, new]
    ticket.updated_at = max(at, ticket.updated_at)
    return changes


def _entry(kind: str, ticket: Ticket, at: datetime, changes: dict[str, list[Any]], because: Because) -> Entry:
    return Entry(kind, ticket, None, at, {"changes": changes, "because": because})
