"""When a scan has something to record: warnings, breaches and what follows them (part D, B13)."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from sla.engine.budgets import Account, Meter
from sla.engine.history import DateAgreed, TicketState
from sla.engine.lives import response_life
from sla.worktime import NoOpenTime, last_open, next_open, shift_open_days

BREACH = "breach"
NUDGE = "nudge"  # no date agreed yet (B13)
AGREED_PASSED = "passed"  # the agreed date went by while paused (B13)
ANY_ROW = "*"  # recorded once for the clock, whatever row governs

AGREED_WARNINGS = ((3, 75), (1, 90))  # business days before (D1), and which level that is like
NUDGE_DAYS = 5  # B13


class Threshold(NamedTuple):
    """An instant at which the scan has something to record: a warning, the breach, a step after it (D1)."""

    level: str
    row: str
    at: datetime
    height: int  # orders the levels: the highest of one scan speaks for the others (D4)


def by_now(
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


def breach_threshold(account: Account, due: datetime | None) -> list[Threshold]:
    """The breach that happened, or the one to come at `due` (B12)."""
    at = account.breached_at or due
    return [Threshold(BREACH, ANY_ROW, at, height=100)] if at else []


def budget_thresholds(
    account: Account, meter: Meter, due: datetime | None, now: datetime, running: bool
) -> list[Threshold]:
    """The levels of the governing row, in its active open time (D1), and the steps after a breach (D9)."""
    found = breach_threshold(account, due if running else None)
    if meter.budget is None:
        return found
    for level in account.policy.levels:
        if level == 100:
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


def agreed_thresholds(
    state: TicketState, account: Account, meter: Meter, agreed: DateAgreed, now: datetime, running: bool
) -> list[Threshold]:
    """Business days before an agreed date (D1), the breach, or the news that it passed in a pause (B13)."""
    row = meter.row.priority
    number = state.agreements.index(agreed) + 1
    nth = f"-{number}" if number > 1 else ""  # each new date warns anew
    if not running:
        passed = Threshold(AGREED_PASSED + nth, row, agreed.due_at, height=100)
        return [*breach_threshold(account, None), passed]
    found = breach_threshold(account, max(agreed.due_at, state.now.at))
    for days, height in AGREED_WARNINGS:
        try:
            at = last_open(meter.calendar, shift_open_days(meter.calendar, agreed.due_at, -days))
        except NoOpenTime:
            continue
        if at > agreed.at:  # agreed at shorter notice: nothing to warn of yet
            found.append(Threshold(f"warn{days}d{nth}", row, at, height))
    return found + _reminders(account, meter, now, running)


def negotiating_thresholds(state: TicketState, account: Account, meter: Meter) -> list[Threshold]:
    """Nudge when no date was agreed five business days after the first response (B13)."""
    response = response_life(state, account.policy)
    answered_at = response.stopped_at if response.applies else response.started_at
    found = breach_threshold(account, None)
    if answered_at is not None:
        try:
            at = next_open(meter.calendar, shift_open_days(meter.calendar, answered_at, NUDGE_DAYS))
        except NoOpenTime:
            return found
        found.append(Threshold(NUDGE, ANY_ROW, at, height=50))
    return found
