"""The clocks of a ticket as a pure function of its history, its policy and the time (C4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from sla.engine.budgets import STOPPING, Account, Meter, stretches
from sla.engine.history import Author, Origin, TicketState, Turn, Voided
from sla.engine.policy import Policy, Status, Target
from sla.worktime import ZERO, NoOpenTime, last_open, next_open, shift_open_days, to_utc

BREACH = "breach"
NUDGE = "nudge"  # no date agreed yet (B13)
AGREED_PASSED = "passed"  # the agreed date went by while paused (B13)
ANY_ROW = "*"  # recorded once for the clock, whatever row governs

AGREED_WARNINGS = ((3, 75), (1, 90))  # business days before (D1), and which level that is like
NUDGE_DAYS = 5  # B13


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


class Threshold(NamedTuple):
    """An instant at which the scan has something to record: a warning, the breach, a step after it (D1)."""

    level: str
    row: str
    at: datetime
    height: int  # orders the levels: the highest of one scan speaks for the others (D4)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreed date in force, and how it came about (B13)."""

    due_at: datetime
    agreed_at: datetime
    first_due_at: datetime
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """One clock at one instant. Times are UTC, durations are open time of the governing row's calendar."""

    target: Target
    cycle: int = 1
    state: State
    provisional: bool = False  # met or missed, but the ticket can still be reopened (B7)
    started_at: datetime
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
    def next_level(self) -> str | None:
        return self.upcoming.level if self.upcoming else None

    @property
    def percent(self) -> float | None:
        """Elapsed share of the target, frozen while paused (E1)."""
        return 100 * (self.elapsed / self.budget) if self.budget else None


class Life(NamedTuple):
    """From when to when a clock counts. `ended_at`: the ticket was closed or cancelled under it."""

    target: Target
    started_at: datetime
    stopped_at: datetime | None = None
    ended_at: datetime | None = None
    provisional: bool = False
    cycle: int = 1
    applies: bool = True


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


def lives(state: TicketState, policy: Policy) -> Iterator[Life]:
    """When the clocks of this ticket start, stop and end."""
    response = _response(state, policy)
    yield response
    yield _resolution(state)
    if policy.next_response:
        yield from _next_responses(state, policy, response)


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


def _answering(policy: Policy) -> tuple[Author, ...]:
    """Whose public message meets a response (B2, B3)."""
    return (Author.AGENT, Author.BOT) if policy.bot_meets_response else (Author.AGENT,)


def _ended_at(state: TicketState) -> datetime | None:
    if state.cancelled is not None:
        return state.cancelled.at
    return state.now.at if state.now.status is Status.CLOSED else None


def _started_at(state: TicketState, stopped_at: datetime | None) -> datetime:
    """Creation (B1), or the older source's start once an agent confirmed it for a clock still open (B14)."""
    moved = state.start_moved
    if moved is not None and (stopped_at is None or stopped_at > moved.at):
        return moved.started_at
    return state.created_at


def _response(state: TicketState, policy: Policy) -> Life:
    if state.origin is Origin.OUTBOUND:
        return Life(Target.RESPONSE, state.created_at, applies=False)
    if state.origin is Origin.LIVE:
        return Life(Target.RESPONSE, state.created_at, stopped_at=state.created_at)
    answering = _answering(policy)
    answered_at = next((spoken.at for spoken in state.talk if spoken.author in answering), None)
    return Life(Target.RESPONSE, _started_at(state, answered_at), answered_at, _ended_at(state))


def _resolution(state: TicketState) -> Life:
    """Stopped by resolving, provisionally until closed; closing keeps the instant of resolving (B7)."""
    stopped_at = None
    for turn in reversed(state.turns):
        if turn.status not in STOPPING:
            break
        stopped_at = turn.at
    return Life(
        Target.RESOLUTION,
        _started_at(state, stopped_at),
        stopped_at,
        _ended_at(state),
        provisional=stopped_at is not None and not state.is_over,
    )


def _next_responses(state: TicketState, policy: Policy, response: Life) -> Iterator[Life]:
    """One clock for each customer message that opens a question after the first response (B16)."""
    if response.applies and response.stopped_at is None:
        return
    since = response.stopped_at or state.created_at
    answering = _answering(policy)
    asked_at: datetime | None = None
    cycle = 0
    for spoken in state.talk:
        if spoken.author in answering:
            if asked_at is not None:
                yield Life(Target.NEXT_RESPONSE, asked_at, stopped_at=spoken.at, cycle=cycle)
            asked_at = None
        elif spoken.author is not Author.BOT and asked_at is None and spoken.at >= since:
            asked_at = spoken.at
            cycle += 1
    if asked_at is not None:
        yield Life(Target.NEXT_RESPONSE, asked_at, ended_at=_ended_at(state), cycle=cycle)


def _stopped_clock(life: Life, state: TicketState, account: Account, stopped_at: datetime) -> ClockState:
    turn = turn_at_stop(state, stopped_at)
    if account.breached_at is not None:
        result = State.MISSED
    elif life.stopped_at is not None:
        result = State.MET  # A8
    else:
        result = State.CANCELLED  # B14
    governing = account.governing(turn, stopped_at)
    meter = governing[0] if governing else account.meter(turn.priority)
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
        budget=None if account.agreed_due(turn) else meter.budget,
        elapsed=meter.used,
        paused=account.paused,
        crossed=tuple(_breach(account, None)),
        agreement=_agreement(state, life, turn),
    )


def _live_clock(life: Life, state: TicketState, account: Account, now: datetime) -> ClockState:
    turn = state.now
    governing = account.governing(turn, now)
    if governing is None:
        return _negotiating_clock(life, state, account, now)
    meter, due = governing
    running = bool(account.counting(turn))
    agreed = account.agreed_due(turn)
    thresholds = (
        _agreed_thresholds(state, account, agreed, running)
        if agreed
        else _budget_thresholds(account, meter, due, now, running)
    )
    crossed, upcoming = _by_now(thresholds, account.breached_at, now)
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
        remaining=agreed - now if agreed else _left(meter),
        paused=account.paused,
        crossed=crossed,
        upcoming=upcoming,
        agreement=_agreement(state, life, turn),
    )


def _negotiating_clock(life: Life, state: TicketState, account: Account, now: datetime) -> ClockState:
    meter = account.meter(state.now.priority)
    crossed, upcoming = _by_now(_negotiating_thresholds(state, account, meter), account.breached_at, now)
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
            return governing[1] if governing else None
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
    return replace(
        clock,
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


def _by_now(
    thresholds: list[Threshold], breached_at: datetime | None, now: datetime
) -> tuple[tuple[Threshold, ...], Threshold | None]:
    """The thresholds crossed by now, and the next one."""
    crossed: list[Threshold] = []
    coming: list[Threshold] = []
    for threshold in thresholds:
        is_crossed = threshold.at <= now
        if threshold.level == BREACH:
            is_crossed = breached_at is not None  # at the due itself it can still be met (A8)
        (crossed if is_crossed else coming).append(threshold)
    crossed.sort(key=attrgetter("at"))
    return tuple(crossed), min(coming, key=attrgetter("at"), default=None)


def _breach(account: Account, due: datetime | None) -> list[Threshold]:
    """The breach that happened, or the one to come at `due` (B12)."""
    at = account.breached_at or due
    return [Threshold(BREACH, ANY_ROW, at, height=100)] if at else []


def _budget_thresholds(
    account: Account, meter: Meter, due: datetime | None, now: datetime, running: bool
) -> list[Threshold]:
    """The levels of the governing row, in its active open time (D1), and the steps after a breach (D9)."""
    assert meter.budget is not None
    found = _breach(account, due if running else None)
    for level in account.policy.levels:
        if level == 100 or (level > 100 and account.breached_at is None):
            continue
        at = meter.reached(meter.budget * level / 100, now, counting=running)
        if at is None:
            continue
        if level < 100:
            found.append(Threshold(f"warn{level}", meter.row.priority, at, level))
        else:
            found.append(Threshold(f"over{level}", ANY_ROW, at, level))
    return found + _reminders(account, meter, now, running)


def _reminders(account: Account, meter: Meter, now: datetime, running: bool) -> list[Threshold]:
    """The latest reminder of an overdue clock and the next: every N open hours since the breach (D10)."""
    every = account.policy.renotice_every
    if not every or account.breached_at is None:
        return []
    by_breach = meter.used_by(account.breached_at)
    count = (meter.used - by_breach) // every
    reminders = []
    for number in (count, count + 1):
        at = meter.reached(by_breach + number * every, now, counting=running)
        if number and at is not None:
            reminders.append(Threshold(f"overdue{number}", ANY_ROW, at, height=1000 + number))
    return reminders


def _agreed_thresholds(
    state: TicketState, account: Account, agreed: datetime, running: bool
) -> list[Threshold]:
    """Business days before an agreed date (D1), the breach, or the news that it passed in a pause (B13)."""
    turn = state.now
    assert turn.agreed is not None
    row = turn.priority
    number = state.agreements.index(turn.agreed) + 1
    nth = f"-{number}" if number > 1 else ""  # each new date warns anew
    if not running:
        return [*_breach(account, None), Threshold(AGREED_PASSED + nth, row, agreed, height=100)]
    found = _breach(account, max(agreed, turn.at))
    calendar = account.policy.row(turn.priority).calendar
    for days, height in AGREED_WARNINGS:
        try:
            at = last_open(calendar, shift_open_days(calendar, agreed, -days))
        except NoOpenTime:
            continue
        if at > turn.agreed.at:  # agreed at shorter notice: nothing to warn of yet
            found.append(Threshold(f"warn{days}d{nth}", row, at, height))
    return found


def _negotiating_thresholds(state: TicketState, account: Account, meter: Meter) -> list[Threshold]:
    """Nudge when no date was agreed five business days after the first response (B13)."""
    response = _response(state, account.policy)
    answered_at = response.stopped_at if response.applies else response.started_at
    found = _breach(account, None)
    if answered_at is not None:
        try:
            at = next_open(meter.calendar, shift_open_days(meter.calendar, answered_at, NUDGE_DAYS))
        except NoOpenTime:
            return found
        found.append(Threshold(NUDGE, ANY_ROW, at, height=50))
    return found
