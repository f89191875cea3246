"""Moments to send at: a few by name, any other by the clock on somebody's wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

MORNING = time(9, 0)


@dataclass(frozen=True)
class Choice:
    """A moment with its name: `zone` is the one in which it was named."""

    key: str
    label: str
    at: datetime
    zone: ZoneInfo


def choices(now: datetime, *, theirs: ZoneInfo, mine: ZoneInfo) -> list[Choice]:
    """What most people mean by later, soonest first."""
    tomorrow = _morning(now, theirs, days=1)
    # Monday is the day after tomorrow at the earliest, or it would be offered twice.
    monday = _morning(now, theirs, days=(7 - now.astimezone(theirs).weekday()))
    found = [
        Choice("hour", _("In one hour"), now.replace(microsecond=0) + timedelta(hours=1), mine),
        Choice("tomorrow", _("Tomorrow 9:00 their time"), tomorrow, theirs),
    ]
    if monday > tomorrow:
        found.append(Choice("monday", _("Monday 9:00 their time"), monday, theirs))
    return found


def _morning(now: datetime, zone: ZoneInfo, *, days: int) -> datetime:
    day = (now.astimezone(zone) + timedelta(days=days)).date()
    return datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)


def on_the_wall(local: datetime, zone: ZoneInfo) -> datetime:
    """A clock's reading in a zone as an instant. An hour that a change of clocks left out is moved on by it;
    of one that comes twice the first is meant (as rule A5 does).
    """
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
