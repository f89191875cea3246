"""The clocks of a ticket as a pure function of its history, its policy and the time (C4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sla.engine.budgets import Account, Governing, Meter, stretches
from sla.engine.history import TicketState, Turn, Voided
from sla.engine.lives import Life, lives
from sla.engine.policy import Policy, Target
from sla.engine.thresholds import (
    Threshold,
    agreed_thresholds,
    breach_threshold,
    budget_thresholds,
    by_now,
    negotiating_thresholds,
)
from sla.worktime import ZERO, to_utc


class State(StrEnum):
    """E1. Running and paused clocks may be breached too: see `ClockState.breached_at`."""

    RUNNING = "running"
    PAUSED = "paused"
    NEGOTIATING = "negotiating"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    NOT_APPLICABLE = "not_applicable"
    VOID = "void"


LIVE = frozenset({State.RUNNING, State.PAUSED, State.NEGOTIATING})

ClockKey = tuple[Target, int]
"""What the clock measures, and which next response it is (1 for the two others)."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreed date in force, and how it came about (B13)."""

    due_at: datetime
    agreed_at: datetime
    first_due_at: datetime
    changes: int


class ClockState(NamedTuple):
    """One clock at one instant. Times are UTC, durations are open time of the governing row's calendar."""

    target: Target
    state: State
    started_at: datetime
    cycle: int = 1
    provisional: bool = False  # met or missed, but the ticket can still be reopened (B7)
    stopped_at: datetime | None = None
    due_at: datetime | None = None  # only while running (B4)
    promised_at: datetime | None = None  # the due last in force; kept while paused and after the stop
    breached_at: datetime | None = None
    governing_row: str | None = None  # of a stopped clock: the row that governed last
    budget: timedelta | None = None  # that row's target; None for an agreed date
    elapsed: timedelta = ZERO
    remaining: timedelta | None = None  # below zero when overdue; plain time for an agreed date
    paused: timedelta = ZERO  # plain time
    crossed: tuple[Threshold, ...] = ()
    upcoming: Threshold | None = None
    agreement: Agreement | None = None
    void: Voided | None = None
    voided_breach_at: datetime | None = None

    @property
    def key(self) -> ClockKey:
        return self.target, self.cycle

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def next_threshold_at(self) -> datetime | None:
        return self.upcoming.at if self.upcoming else None

    @property
    def percent(self) -> float | None:
        """Elapsed share of the target, frozen while paused (E1)."""
        return 100 * (self.elapsed / self.budget) if self.budget else None


def clocks(
    state: TicketState,
    policy: Policy,
    now: datetime,
    recorded_breaches: Mapping[ClockKey, datetime] | None = None,
) -> list[ClockState]:
    """Every clock of the ticket at `now`: response, resolution, then the next responses in order.

    `recorded_breaches` are those of an earlier policy or calendar version; they stay whatever the present one
    says (B12, C2). A `now` before the last event is read as the instant of that event: a scan that
    read its clock just before somebody replied still knows the reply (D5).
    """
    now = max(to_utc(now), state.last_at)
    recorded = recorded_breaches or {}
    return [
        read_clock(life, state, policy, now, recorded.get((life.target, life.cycle)))
        for life in lives(state, policy)
    ]


def account_of(life: Life, state: TicketState, policy: Policy, now: datetime) -> Account:
    """The row budgets as this clock has used them up by `now`, or by its end."""
    account = Account(policy, life.target)
    account.count(stretches(state.turns, life.started_at, life.stopped_at or life.ended_at or now))
    return account


def read_clock(
    life: Life,
    state: TicketState,
    policy: Policy,
    now: datetime,
    recorded_breach: datetime | None = None,
) -> ClockState:
    """One clock of the ticket at `now`, which is not before the last event."""
    if not life.applies:
        return _voided(
            ClockState(target=life.target, state=State.NOT_APPLICABLE, started_at=life.started_at), state
        )
    account = account_of(life, state, policy, now)
    if recorded_breach is not None:
        account.breached_at = recorded_breach
    stopped_at = life.stopped_at or life.ended_at
    clock = (
        _live_clock(life, state, account, now)
        if stopped_at is None
        else _stopped_clock(life, state, account, stopped_at)
    )
    return _voided(clock, state)


def _stopped_clock(life: Life, state: TicketState, account: Account, stopped_at: datetime) -> ClockState:
    turn = turn_at_stop(state, stopped_at)
    if account.breached_at is not None:
        result = State.MISSED
    elif life.stopped_at is not None:
        result = State.MET  # A8
    else:
        result = State.CANCELLED  # B14
    governing = account.governing(turn, stopped_at)
    meter = governing.meter if governing else account.meter(turn.priority)
    return ClockState(
        target=life.target,
        cycle=life.cycle,
        state=result,
        provisional=life.provisional,
        started_at=life.started_at,
        stopped_at=stopped_at,
        promised_at=_promised_at(state, account, stopped_at),
        breached_at=account.breached_at,
        governing_row=meter.row.priority if governing else None,
        budget=None if governing and governing.agreed else meter.budget,
        elapsed=meter.used,
        paused=account.paused,
        crossed=tuple(breach_threshold(account, None)),
        agreement=_agreement(state, life, turn),
    )


def _live_clock(life: Life, state: TicketState, account: Account, now: datetime) -> ClockState:
    turn = state.now
    governing = account.governing(turn, now)
    if governing is None:
        return _negotiating_clock(life, state, account, now)
    meter, due, agreed = governing
    running = bool(account.counting(turn))
    remaining = _left(meter) if agreed is None else agreed.due_at - now
    thresholds = _thresholds(state, account, governing, now)
    crossed, upcoming = by_now(thresholds, account.breached_at, now)
    return ClockState(
        target=life.target,
        cycle=life.cycle,
        state=State.RUNNING if running else State.PAUSED,
        started_at=life.started_at,
        due_at=due if running else None,
        promised_at=due if running else _promised_at(state, account, now),
        breached_at=account.breached_at,
        governing_row=meter.row.priority,
        budget=None if agreed else meter.budget,
        elapsed=meter.used,
        remaining=remaining,
        paused=account.paused,
        crossed=crossed,
        upcoming=upcoming,
        agreement=_agreement(state, life, turn),
    )


def live_thresholds(state: TicketState, account: Account, now: datetime) -> list[Threshold]:
    """Every level of a clock that has not stopped: those crossed by `now` and those to come."""
    return _thresholds(state, account, account.governing(state.now, now), now)


def _thresholds(
    state: TicketState, account: Account, governing: Governing | None, now: datetime
) -> list[Threshold]:
    turn = state.now
    if governing is None:
        return negotiating_thresholds(state, account, account.meter(turn.priority))
    meter, due, agreed = governing
    running = bool(account.counting(turn))
    if agreed is not None:
        return agreed_thresholds(state, account, meter, agreed, now, running)
    return budget_thresholds(account, meter, due, now, running)


def _negotiating_clock(life: Life, state: TicketState, account: Account, now: datetime) -> ClockState:
    meter = account.meter(state.now.priority)
    crossed, upcoming = by_now(_thresholds(state, account, None, now), account.breached_at, now)
    return ClockState(
        target=life.target,
        cycle=life.cycle,
        state=State.NEGOTIATING,
        started_at=life.started_at,
        breached_at=account.breached_at,
        elapsed=meter.used,
        paused=account.paused,
        crossed=crossed,
        upcoming=upcoming,
    )


def _left(meter: Meter) -> timedelta | None:
    return None if meter.budget is None else meter.budget - meter.used


def _promised_at(state: TicketState, account: Account, end: datetime) -> datetime | None:
    """The due at the end of the last turn in which the clock ran."""
    for turn in reversed(state.turns):
        if turn.at <= end and account.counting(turn):
            governing = account.governing(turn, end)
            return governing.due if governing else None
        end = min(end, turn.at)
    return None


def turn_at_stop(state: TicketState, instant: datetime) -> Turn:
    """The turn in force when a clock stopped at the instant."""
    return next((turn for turn in reversed(state.turns) if turn.at < instant), state.turns[0])


def _agreement(state: TicketState, life: Life, turn: Turn) -> Agreement | None:
    if turn.agreed is None or life.target is not Target.RESOLUTION:
        return None
    return Agreement(
        due_at=turn.agreed.due_at,
        agreed_at=turn.agreed.at,
        first_due_at=state.agreements[0].due_at,
        changes=state.agreements.index(turn.agreed),
    )


def _voided(clock: ClockState, state: TicketState) -> ClockState:
    """A voided clock is left out of every count, but tells who voided what and why (B12)."""
    void = next((void for void in state.voids if (void.target, void.cycle) == clock.key), None)
    if void is None:
        return clock
    return clock._replace(
        state=State.VOID,
        void=void,
        provisional=False,
        due_at=None,
        remaining=None,
        breached_at=None,
        voided_breach_at=clock.breached_at,
        crossed=(),
        upcoming=None,
    )
