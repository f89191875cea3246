"""The events of a ticket, as far as its clocks care, in the words of the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from events.models import Event
from sla.engine import (
    Author,
    Cancelled,
    Created,
    DateAgreed,
    HistoryEvent,
    Message,
    Origin,
    PriorityChanged,
    Restored,
    StartMoved,
    StartRestored,
    Status,
    StatusChanged,
    Target,
    Voided,
)

ORIGINS = {"customer": Origin.REQUEST, "taken": Origin.LIVE, "outbound": Origin.OUTBOUND}

# The engine's events of one event of the log are numbered from its place in the log times this.
PER_EVENT = 10

# Tickets merged, dismissed as spam or duplicate, and put back (rule B14).
JOINING = frozenset(
    {"ticket.merged", "ticket.dismissed", "ticket.restored", "ticket.absorbed", "ticket.merge_undone"}
)
# What moves a clock. An event of another kind is no news to it (rules B3, B9).
KINDS = JOINING | frozenset(
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
    for row in rows.values_list("ticket_id", "sequence", "kind", "at", "actor_id", "data"):
        event = Logged(*row)
        found[event.ticket_id] += translate(event)
    return found


class Logged(NamedTuple):
    """What the clocks read of an event of the log."""

    ticket_id: int
    sequence: int
    kind: str
    at: datetime
    actor_id: int | None
    data: dict[str, Any]


def translate(event: Event | Logged) -> Iterator[HistoryEvent]:
    """One event of the log is one or more to the engine: what was said, then what changed.

    Their order within one instant is the order of the log (rules C5, C6).
    """
    data, at, order = event.data, event.at, event.sequence * PER_EVENT
    changes = data.get("changes", {})
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
    elif event.kind in JOINING:
        yield from _joining(event, order)
    elif "message" in data and not data.get("is_partial"):
        # Files that are a part of what was asked for: the desk goes on waiting (tickets.actions.answer).
        yield Message(at=at, author=Author(data["author_kind"]), id=order)

    if "priority" in changes:
        yield PriorityChanged(at=at, to=changes["priority"][1], reason=data.get("reason", ""), id=order + 1)
    if "status" in changes:
        yield StatusChanged(
            at=at, to=Status(changes["status"][1]), reason=data.get("reason", ""), id=order + 2
        )
    if "agreed_at" in data:
        yield DateAgreed(at=at, due_at=datetime.fromisoformat(data["agreed_at"]), id=order + 3)


def _joining(event: Event | Logged, order: int) -> Iterator[HistoryEvent]:
    """Rule B14. The source's clocks end before its status closes; the survivor's start may move."""
    at, data = event.at, event.data
    if event.kind == "ticket.merged":
        yield Cancelled(at=at, reason="merged", id=order)
    elif event.kind == "ticket.dismissed":
        yield Cancelled(at=at, reason=data["why"], id=order)
    elif event.kind == "ticket.restored":
        yield Restored(at=at, id=order)
    elif event.kind == "ticket.merge_undone":
        yield StartRestored(at=at, source=str(data["source"]), id=order)
    elif data.get("start"):
        started_at = datetime.fromisoformat(data["start"])
        yield StartMoved(at=at, started_at=started_at, source=str(data["source"]), id=order)
