"""The ledger of a clock (E3): what was counted, what was not, and why it is due then. Data, no sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sla.engine.budgets import Account, Meter, Stretch, stretches
from sla.engine.clocks import ClockState, account_of, live_thresholds, read_clock, turn_at_stop
from sla.engine.history import DateAgreed, TicketState, Turn
from sla.engine.lives import lives
from sla.engine.policy import Policy, Status, Target
from sla.engine.thresholds import BREACH, Threshold
from sla.worktime import Calendar, elapsed, to_utc


class Activity(StrEnum):
    COUNTED = "counted"
    PAUSED = "paused"
    STOPPED = "stopped"  # resolved


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of the ticket's history and what it cost the governing row."""

    start: datetime
    end: datetime
    activity: Activity
    priority: str
    status: Status
    reason: str  # why the status was set, as the agent wrote it
    counted: timedelta  # open time charged to the row that governs at the end; zero while paused or stopped
    open_time: timedelta  # open time in the stretch on that row's calendar, charged or not
    charged: bool  # whether that row counted here: not while paused, stopped, or at a lower priority (B10)


@dataclass(frozen=True, slots=True)
class RowBudget:
    """One row's budget (B10): used up only while the ticket was at this severity or higher."""

    row: str
    calendar_label: str
    budget: timedelta | None  # None: negotiated
    used: timedelta
    left: timedelta | None
    runs_out_at: datetime | None  # when it did, or would if nothing changed; None while it does not count
    counts_now: bool
    governs: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    clock: ClockState
    entries: tuple[Entry, ...]
    rows: tuple[RowBudget, ...]
    agreements: tuple[DateAgreed, ...]
    governing: str  # the row that the entries are charged to
    calendar: Calendar  # of that row
    turns: tuple[Turn, ...]  # the priorities and statuses that the clock ran through
    coming: tuple[Threshold, ...]  # levels that are still ahead, the next one first


def ledger(
    state: TicketState,
    policy: Policy,
    now: datetime,
    target: Target,
    cycle: int = 1,
    recorded_breach: datetime | None = None,
) -> Ledger:
    """Explain one clock, with the breach that stands from earlier terms if there is one (B12, C2).

    Raises LookupError when the ticket has no such clock.
    """
    now = max(to_utc(now), state.last_at)
    life = next((life for life in lives(state, policy) if (life.target, life.cycle) == (target, cycle)), None)
    if life is None:
        raise LookupError(f"no {target} clock {cycle}")
    clock = read_clock(life, state, policy, now, recorded_breach)
    end = life.stopped_at or life.ended_at or now
    account = account_of(life, state, policy, end)
    turn = turn_at_stop(state, end) if clock.stopped_at else state.now
    governing = clock.governing_row or turn.priority
    every = list(stretches(state.turns, life.started_at, end))
    # What lasted no time tells nothing, unless it is how things stand now.
    history = [one for one in every if one.start < one.end or (clock.is_live and one is every[-1])]
    return Ledger(
        clock=clock,
        entries=tuple(_entry(stretch, account, governing) for stretch in history) if life.applies else (),
        rows=tuple(_row_budget(meter, account, state, clock, end) for meter in account.meters),
        agreements=state.agreements if target is Target.RESOLUTION else (),
        governing=governing,
        calendar=account.meter(governing).calendar,
        turns=tuple(stretch.turn for stretch in every),
        coming=_coming(clock, state, account, now),
    )


def _coming(clock: ClockState, state: TicketState, account: Account, now: datetime) -> tuple[Threshold, ...]:
    if not clock.is_live:
        return ()
    ahead = [
        threshold
        for threshold in live_thresholds(state, account, now)
        if (clock.breached_at is None if threshold.level == BREACH else threshold.at > now)
    ]
    return tuple(sorted(ahead, key=lambda threshold: threshold.at))


def _entry(stretch: Stretch, account: Account, governing: str) -> Entry:
    counting = account.counting(stretch.turn)
    meter = account.meter(governing)
    open_time = elapsed(meter.calendar, stretch.start, stretch.end)
    return Entry(
        start=stretch.start,
        end=stretch.end,
        activity=_activity(stretch, account, bool(counting)),
        priority=stretch.turn.priority,
        status=stretch.turn.status,
        reason=stretch.turn.reason,
        counted=open_time if meter in counting else timedelta(0),
        open_time=open_time,
        charged=meter in counting,
    )


def _activity(stretch: Stretch, account: Account, counts: bool) -> Activity:
    if counts:
        return Activity.COUNTED
    return Activity.STOPPED if account.is_stopped(stretch.turn) else Activity.PAUSED


def _row_budget(
    meter: Meter, account: Account, state: TicketState, clock: ClockState, now: datetime
) -> RowBudget:
    counts = clock.is_live and meter in account.counting(state.now)
    return RowBudget(
        row=meter.row.priority,
        calendar_label=meter.row.calendar_label,
        budget=meter.budget,
        used=meter.used,
        left=None if meter.budget is None else meter.budget - meter.used,
        runs_out_at=meter.runs_out_at(now) if counts else meter.run_out_at,
        counts_now=counts,
        governs=meter.row.priority == clock.governing_row,
    )
