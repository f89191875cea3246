"""Move open tickets to other terms: see what would move, then move it (rules C1, C2).

A policy version or a calendar version that was made after a ticket came to it only where somebody chose so.
Clocks that are over keep the terms they were judged by; so does a breach, whatever the new terms say.

    look(tickets, {old_terms.pk: policy}, now)       # writes nothing; the policy may be an unsaved draft
    reapply(ticket_ids, {old_terms.pk: new_terms.pk}, by=mia, at=now)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from events.recording import Entry, record_all
from sla import clocks, engine
from sla.clocks import Reading
from sla.engine import ClockKey, ClockState
from sla.models import Clock
from sla.terms import policy_of
from tickets.models import Ticket

LIVE = (Clock.State.RUNNING, Clock.State.PAUSED, Clock.State.NEGOTIATING)


@dataclass(frozen=True)
class Standing:
    """Where a clock stands at an instant, as far as a promise goes."""

    state: str
    due_at: datetime | None  # only while running
    remaining: timedelta | None  # open time left; below zero when overdue
    allowed: timedelta | None  # the target that governs; None: negotiated, or an agreed date
    breached_at: datetime | None
    agreed_at: datetime | None = None  # where an agreed date governs, which no pause moves (B13)

    @classmethod
    def of(cls, clock: ClockState) -> Standing:
        governs = clock.agreement if clock.is_live and clock.budget is None else None
        return cls(
            clock.state,
            clock.due_at,
            clock.remaining,
            clock.budget,
            clock.breached_at,
            governs.due_at if governs else None,
        )

    @property
    def left_in_pause(self) -> timedelta | None:
        """What stands still while paused. Of a running clock, and before an agreed date, the time left
        shrinks while one looks; there the date says all."""
        return self.remaining if self.due_at is None and self.agreed_at is None else None


@dataclass(frozen=True)
class Moved:
    """A clock before and after its ticket goes over to other terms. `before` is None for a clock that only
    the new terms know (next responses, rule B16)."""

    ticket: int
    target: str
    cycle: int
    before: Standing | None
    after: Standing

    @property
    def is_later_or_earlier(self) -> bool:
        """Whether what was promised moves: the deadline, the time left in a pause, or what is due at all."""
        if self.before is None:
            return True
        return _promise(self.before) != _promise(self.after)

    @property
    def direction(self) -> int:
        """-1 earlier, 1 later; 0 where nothing moves or the two cannot be compared."""
        if self.before is None:
            return 0
        if self.before.due_at and self.after.due_at:
            return _sign(self.before.due_at, self.after.due_at)
        if self.before.remaining is not None and self.after.remaining is not None:
            return _sign(self.before.remaining, self.after.remaining)
        return 0

    @property
    def turns_late(self) -> bool:
        """Late at once under the new terms, and not under the old ones."""
        return self.after.breached_at is not None and (self.before is None or self.before.breached_at is None)


def _sign(before: Any, after: Any) -> int:
    return int(after > before) - int(after < before)


def _promise(standing: Standing) -> tuple[Any, ...]:
    date = standing.due_at or standing.agreed_at
    return standing.state, date, standing.left_in_pause, standing.breached_at


@dataclass(frozen=True)
class TicketMove:
    """What going over to other terms does to one ticket: every clock that moves over, moved or not."""

    ticket: Ticket
    clocks: tuple[Moved, ...]

    @property
    def moved(self) -> list[Moved]:
        return [clock for clock in self.clocks if clock.is_later_or_earlier]

    @property
    def turns_late(self) -> bool:
        return any(clock.turns_late for clock in self.clocks)


def affected(terms_ids: Collection[int]) -> QuerySet[Ticket]:
    """The tickets with a clock still alive under one of these terms, in the order of their numbers."""
    alive = Clock.objects.filter(ticket=OuterRef("pk"), state__in=LIVE, terms__in=terms_ids)
    return Ticket.objects.filter(Exists(alive)).order_by("pk")


def look(tickets: Iterable[Ticket], becoming: Mapping[int, engine.Policy], now: datetime) -> list[TicketMove]:
    """What would move if these terms became those policies at `now`. Reads; writes nothing."""
    moves = []
    for reading in clocks.read(dict.fromkeys(tickets, now)):
        move = TicketMove(reading.ticket, _moved(reading, _reread(reading, becoming)))
        if move.clocks:
            moves.append(move)
    return moves


@transaction.atomic
def reapply(
    ticket_ids: Collection[int],
    exchange: Mapping[int, int],
    *,
    by: User | None,
    at: datetime,
    leave_late: bool = False,
    **facts: Any,
) -> list[TicketMove]:
    """Lock these tickets, move their live clocks from the terms on the left to those on the right, record.

    One `sla.terms_changed` for each ticket whose promise moves, one `sla.terms_renewed`, which the customer
    does not see, where only the terms' number does; `facts` go into both. With `leave_late` a ticket that
    would be late at once keeps its terms. Returns the tickets that went over: none of those that have
    no live clock under these terms any more, so that doing it twice does it once.
    """
    tickets = Ticket.objects.select_for_update(no_key=True).filter(pk__in=ticket_ids).order_by("pk")
    becoming = {old: policy_of(new) for old, new in exchange.items()}
    gone_over: list[Reading] = []
    moves = []
    for reading in clocks.read(dict.fromkeys(tickets, at)):
        states = _reread(reading, becoming)
        move = TicketMove(reading.ticket, _moved(reading, states))
        if not move.clocks or (leave_late and move.turns_late):
            continue
        _exchange(reading, states, exchange)
        gone_over.append(reading)
        moves.append(move)
    clocks.store(gone_over)
    if moves:
        record_all([_entry(move, by, at, facts) for move in moves])
    return moves


def _reread(reading: Reading, becoming: Mapping[int, engine.Policy]) -> dict[ClockKey, ClockState]:
    """The clocks that go over, as the new policies read them at the same instant.

    A clock that a new policy does not know (it asks for no next response) stays where it is.
    """
    before = {state.key: state for state in reading.states}
    breaches = {key: state.breached_at for key, state in before.items() if state.breached_at is not None}
    found: dict[ClockKey, ClockState] = {}
    for terms_id, policy in becoming.items():
        going = {key for key, row in reading.rows.items() if row.terms_id == terms_id and before[key].is_live}
        if not going:
            continue
        brings_new = (engine.Target.RESOLUTION, 1) in going
        for state in engine.clocks(reading.history, policy, reading.read_at, breaches):
            if state.key in going or (brings_new and state.key not in reading.rows):
                found[state.key] = state
    return found


def _moved(reading: Reading, states: Mapping[ClockKey, ClockState]) -> tuple[Moved, ...]:
    before = {state.key: Standing.of(state) for state in reading.states}
    return tuple(
        Moved(reading.ticket.pk, target, cycle, before.get((target, cycle)), Standing.of(state))
        for (target, cycle), state in sorted(states.items())
    )


def _exchange(reading: Reading, states: Mapping[ClockKey, ClockState], exchange: Mapping[int, int]) -> None:
    """Let the rows of the reading go over. What the old terms had found broken by now stays theirs."""
    clocks.rows_of(reading)
    for key in states:
        if row := reading.rows.get(key):
            row.terms_id = exchange[row.terms_id]
    if (engine.Target.RESOLUTION, 1) in states:
        reading.terms_id = exchange[reading.terms_id]
    stay = [state for state in reading.states if state.key not in states]
    reading.states = sorted([*stay, *states.values()], key=lambda state: state.key)


def _entry(move: TicketMove, by: User | None, at: datetime, facts: Mapping[str, Any]) -> Entry:
    moved = [
        {
            "target": clock.target,
            "cycle": clock.cycle,
            "before": told(clock.before) if clock.before else None,
            "after": told(clock.after),
        }
        for clock in move.moved
    ]
    kind = "sla.terms_changed" if moved else "sla.terms_renewed"
    return Entry(kind, move.ticket, by, at, {**facts, "moved": moved})


def told(standing: Standing) -> dict[str, Any]:
    """As events and previews store it; the time left only in a pause, where it stands still."""
    paused_with = standing.left_in_pause
    return {
        "state": str(standing.state),
        "due_at": standing.due_at.isoformat() if standing.due_at else None,
        "remaining_seconds": None if paused_with is None else paused_with.total_seconds(),
        "agreed_at": standing.agreed_at.isoformat() if standing.agreed_at else None,
        "late": standing.breached_at is not None,
    }
