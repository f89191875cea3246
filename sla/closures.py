"""Why a calendar was closed: the gaps between its open hours, told apart. Pure, like `sla.worktime`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from sla.worktime import ONE_DAY, Calendar, segments, to_utc


class Why(StrEnum):
    """What closes a local date, or a part of it."""

    NIGHT = "night"  # before, between or after the hours of a working day
    DAY_OFF = "day_off"  # a weekday without hours, mostly Saturday and Sunday
    HOLIDAY = "holiday"  # A4
    EXCEPTION = "exception"  # a date with hours of its own (A6)


class Closure(NamedTuple):
    """Closed time within one local date, in UTC."""

    start: datetime
    end: datetime
    why: Why


def gaps(calendar: Calendar, a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The closed intervals of [a, b) in order, each from a closing to the next opening."""
    at, end = to_utc(a), to_utc(b)
    for opens, closes in segments(calendar, at, end):
        if at < opens:
            yield at, opens
        at = closes
    if at < end:
        yield at, end


def closures(calendar: Calendar, a: datetime, b: datetime) -> Iterator[Closure]:
    """The closed time of [a, b), cut at the local midnights of the calendar's zone, each with its reason."""
    for begins, ends in gaps(calendar, a, b):
        at = begins
        while at < ends:
            day = at.astimezone(calendar.tzinfo).date()
            midnight = to_utc(datetime.combine(day + ONE_DAY, time.min, calendar.tzinfo))
            until = min(ends, midnight if midnight > at else ends)
            yield Closure(at, until, _why(calendar, at))
            at = until


def totals(found: Iterator[Closure]) -> dict[Why, timedelta]:
    """Closed time by its reason, the order of `Why`."""
    summed = dict.fromkeys(Why, timedelta(0))
    for closure in found:
        summed[closure.why] += closure.end - closure.start
    return {why: amount for why, amount in summed.items() if amount}


def _why(calendar: Calendar, at: datetime) -> Why:
    day = at.astimezone(calendar.tzinfo).date()
    if day in calendar.holidays:
        return Why.HOLIDAY
    if day in dict(calendar.overrides):
        return Why.EXCEPTION
    return Why.NIGHT if calendar.weekly[day.weekday()] else Why.DAY_OFF
