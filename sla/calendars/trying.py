"""When would it be due? One instant and one target, with what is counted (rule E3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.worktime import Calendar, add, segments

SHOWN_AT_EACH_END = 4


@dataclass(frozen=True)
class Stretch:
    """Open time that counts, without a break."""

    opens: datetime
    closes: datetime

    @property
    def length(self) -> timedelta:
        return self.closes - self.opens


@dataclass(frozen=True)
class Answer:
    """What is counted from `start`: the first and the last stretches, and how many lie between them."""

    start: datetime
    target: timedelta
    due: datetime
    first: Sequence[Stretch]
    last: Sequence[Stretch]
    left_out: int
    count: int

    @property
    def waits(self) -> bool:
        """Whether the calendar was closed at the start."""
        return bool(self.first) and self.first[0].opens > self.start


def answer(calendar: Calendar, start: datetime, target: timedelta) -> Answer:
    """Raises NoOpenTime (A9)."""
    due = add(calendar, start, target)
    stretches = [Stretch(*pair) for pair in segments(calendar, start, due)]
    if len(stretches) <= 2 * SHOWN_AT_EACH_END:
        return Answer(start, target, due, stretches, (), 0, len(stretches))
    first, last = stretches[:SHOWN_AT_EACH_END], stretches[-SHOWN_AT_EACH_END:]
    return Answer(start, target, due, first, last, len(stretches) - 2 * SHOWN_AT_EACH_END, len(stretches))
