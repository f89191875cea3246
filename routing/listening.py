"""Which events ask for routing.

A listener, not a part of the filing: the customer's page does not wait while the desk is counted, the event
row is an outbox that survives a crash, and a sweep announces what Redis lost. The price is a moment in which
a new ticket has nobody. It is called again after a failure, so `giving.route` decides once for each event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from events.models import Event
from routing import absences
from routing.giving import Trigger, route

_TRIGGERS = {
    "ticket.created": Trigger.CREATED,
    "ticket.escalated": Trigger.ESCALATED,
    "ticket.handed_over": Trigger.HANDED_OVER,
    "ticket.handed_back": Trigger.RETURNED,
}


def listen(event: Event) -> None:
    """Give a ticket that needs somebody, or pass on one that was given to somebody who is away."""
    now = timezone.now()
    _before, assignee = event.changes.get("assignee", [None, None])
    if assignee is not None and absences.pass_on(event, assignee, at=now):
        return
    if trigger := trigger_of(event.kind, event.changes):
        route(event.ticket, trigger=trigger, sequence=event.sequence, at=now)


def trigger_of(kind: str, changes: Mapping[str, Any]) -> Trigger | None:
    """Whether an event asks for routing, and why. `giving` looks whether somebody has it already."""
    if "reopen_count" in changes:
        return Trigger.REOPENED
    return _TRIGGERS.get(kind)
