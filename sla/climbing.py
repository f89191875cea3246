"""Climb the ladder: whom a level tells, and what it does to the ticket (rule D9).

The scan climbs the levels of clocks inside its own transaction; the levels that an event is by itself (a P1
is filed, a ticket is reopened for the third time) are climbed when that event is announced.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from events.models import Event
from events.recording import Entry, record_all
from sla import ladder
from sla.ladder import Deed, Ladder, Step
from sla.models import Clock
from sla.terms import ladder_of, terms_for
from tickets.actions import escalating
from tickets.actions.changing import locked
from tickets.models import Ticket

Climb = tuple[Ticket, Step, dict[str, Any]]
"""A locked ticket, the step of its ladder that it reached, and the promise that is the reason."""

_ACTIONS = {
    Deed.TIER_UP: escalating.escalate_all,
    Deed.ASSIGN_LEAD: escalating.assign_leads,
    Deed.RAISE_PRIORITY: escalating.raise_all,
}


def climb(climbs: Iterable[Climb], at: datetime) -> list[Entry]:
    """Do what the steps say, one kind of deed after the other: the tier first, then the lead of that tier.

    The tickets are changed in memory; the events are to be recorded, saving `escalating.SAVED`.
    """
    climbs = list(climbs)
    entries: list[Entry] = []
    for deed, act in _ACTIONS.items():
        found = [(ticket, because) for ticket, step, because in climbs if deed in step.do]
        if found:
            entries += act(found, at=at)
    return entries


def step_of(event: Event) -> Step | None:
    """The step of the ladder that this event stands on, if it is one.

    What the scan found says itself whom it tells: the policy of that moment counts. Lower levels of a late
    scan, what an answer has overtaken and what somebody has acknowledged are recorded and tell nobody
    (rules D4, D5).
    """
    if not event.kind.startswith("sla."):
        level = level_of(event)
        return ladder_of_ticket(event.ticket).step(level) if level else None
    if not event.data.get("notify"):
        return None
    if "tell" in event.data:
        return _as_told(event.data)
    # Recorded before events said whom they tell.
    return ladder_of_ticket(event.ticket).step(event.data["level"])


def as_data(step: Step) -> dict[str, Any]:
    """The part of a step that stands in the event of what the scan found."""
    return {"tell": [role.value for role in step.tell], "mail": step.mail}


def _as_told(data: dict[str, Any]) -> Step:
    """A role that a later release does not know any more is passed over."""
    known = tuple(ladder.Role(name) for name in data["tell"] if name in ladder.Role.values)
    return Step(data["level"], known, mail=bool(data.get("mail")))


def level_of(event: Event) -> str | None:
    """The level that an event is by itself: "created:P1", also when raised to P1; "reopened3"."""
    if event.kind == "ticket.created":
        return f"created:{event.data['priority']}"
    if event.kind == "ticket.priority_set":
        before, now = event.changes["priority"]
        return f"created:{now}" if now < before else None
    reopened = event.changes.get("reopen_count")
    return f"reopened{reopened[1]}" if reopened else None


def ladder_of_ticket(ticket: Ticket) -> Ladder:
    """The ladder of the policy version by which the ticket's clocks are judged (rule C1)."""
    terms_id = (
        Clock.objects.filter(ticket=ticket, target=Clock.Target.RESPONSE)
        .values_list("terms", flat=True)
        .first()
    )
    return ladder_of(terms_id or terms_for(ticket.organization, ticket.created_at).pk)


def listen(event: Event) -> None:
    """Do what the ladder says at the level that an announced event is. Called again, it does nothing more."""
    level = level_of(event)
    if level is None or _was_done_by_ladder(event):
        return
    step = ladder_of_ticket(event.ticket).step(level)
    if not step.do:
        return
    with transaction.atomic():
        ticket = locked(event.ticket)
        because = {"level": level, "event": event.sequence}
        if not _is_done(ticket, event.sequence):
            entries = climb([(ticket, step, because)], at=max(event.at, ticket.updated_at))
            record_all(entries, saving=escalating.SAVED)


def _was_done_by_ladder(event: Event) -> bool:
    """A priority that the ladder raised climbs no further by itself: it tells, and that is all."""
    return "because" in event.data


def _is_done(ticket: Ticket, sequence: int) -> bool:
    return ticket.events.filter(sequence__gt=sequence, data__because__event=sequence).exists()
