"""The events of a ticket, as far as its clocks care, in the words of the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from events.models import Event
from sla.engine import (
    Author,
    Created,
    DateAgreed,
    HistoryEvent,
    Message,
    Origin,
    PriorityChanged,
    Status,
    StatusChanged,
    Target,
    Voided,
)

ORIGINS = {"customer": Origin.REQUEST, "taken": Origin.LIVE, "outbound": Origin.OUTBOUND}

# The engine's events of one event of the log are numbered from its place in the log times this.
PER_EVENT = 10

# What moves a clock. An event of another kind is no news to it (rules B3, B9).
KINDS = frozenset(
    {
        "ticket.created",
        "ticket.replied",
        "ticket.asked",
        "ticket.priority_set",
        "ticket.held",
        "ticket.resumed",
        "ticket.resolved",
        "ticket.reopened",
        "ticket.closed",
        "ticket.date_agreed",
        "ticket.imported",
        "sla.voided",
    }
)


def histories(ticket_ids: Collection[int]) -> dict[int, list[HistoryEvent]]:
    """What the clocks of each of these tickets must know; one query for all of them."""
    rows = Event.objects.filter(ticket__in=ticket_ids, kind__in=KINDS).order_by("ticket_id", "sequence")
    found: dict[int, list[HistoryEvent]] = defaultdict(list)
    for event in rows.only("ticket_id", "sequence", "kind", "at", "actor_id", "data"):
        found[event.ticket_id] += translate(event)
    return found


def translate(event: Event) -> Iterator[HistoryEvent]:
    """One event of the log is one or more to the engine: what was said, then what changed.

    Their order within one instant is the order of the log (rules C5, C6).
    """
    data, at, order = event.data, event.at, event.sequence * PER_EVENT
    if event.kind == "ticket.created":
        yield Created(at=at, priority=data["priority"], origin=ORIGINS[data["origin"]], id=order)
    elif event.kind == "sla.voided":
        yield Voided(
            at=at,
            target=Target(data["target"]),
            cycle=data["cycle"],
            by=str(event.actor_id or ""),
            reason=data["reason"],
            id=order,
        )
    elif "message" in data:
        yield Message(at=at, author=Author(data["author_kind"]), id=order)

    if "priority" in event.changes:
        yield PriorityChanged(
            at=at, to=event.changes["priority"][1], reason=data.get("reason", ""), id=order + 1
        )
    if "status" in event.changes:
        yield StatusChanged(
            at=at, to=Status(event.changes["status"][1]), reason=data.get("reason", ""), id=order + 2
        )
    if "agreed_at" in data:
        yield DateAgreed(at=at, due_at=datetime.fromisoformat(data["agreed_at"]), id=order + 3)
