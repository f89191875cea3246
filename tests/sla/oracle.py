"""The rules again, as slowly and plainly as possible: minute by minute. Shares no arithmetic with the engine.

Exact when every event, opening and closing lies on a whole minute, and none of the latter in a gap or a fold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
ORDER = ("P1", "P2", "P3", "P4")


class WallCalendar:
    """Open or closed, as a clock on the wall and a sheet of paper would tell."""

    def __init__(self, definition):
        self.zone = ZoneInfo(definition["tz"])
        self.definition = definition
        self.is_open = cache(self.is_open)

    def is_open(self, minute: datetime) -> bool:
        local = minute.astimezone(self.zone)
        clock = f"{local:%H:%M}"
        return any(opens <= clock < closes for opens, closes in self._hours(local.date()))

    def _hours(self, day: date):
        if day.isoformat() in self.definition.get("holidays", ()):
            return []
        shifts = self.definition.get("shifts", {})
        return shifts.get(day.isoformat(), self.definition["hours"].get(WEEKDAYS[day.weekday()], []))

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        a, b = a.astimezone(UTC), b.astimezone(UTC)
        return MINUTE * sum(self.is_open(a + n * MINUTE) for n in range((b - a) // MINUTE))

    def add(self, start: datetime, minutes: int) -> datetime:
        now = start.astimezone(UTC)
        while minutes:
            minutes -= self.is_open(now)
            now += MINUTE
        return now


@dataclass
class Tally:
    """One clock, counted by the minute."""

    used: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ORDER, 0))
    run_out_at: dict[str, datetime] = field(default_factory=dict)
    breached_at: datetime | None = None
    paused: int = 0

    def count(self, minute, priority, counts, budgets, calendars):
        """Let one minute pass. `budgets` in minutes, None without a target."""
        if not counts:
            return
        rows = [row for row in ORDER if row >= priority]  # P1 is the most severe
        for row in rows:
            if not calendars[row].is_open(minute):
                continue
            self.used[row] += 1
            if self.used[row] == budgets[row]:
                self.run_out_at[row] = minute + MINUTE
        dues = [self.run_out_at[row] for row in rows if row in self.run_out_at]
        # The clock is active in all of this minute: that is later than a due at or before its beginning.
        if dues and min(dues) <= minute and self.breached_at is None:
            self.breached_at = min(dues)

    def due(self, now, priority, budgets, calendars):
        """The first budget to run out if nothing changed, and its row."""
        dues = {}
        for row in ORDER[ORDER.index(priority) :]:
            if budgets[row] is None:
                continue
            left = budgets[row] - self.used[row]
            dues[row] = self.run_out_at.get(row) or calendars[row].add(now, left)
        return min(((due, row) for row, due in dues.items()), default=(None, None))
