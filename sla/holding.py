"""Who had a ticket, and for how long: the desk's own clocks, never shown to customers (rule B9).

A pure function of the events: hand-overs and assignments say whose it was, the statuses and the policy say
which of that time was working time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from events.models import Event
from sla import engine, history
from sla.engine import Policy, TicketState
from sla.engine.budgets import stretches
from sla.engine.policy import STOPPING
from sla.models import Clock
from sla.terms import policy_of
from sla.worktime import ZERO, elapsed
from tickets.models import Ticket


class Move(NamedTuple):
    """From this moment on the ticket was in this tier, with this person (None: nobody yet)."""

    at: datetime
    tier: str
    assignee_id: int | None


@dataclass(frozen=True)
class Holding:
    """A stretch in which a ticket was in one tier with one person.

    `working`: time that was theirs to work in, on the calendar of the priority's row, without pauses and
    without the time it stood resolved. `wall`: the same by the wall clock, pauses included.
    """

    start: datetime
    end: datetime
    tier: str
    assignee_id: int | None
    working: timedelta
    wall: timedelta


class Share(NamedTuple):
    working: timedelta
    wall: timedelta

    def plus(self, holding: Holding) -> Share:
        return Share(self.working + holding.working, self.wall + holding.wall)


NOTHING = Share(ZERO, ZERO)


def moves_of(ticket_ids: Sequence[int]) -> dict[int, list[Move]]:
    """From when on each ticket was in which tier with whom; one query for all of them."""
    moves: dict[int, list[Move]] = defaultdict(list)
    moved = Q(kind="ticket.created") | Q(data__changes__has_any_keys=["tier", "assignee"])
    events = Event.objects.filter(moved, ticket__in=ticket_ids).order_by("ticket_id", "at", "sequence")
    for ticket_id, at, data in events.values_list("ticket_id", "at", "data"):
        changes = data.get("changes", {})
        before = moves[ticket_id][-1] if moves[ticket_id] else Move(at, data.get("tier", ""), None)
        tier = changes["tier"][1] if "tier" in changes else before.tier
        assignee = changes["assignee"][1] if "assignee" in changes else before.assignee_id
        moves[ticket_id].append(Move(at, tier, assignee))
    return moves


def holder_at(moves: Sequence[Move], instant: datetime) -> Move | None:
    """Whose the ticket was at an instant; the first holder for a deadline before the filing (rule B14)."""
    return next((move for move in reversed(moves) if move.at <= instant), moves[0] if moves else None)


def holdings(moves: Sequence[Move], state: TicketState, policy: Policy, now: datetime) -> Iterator[Holding]:
    """Every stretch from the filing until now, or until the ticket was closed, merged or dismissed."""
    end = now
    if state.cancelled is not None:
        end = state.cancelled.at
    elif state.is_over:
        end = state.now.at
    for index, move in enumerate(moves):
        until = min(moves[index + 1].at if index + 1 < len(moves) else end, end)
        if move.at < until:
            working, wall = _time(move.at, until, state, policy)
            yield Holding(move.at, until, move.tier, move.assignee_id, working, wall)


def _time(start: datetime, end: datetime, state: TicketState, policy: Policy) -> Share:
    working, wall = ZERO, ZERO
    for stretch in stretches(state.turns, start, end):
        begins = max(stretch.start, start)
        if stretch.turn.status in STOPPING or begins >= stretch.end:
            continue
        row = policy.row(stretch.turn.priority)
        wall += stretch.end - begins
        if stretch.turn.status not in row.pause_statuses:
            working += elapsed(row.calendar, begins, stretch.end)
    return Share(working, wall)


def held_now(ticket: Ticket, now: datetime) -> list[Holding]:
    """Who has had a ticket until now. Empty for one without clocks: nothing says by which calendar."""
    terms = (
        Clock.objects.filter(ticket=ticket, target=Clock.Target.RESOLUTION)
        .values_list("terms", flat=True)
        .first()
    )
    events = history.histories([ticket.pk])[ticket.pk]
    if terms is None or not events:
        return []
    return list(holdings(moves_of([ticket.pk])[ticket.pk], engine.fold(events), policy_of(terms), now))


def by_tier(found: Sequence[Holding]) -> dict[str, Share]:
    """How long each tier had it, in the order in which they first did."""
    shares: dict[str, Share] = {}
    for holding in found:
        shares[holding.tier] = shares.get(holding.tier, NOTHING).plus(holding)
    return shares


def by_person(found: Sequence[Holding]) -> dict[int | None, Share]:
    """How long each person had it; None is the time with nobody."""
    shares: dict[int | None, Share] = {}
    for holding in found:
        shares[holding.assignee_id] = shares.get(holding.assignee_id, NOTHING).plus(holding)
    return shares
