"""The rules again, as slowly and plainly as possible: minute by minute. Shares no arithmetic with the engine.

`WallCalendar` and `Tally` are exact when every event, opening and closing lies on a whole minute, and none of
the latter in a gap or a fold. `ScannedCalendar` counts instants of any kind in any zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
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


class ScannedCalendar:
    """Open or closed in any zone, gaps and folds included, for a few years around `year`.

    Wall time is read in one direction only, from UTC: where clocks change is found by looking at every six
    hours, and which instant a wall time means by trying every offset that the zone had. No arithmetic on
    local datetimes, no `fold`, no totals kept: intervals in a list, walked from the first.
    """

    def __init__(self, definition, year):
        self.zone = ZoneInfo(definition["tz"])
        self.first, self.last = date(year - 1, 12, 1), date(year + 2, 1, 31)
        self.pieces = list(self._pieces())
        self.intervals = self._joined(definition)

    def _offset(self, instant):
        return instant.astimezone(self.zone).utcoffset()

    def _pieces(self):
        """Stretches of UTC with one offset: (begin, end, offset)."""
        midnight = datetime.min.time()
        begin = now = datetime.combine(self.first, midnight, UTC) - timedelta(days=3)
        end = datetime.combine(self.last, midnight, UTC) + timedelta(days=3)
        while now < end:
            later = now + timedelta(hours=6)
            if self._offset(now) != self._offset(later):
                while later - now > timedelta(seconds=1):
                    between = now + timedelta(seconds=(later - now).total_seconds() // 2)
                    now, later = (
                        (now, between) if self._offset(between) != self._offset(now) else (between, later)
                    )
                yield begin, later, self._offset(now)
                begin = later
            now = later
        yield begin, end, self._offset(begin)

    def instant(self, wall):  # wall time in the guise of UTC
        """The first instant at which clocks show `wall`; in a gap, as if they had not been changed (A5)."""
        for begin, end, offset in self.pieces:
            at = wall - offset
            if begin <= at < end:
                return at
        gaps = [
            offset
            for (_, at, offset), (_, _, after) in pairwise(self.pieces)
            if at + offset <= wall < at + after
        ]
        return wall - gaps[0]

    def _joined(self, definition):
        found = []
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            if day.isoformat() in definition["holidays"]:
                continue
            hours = definition["hours"].get(WEEKDAYS[day.weekday()], [])
            for opens, closes in definition["shifts"].get(day.isoformat(), hours):
                found.append((self._at(day, opens), self._at(day, closes)))
        joined = []
        for opens, closes in sorted(pair for pair in found if pair[0] < pair[1]):
            if joined and opens <= joined[-1][1]:
                joined[-1][1] = max(closes, joined[-1][1])
            else:
                joined.append([opens, closes])
        return joined

    def _at(self, day, clock):
        minutes = int(clock[:2]) * 60 + int(clock[3:])
        return self.instant(datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE)

    def elapsed(self, a, b):
        parts = ((max(a, opens), min(b, closes)) for opens, closes in self.intervals)
        return sum((end - begin for begin, end in parts if begin < end), timedelta(0))

    def add(self, start, duration):
        """None when it lies beyond the years looked at."""
        if not duration:
            return start
        for opens, closes in self.intervals:
            opens = max(opens, start)
            if closes - opens >= duration:
                return opens + duration
            duration -= max(closes - opens, timedelta(0))
        return None


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
