"""What one scan of a ticket has to record (part D). Pure: the database part stores and announces it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sla.engine.clocks import ClockState, State
from sla.engine.policy import Target
from sla.engine.thresholds import AGREED_PASSED, ANY_ROW, BREACH, NUDGE, Threshold
from sla.worktime import to_utc

LATE_AFTER = timedelta(minutes=5)  # D4

RecordKey = tuple[Target, int, str, str]
"""Target, cycle, level and row: a record exists once for each key (D3)."""


class Notify(StrEnum):
    YES = "yes"
    NO = "no"  # a higher level of the same scan speaks for it (D4)
    DIGEST = "digest"  # the clock had stopped or paused before the scan: nobody is paged (D5)


class Record(NamedTuple):
    """A threshold that was crossed, when it was and when it was noticed."""

    target: Target
    cycle: int
    level: str
    row: str
    occurred_at: datetime
    detected_at: datetime
    notify: Notify

    @property
    def key(self) -> RecordKey:
        return self.target, self.cycle, self.level, self.row

    @property
    def is_late(self) -> bool:
        """To be marked "detected late" (D4)."""
        return self.detected_at - self.occurred_at > LATE_AFTER


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What to write: new records, and recorded breaches that the history does not bear out (C5)."""

    new: tuple[Record, ...]
    withdrawn: tuple[RecordKey, ...]


Recorded = Mapping[RecordKey, datetime]
"""The records that are there already, with their occurred_at."""


def scan(clocks: Iterable[ClockState], recorded: Recorded, now: datetime) -> ScanResult:
    """Compare the clocks, as read at `now`, with what is recorded. Scanning twice finds nothing new (D2).

    A withdrawn breach must not be among `recorded` in later scans, so that a real one is still announced.
    A breach that is still to come is never withdrawn: the wall clock was set back (D8).
    """
    now = to_utc(now)
    new: list[Record] = []
    withdrawn: list[RecordKey] = []
    for clock in clocks:
        new += _new_records(clock, recorded, now)
        if clock.breached_at is None and clock.state is not State.VOID:
            breach = _key(clock, BREACH, ANY_ROW)
            if breach in recorded and recorded[breach] < now:
                withdrawn.append(breach)
    return ScanResult(tuple(new), tuple(withdrawn))


def next_scan_at(clock: ClockState, recorded: Recorded) -> datetime | None:
    """When the scan must look at this clock: its earliest threshold that is not recorded yet.

    This is what to store as next_threshold_at: a threshold crossed since the last scan, when an event
    comes first, is in the past here and so found at once.
    """
    waiting = [t.at for t in _to_record(clock) if _key(clock, t.level, t.row) not in recorded]
    if clock.upcoming is not None:
        waiting.append(clock.upcoming.at)
    return min(waiting, default=None)


def _new_records(clock: ClockState, recorded: Recorded, now: datetime) -> list[Record]:
    crossed = [t for t in _to_record(clock) if _key(clock, t.level, t.row) not in recorded]
    highest = max((t.height for t in crossed), default=0)
    return [
        Record(
            target=clock.target,
            cycle=clock.cycle,
            level=threshold.level,
            row=threshold.row,
            occurred_at=threshold.at,
            detected_at=now,
            notify=_notify(clock, threshold, is_highest=threshold.height == highest),
        )
        for threshold in crossed
    ]


def _to_record(clock: ClockState) -> list[Threshold]:
    """The crossed thresholds that matter now, the lowest first.

    Warnings and reminders are for a clock that still runs: after a reply or in a pause nothing fires,
    but a breach is always recorded (D5).
    """
    if clock.state is State.RUNNING:
        return list(clock.crossed)
    return [t for t in clock.crossed if t.level == BREACH or t.level.startswith((AGREED_PASSED, NUDGE))]


def _notify(clock: ClockState, threshold: Threshold, *, is_highest: bool) -> Notify:
    if threshold.level == BREACH and clock.state is not State.RUNNING:
        return Notify.DIGEST
    return Notify.YES if is_highest else Notify.NO


def _key(clock: ClockState, level: str, row: str) -> RecordKey:
    return clock.target, clock.cycle, level, row
