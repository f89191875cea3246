"""What the policy's ladder does to tickets by itself, hundreds at a time (rule D9).

The caller holds the locks: the scan escalates many tickets in one transaction. With each ticket comes which
promise it was, for the history. What cannot be done is left out, without an event: a ticket at the
highest tier, one that its lead has already, one that is resolved. Each returns the tickets that it changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Tier
from events.recording import Entry, record_all
from helpdesk import bulk
from tickets.actions.changing import locked
from tickets.duty import Leads
from tickets.models import Priority, Ticket

Because = dict[str, Any]
Found = Sequence[tuple[Ticket, Because]]
"""Locked tickets, each with the promise that is the reason."""


@transaction.atomic
def escalate_all(missed: Found, *, at: datetime) -> list[Ticket]:
    """Move each ticket one tier up; the assignee stays until somebody above takes it.

    A ticket that missed two promises climbs twice.
    """
    entries = []
    for ticket, because in missed:
        higher = Tier(ticket.tier).next_up
        if higher is not None and ticket.is_active:
            changes = _set(ticket, at, tier=higher.value)
            entries.append(_entry("ticket.escalated", ticket, at, changes, because))
    return _save(entries, ["tier"])


@transaction.atomic
def assign_leads(found: Found, *, at: datetime) -> list[Ticket]:
    """Give each ticket to a lead of its tier, also where somebody else has it."""
    leads = Leads(ticket.tier for ticket, _because in found)
    entries = []
    for ticket, because in found:
        lead = leads.for_ticket(ticket)
        if lead is not None and lead.pk != ticket.assignee_id and ticket.is_active:
            status = Ticket.Status.OPEN if ticket.status == Ticket.Status.NEW else ticket.status
            changes = _set(ticket, at, assignee_id=lead.pk, status=str(status))
            entries.append(_entry("ticket.assigned", ticket, at, changes, because))
    return _save(entries, ["assignee", "status"])


@transaction.atomic
def raise_all(found: Found, *, at: datetime) -> list[Ticket]:
    """Make each ticket one degree more severe. The targets of the new priority count from now on, and no
    deadline moves back (rule B10).
    """
    entries = []
    for ticket, because in found:
        if ticket.priority != Priority.P1 and ticket.is_active:
            severer = Priority.values[Priority.values.index(ticket.priority) - 1]
            changes = _set(ticket, at, priority=severer)
            entries.append(_entry("ticket.priority_set", ticket, at, changes, because))
    return _save(entries, ["priority"])


@transaction.atomic
def escalate(ticket: Ticket, *, because: Because, at: datetime | None = None) -> Ticket:
    """Escalate one ticket; the caller need not hold its lock."""
    ticket = locked(ticket)
    escalate_all([(ticket, because)], at=at or timezone.now())
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


def _save(entries: list[Entry], fields: list[str]) -> list[Ticket]:
    changed = list({entry.ticket.pk: entry.ticket for entry in entries}.values())
    if entries:
        bulk.update(changed, [*fields, "updated_at"])
        record_all(entries)
    return changed
