"""Row budgets (B10): what each row's target has left when a stretch of a ticket's history is counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sla.engine.history import DateAgreed, Turn
from sla.engine.policy import STOPPING, Policy, Row, Target
from sla.worktime import ZERO, NoOpenTime, add, elapsed


class Stretch(NamedTuple):
    """A turn cut to the time that is counted: [start, end) under one priority, status and agreed date."""

    start: datetime
    end: datetime
    turn: Turn


def stretches(turns: Sequence[Turn], start: datetime, end: datetime) -> Iterator[Stretch]:
    """The turns between two instants. The first one reaches back to `start` (a survivor's start, B14)."""
    for index, turn in enumerate(turns):
        begins = turn.at if index and turn.at > start else start
        ends = turns[index + 1].at if index + 1 < len(turns) else end
        if begins <= min(ends, end):  # one without length still tells that the status was passed through (C6)
            yield Stretch(begins, min(ends, end), turn)


class Meter:
    """One row's budget and the active time that it has been used up by."""

    def __init__(self, row: Row, target: Target) -> None:
        self.row = row
        self.calendar = row.calendar
        self.budget = row.budget(target)
        self.pauses = row.pauses(target)
        self.used = ZERO
        self.run_out_at: datetime | None = None
        self._starts: list[datetime] = []  # of the stretches counted
        self._through: list[timedelta] = []  # used by the end of each

    def count(self, stretch: Stretch) -> None:
        before = self.used
        self.used += elapsed(self.calendar, stretch.start, stretch.end)
        self._starts.append(stretch.start)
        self._through.append(self.used)
        if self.budget is not None and self.run_out_at is None and self.used >= self.budget:
            self.run_out_at = add(self.calendar, stretch.start, self.budget - before)

    def reached(self, amount: timedelta, now: datetime, *, counting: bool = True) -> datetime | None:
        """The earliest instant at which `amount` was used up, or will be if it goes on counting from now on.

        None if it will not, because nothing counts or the calendar never opens again (A9): a ticket can
        still be saved under such a calendar.
        """
        if amount <= self.used and self._through:
            index = bisect_left(self._through, amount)
            before = self._through[index - 1] if index else ZERO
            return add(self.calendar, self._starts[index], amount - before)
        if not counting:
            return None
        try:
            return add(self.calendar, now, amount - self.used)
        except NoOpenTime:
            return None

    def runs_out_at(self, now: datetime) -> datetime | None:
        """When the budget ran out, or would if nothing changed."""
        if self.budget is None:
            return None
        return self.run_out_at or self.reached(self.budget, now)

    def used_by(self, instant: datetime) -> timedelta:
        """The part of `used` that was counted before the instant."""
        counted = ZERO
        for start, through in zip(self._starts, self._through, strict=True):
            counted = min(through, counted + elapsed(self.calendar, start, instant))
        return counted

    def leave_at_least(self, floor: timedelta) -> None:
        """Extend the budget so that `floor` is left (B8)."""
        if self.budget is not None and self.budget - self.used < floor:
            self.budget = self.used + floor
            self.run_out_at = None


class Governing(NamedTuple):
    """The row that decides when a clock is due, or the agreed date of that row."""

    meter: Meter
    due: datetime | None  # None: its calendar never opens for long enough (A9)
    agreed: DateAgreed | None = None


@dataclass
class Account:
    """The meters of every row after the counting of one clock's history."""

    policy: Policy
    target: Target
    meters: list[Meter] = field(init=False)
    breached_at: datetime | None = None
    paused: timedelta = ZERO  # in plain time

    def __post_init__(self) -> None:
        self.meters = [Meter(row, self.target) for row in self.policy.rows]

    def meter(self, priority: str) -> Meter:
        return self.meters[self.policy.rank(priority)]

    def at_or_below(self, priority: str) -> list[Meter]:
        """The rows whose budgets a ticket of this priority uses up (B10)."""
        return self.meters[self.policy.rank(priority) :]

    def counting(self, turn: Turn) -> list[Meter]:
        """The rows that count under this turn: none while the clock is paused or stopped (B4, B7)."""
        if self.is_stopped(turn):
            return []
        return [meter for meter in self.at_or_below(turn.priority) if turn.status not in meter.pauses]

    def is_stopped(self, turn: Turn) -> bool:
        return self.target is Target.RESOLUTION and turn.status in STOPPING

    def count(self, history: Iterator[Stretch]) -> None:
        """Use up the budgets by the history and find its breach, the first due that was overrun (A8, B12)."""
        was_stopped = False
        for stretch in history:
            is_stopped = self.is_stopped(stretch.turn)
            if was_stopped and not is_stopped:
                self._reopen()
            was_stopped = is_stopped
            self._count(stretch)

    def _reopen(self) -> None:
        """The same clock goes on (B8), with a little time left where the policy is merciful."""
        if self.policy.reopen_floor and self.breached_at is None:
            for meter in self.meters:
                meter.leave_at_least(self.policy.reopen_floor)

    def _count(self, stretch: Stretch) -> None:
        counting = self.counting(stretch.turn)
        for meter in counting:
            meter.count(stretch)
        if not counting:
            if not self.is_stopped(stretch.turn):
                self.paused += stretch.end - stretch.start
            return
        if self.breached_at is None and stretch.start < stretch.end:
            self.breached_at = self._overrun(stretch, counting)

    def _overrun(self, stretch: Stretch, counting: list[Meter]) -> datetime | None:
        """The due that this stretch, in which the clock is active, goes beyond."""
        dues = [meter.run_out_at for meter in counting if meter.run_out_at is not None]
        agreed = self.agreed(stretch.turn)
        if agreed is not None:
            dues.append(max(agreed.due_at, stretch.start))  # passed while paused: dated at the resume (B13)
        due = min(dues, default=None)
        return due if due is not None and due < stretch.end else None

    def agreed(self, turn: Turn) -> DateAgreed | None:
        """The agreed date, where it governs: only while the priority's own row is negotiated (B13)."""
        if self.target is not Target.RESOLUTION or self.policy.row(turn.priority).resolution is not None:
            return None
        return turn.agreed

    def governing(self, turn: Turn, now: datetime) -> Governing | None:
        """The row whose due comes first (B10); None while nothing is due (B13).

        While paused it is the row that would govern if the clock ran again now.
        """
        agreed = self.agreed(turn)
        if agreed is not None:
            return Governing(self.meter(turn.priority), agreed.due_at, agreed)
        best: Governing | None = None
        for meter in self.counting(turn) or self.at_or_below(turn.priority):
            if meter.budget is None:
                continue
            due = meter.runs_out_at(now)
            if best is None or (due is not None and (best.due is None or due < best.due)):
                best = Governing(meter, due)
        return best
