"""How long business time takes to count: `python -m bench.worktime`.

A target of two years of open time is added, and the open time of two years is counted, on calendars from
simple to awkward. The floor is plain `datetime + timedelta` in the same run; the ratio is what to compare
between machines. The second table evaluates whole tickets: a history of ten events, read under the default
promise, as every event and every scan of a ticket does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sla.engine import (
    Author,
    Created,
    Message,
    Policy,
    PriorityChanged,
    Row,
    Status,
    StatusChanged,
    clocks,
    fold,
    scan,
)
from sla.worktime import WEEKDAYS, Calendar, add, elapsed

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
TWO_YEARS = timedelta(days=730)

CALENDARS = {
    "24x7": {"tz": "UTC", "hours": {day: [["00:00", "24:00"]] for day in WEEKDAYS}},
    "Mon-Fri 09:00-17:30": {
        "tz": "Asia/Shanghai",
        "hours": {day: [["09:00", "17:30"]] for day in WEEKDAYS[:5]},
    },
    "split, holidays, DST": {
        "tz": "America/New_York",
        "hours": {day: [["09:00", "12:30"], ["13:30", "18:00"]] for day in WEEKDAYS[:5]},
        "holidays": ["2026-09-07", "2026-11-26", "2026-12-25", "2027-01-01", "2027-07-05", "2027-12-24"],
        "shifts": {"2026-11-27": [["09:00", "13:00"]], "2027-11-27": [["09:00", "13:00"]]},
    },
}


def microseconds(call: Callable[[], object], times: int = 2_000, rounds: int = 9) -> float:
    """Processor time of one call, the best of several rounds: other programs slow the clock on the wall."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(times):
            call()
        best = min(best, time.process_time() - started)
    return best / times * 1e6


def measure_worktime() -> None:
    floor = microseconds(lambda: START + TWO_YEARS, times=20_000)
    print(f"{'':22}{'add':>8}{'elapsed':>9}   microseconds (times the floor)")
    print(f"{'datetime + timedelta':22}{floor:8.2f}")
    for name, definition in CALENDARS.items():
        calendar = Calendar.from_definition(definition)
        target = elapsed(calendar, START, START + TWO_YEARS)
        adding = microseconds(lambda calendar=calendar, target=target: add(calendar, START, target))
        counting = microseconds(lambda calendar=calendar: elapsed(calendar, START, START + TWO_YEARS))
        print(f"{name:22}{adding:8.2f}{counting:9.2f}   ({adding / floor:.1f}, {counting / floor:.1f})")
    laying_out = microseconds(lambda: add(Calendar.from_definition(definition), START, HOUR), times=20)
    print(f"{'first use in a year':22}{laying_out:8.0f}            read the definition and lay out the year")


def measure_tickets() -> None:
    print(f"\n{'a ticket of 10 events':22}{'fold':>8}{'clocks':>9}{'scan':>8}{'all':>8}   microseconds")
    history = [
        Created(START, "P3"),
        Message(START + 10 * MINUTE, Author.AGENT),
        StatusChanged(START + 11 * MINUTE, Status.PENDING),
        Message(START + 60 * MINUTE, Author.REQUESTER),
        PriorityChanged(START + 70 * MINUTE, "P2"),
        Message(START + 80 * MINUTE, Author.AGENT),
        StatusChanged(START + 81 * MINUTE, Status.ON_HOLD, "vendor"),
        StatusChanged(START + 181 * MINUTE, Status.OPEN),
        Message(START + 185 * MINUTE, Author.REQUESTER),
        Message(START + 190 * MINUTE, Author.AGENT),
    ]
    now = START + 200 * MINUTE
    for name, definition in CALENDARS.items():
        calendar = Calendar.from_definition(definition)
        policy = Policy(
            (
                Row("P1", 15 * MINUTE, 4 * HOUR, calendar),
                Row("P2", 30 * MINUTE, 8 * HOUR, calendar),
                Row("P3", 2 * HOUR, 24 * HOUR, calendar),
                Row("P4", 4 * HOUR, None, calendar),
            )
        )
        state = fold(history)
        found = clocks(state, policy, now)
        folding = microseconds(lambda: fold(history), times=300)
        reading = microseconds(lambda state=state, policy=policy: clocks(state, policy, now), times=300)
        scanning = microseconds(lambda found=found: scan(found, {}, now), times=300)
        total = folding + reading + scanning
        print(f"{name:22}{folding:8.1f}{reading:9.1f}{scanning:8.1f}{total:8.1f}")


if __name__ == "__main__":
    measure_worktime()
    measure_tickets()
