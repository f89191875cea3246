"""A calendar's year at a glance: what every day is, and how much open time it has."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sla import worktime
from sla.calendars.editing import Choice, choice_of, name_of
from sla.worktime import ONE_DAY, Segment, elapsed


class Kind(StrEnum):
    OPEN = "open"
    OFF = "off"  # closed every week
    HOLIDAY = "holiday"
    CLOSING = "closing"  # closed by an override
    MAKE_UP = "make_up"  # open on a day that is closed every week
    SHORT = "short"
    OTHER = "other"  # hours of its own that are not fewer


@dataclass(frozen=True)
class Day:
    date: date
    kind: Kind
    hours: tuple[Segment, ...]
    open_time: timedelta
    """Real open time of the local date (A5)."""
    name: str = ""
    is_own: bool = False

    @property
    def is_special(self) -> bool:
        return self.kind not in (Kind.OPEN, Kind.OFF)


@dataclass(frozen=True)
class Month:
    first: date
    weeks: list[list[Day | None]]  # Monday first; None outside the month

    @property
    def days(self) -> list[Day]:
        return [day for week in self.weeks for day in week if day is not None]

    @property
    def working_days(self) -> int:
        return sum(1 for day in self.days if day.open_time)

    @property
    def open_time(self) -> timedelta:
        return sum((day.open_time for day in self.days), timedelta(0))


@dataclass(frozen=True)
class Year:
    number: int
    months: list[Month]

    @property
    def days(self) -> list[Day]:
        return [day for month in self.months for day in month.days]

    @property
    def working_days(self) -> int:
        return sum(month.working_days for month in self.months)

    @property
    def open_time(self) -> timedelta:
        return sum((month.open_time for month in self.months), timedelta(0))

    @property
    def dates_of_their_own(self) -> list[Day]:
        """Holidays and overrides, also those that say the same as their week."""
        return [day for day in self.days if day.is_own]


def lay_out(calendar: worktime.Calendar, definition: Mapping[str, Any], year: int) -> Year:
    """The twelve months of a year; the definition has the names of its dates."""
    return Year(year, [_month(calendar, definition, year, number) for number in range(1, 13)])


def day_of(calendar: worktime.Calendar, definition: Mapping[str, Any], day: date) -> Day:
    opens = datetime.combine(day, time.min, calendar.tzinfo)
    closes = datetime.combine(day + ONE_DAY, time.min, calendar.tzinfo)
    return Day(
        date=day,
        kind=kind_of(calendar, day),
        hours=calendar.hours_on(day),
        open_time=elapsed(calendar, opens, closes),
        name=name_of(definition, day),
        is_own=choice_of(definition, day) is not Choice.USUAL,
    )


def kind_of(calendar: worktime.Calendar, day: date) -> Kind:
    """What an override or holiday makes of the date, compared with its week."""
    if day in calendar.holidays:
        return Kind.HOLIDAY
    usual, hours = calendar.weekly[day.weekday()], calendar.hours_on(day)
    if hours == usual:
        return Kind.OPEN if hours else Kind.OFF
    if not hours:
        return Kind.CLOSING
    if not usual:
        return Kind.MAKE_UP
    return Kind.SHORT if _minutes(hours) < _minutes(usual) else Kind.OTHER


def _month(calendar: worktime.Calendar, definition: Mapping[str, Any], year: int, month: int) -> Month:
    weeks = months.Calendar().monthdatescalendar(year, month)
    return Month(
        date(year, month, 1),
        [
            [day_of(calendar, definition, day) if day.month == month else None for day in week]
            for week in weeks
        ],
    )


def _minutes(hours: tuple[Segment, ...]) -> int:
    return sum(closes - opens for opens, closes in hours)
