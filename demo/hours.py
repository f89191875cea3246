"""When the cast is awake: moments at which something plausibly happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from demo.texts import Person

SLOT = timedelta(minutes=10)
LOOK_AHEAD = timedelta(days=10)


@dataclass(frozen=True)
class Hours:
    """Somebody's working day, Monday to Friday, in hours of their own zone."""

    zone: ZoneInfo
    opens: float
    closes: float

    def includes(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        return local.weekday() < 5 and self.opens <= local.hour + local.minute / 60 < self.closes

    def shortened(self, hours: float) -> Hours:
        """The same day without its last hours: what comes then would wait until tomorrow."""
        return Hours(self.zone, self.opens, self.closes - hours)


def hours_of(person: Person) -> Hours:
    """Customers write from breakfast to late evening; the desk has shifts."""
    zone = ZoneInfo(person.time_zone)
    return Hours(zone, 8, 22) if person.role == "requester" else Hours(zone, 8.5, 18.5)


def next_slots(start: datetime, everybody: Sequence[Hours]) -> list[datetime]:
    """The first unbroken stretch from `start` on in which everybody is there, as moments a slot apart."""
    slots: list[datetime] = []
    at = start
    while at < start + LOOK_AHEAD:
        if all(hours.includes(at) for hours in everybody):
            slots.append(at)
        elif slots:
            break
        at += SLOT
    return slots
