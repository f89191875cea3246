"""A clock's time as a drawing: where each stretch, mark and label stands, in percent of the width.

Percentages, not pixels: the drawing is as wide as its place, and its words keep their size on a telephone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone

from sla import closures
from sla.engine import Activity
from sla.explaining import Explanation
from sla.worktime import ONE_DAY, segments

SMALLEST = 0.25  # percent of the width; what is narrower is not drawn
NEAR = 16.0  # percent within which two labels would touch
MOST_TICKS = 5
MINUTE = timedelta(minutes=1)
STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 4320, 10080)
)
MONTH = timedelta(days=28)


class Kind(StrEnum):
    COUNTED = "counted"
    OVER = "over"  # counted beyond the deadline
    OTHER = "other"  # counted for another row only (B10)
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"
    AHEAD = "ahead"  # open time between now and the deadline

    @property
    def has_pattern(self) -> bool:
        """Told apart by a pattern, so that colour carries no meaning alone."""
        return self in (Kind.OVER, Kind.OTHER, Kind.PAUSED, Kind.RESOLVED)


@dataclass(frozen=True)
class Piece:
    kind: Kind
    start: datetime
    end: datetime
    x: str
    width: str


@dataclass(frozen=True)
class Flag:
    """A line across the drawing with a word above it: "start", "now", "due", "done"."""

    name: str
    at: datetime
    x: str
    anchor: str
    level: int = 0  # 1: a second row of words, where two would touch


@dataclass(frozen=True)
class Point:
    """A message, or a level reached."""

    name: str
    at: datetime
    x: str


@dataclass(frozen=True)
class Tick:
    at: datetime
    x: str
    anchor: str
    is_day: bool


@dataclass(frozen=True)
class Drawing:
    pieces: list[Piece]
    flags: list[Flag]
    messages: list[Point]
    levels: list[Point]
    ticks: list[Tick]

    @property
    def kinds(self) -> list[Kind]:
        """What occurs, for the legend, in the order of `Kind`."""
        present = {piece.kind for piece in self.pieces}
        return [kind for kind in Kind if kind in present]


class _Scale:
    """Instants as percent of the width."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start = start
        self.span = max(end - start, MINUTE)

    def x(self, at: datetime) -> float:
        return min(100.0, max(0.0, 100 * ((at - self.start) / self.span)))

    def width(self, start: datetime, end: datetime) -> float:
        return self.x(end) - self.x(start)


def draw(told: Explanation) -> Drawing | None:
    """Draw a clock; None for one that never ran."""
    state = told.state
    if not told.spans and not state.is_live:
        return None
    due = state.due_at or state.promised_at or told.breached_at or state.voided_breach_at
    stopped = None if state.is_live else state.stopped_at
    last = max(at for at in (stopped or told.now, due, state.started_at) if at is not None)
    end = last + (last - state.started_at) * 0.04
    scale = _Scale(state.started_at, max(end, state.started_at + MINUTE))
    flags = [("due", due), ("done", stopped) if stopped else ("now", told.now)]
    return Drawing(
        pieces=list(_pieces(told, scale, due)),
        flags=_flags([(name, at) for name, at in flags if at is not None], scale),
        messages=[
            Point("ours" if mark.by_desk else "theirs", mark.at, _percent(scale.x(mark.at)))
            for mark in told.marks
        ],
        levels=[
            Point(level.name, level.at, _percent(scale.x(level.at)))
            for level in told.levels
            if level.name != "breach" and state.started_at <= level.at <= scale.start + scale.span
        ],
        ticks=list(_ticks(scale)),
    )


def _pieces(told: Explanation, scale: _Scale, due: datetime | None) -> Iterator[Piece]:
    for kind, start, end in _stretches(told, due):
        width = scale.width(start, end)
        if width >= SMALLEST:
            yield Piece(kind, start, end, _percent(scale.x(start)), _percent(width))


def _stretches(told: Explanation, due: datetime | None) -> Iterator[tuple[Kind, datetime, datetime]]:
    calendar = told.ledger.calendar
    for span in told.spans:
        entry = span.entry
        if entry.activity is not Activity.COUNTED:
            kind = Kind.RESOLVED if entry.activity is Activity.STOPPED else Kind.PAUSED
            yield kind, entry.start, entry.end
            continue
        for opens, closes in segments(calendar, entry.start, entry.end):
            yield from _counted(opens, closes, told) if entry.charged else [(Kind.OTHER, opens, closes)]
        for closes, opens in closures.gaps(calendar, entry.start, entry.end):
            yield Kind.CLOSED, closes, opens
    if due is not None and told.state.due_at is not None and due > told.now:
        for opens, closes in segments(calendar, told.now, due):
            yield Kind.AHEAD, opens, closes
        for closes, opens in closures.gaps(calendar, told.now, due):
            yield Kind.CLOSED, closes, opens


def _counted(opens: datetime, closes: datetime, told: Explanation) -> list[tuple[Kind, datetime, datetime]]:
    """Counted time, cut where it went beyond the deadline."""
    broken = told.breached_at or told.state.voided_breach_at or closes
    cut = min(max(opens, broken), closes)
    return [(Kind.COUNTED, opens, cut), (Kind.OVER, cut, closes)]


def _flags(wanted: list[tuple[str, datetime]], scale: _Scale) -> list[Flag]:
    """The words above the drawing. Of two that would touch, the earlier stands lower, left of its line."""
    found = sorted(((scale.x(at), name, at) for name, at in wanted), key=lambda flag: flag[0])
    flags = []
    for index, (x, name, at) in enumerate(found):
        touches_next = index + 1 < len(found) and found[index + 1][0] - x < NEAR
        anchor = "start" if x < NEAR else "end" if x > 100 - NEAR or touches_next else "middle"
        flags.append(Flag(name, at, _percent(x), anchor, level=1 if touches_next else 0))
    return flags


def _ticks(scale: _Scale) -> Iterator[Tick]:
    """Round local times: at most a handful, hours or days as the span asks."""
    step = next((step for step in STEPS if scale.span / step <= MOST_TICKS), None)
    if step is None:
        step = MONTH * (int(scale.span / MONTH / MOST_TICKS) + 1)
    end = scale.start + scale.span
    at = _midnight(timezone.localtime(scale.start))
    while at <= end:
        x = scale.x(at)
        if at >= scale.start and x <= 97:
            anchor = "start" if x < 4 else "end" if x > 92 else "middle"
            local = timezone.localtime(at)
            yield Tick(at, _percent(x), anchor, is_day=step >= ONE_DAY or local.time() == time.min)
        at = at + step if step < ONE_DAY else _midnight(timezone.localtime(at + step + timedelta(hours=2)))


def _midnight(local: datetime) -> datetime:
    return datetime.combine(local.date(), time.min, timezone.get_current_timezone())


def _percent(value: float) -> str:
    """Never in a locale's own digits: it is an attribute of the drawing."""
    return f"{value:.2f}%"
