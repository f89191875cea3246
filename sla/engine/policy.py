"""What was promised: one row per priority, and the switches that change how clocks are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from sla.worktime import Calendar


class Status(StrEnum):
    """The ticket's statuses, as the rest of the product writes them."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"  # waiting on the customer
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Target(StrEnum):
    """What a clock measures."""

    RESPONSE = "response"
    RESOLUTION = "resolution"
    NEXT_RESPONSE = "next_response"


STOPPING = frozenset({Status.RESOLVED, Status.CLOSED})  # of resolution (B7)
DEFAULT_PAUSES = frozenset({Status.PENDING, Status.ON_HOLD})
DEFAULT_LEVELS = (75, 90, 100)


@dataclass(frozen=True)
class Row:
    """The promise for one priority, counted on one calendar.

    `resolution` None means negotiated: nothing is due until a date is agreed (B13).
    """

    priority: str
    response: timedelta
    resolution: timedelta | None
    calendar: Calendar
    pause_statuses: frozenset[Status] = DEFAULT_PAUSES  # of resolution; the others never pause (B4, B5)
    calendar_label: str = ""  # name and version, for the ledger

    def __post_init__(self) -> None:
        targets = (self.response, self.resolution)
        if any(target is not None and target <= timedelta(0) for target in targets):
            raise ValueError(f"{self.priority}: a target is more than no time")

    def budget(self, target: Target) -> timedelta | None:
        return self.resolution if target is Target.RESOLUTION else self.response

    def pauses(self, target: Target) -> frozenset[Status]:
        return self.pause_statuses if target is Target.RESOLUTION else frozenset()


@dataclass(frozen=True)
class Policy:
    """One version of a policy. Build it once per version and keep it: its calendars remember their years."""

    rows: tuple[Row, ...]  # the most severe first
    levels: tuple[int, ...] = (
        DEFAULT_LEVELS  # percent of the target; above 100: escalations after the breach (D9)
    )
    next_response: bool = False  # B16
    # A version that an open ticket went over to says nothing of what was asked before it was in force (C1).
    next_response_from: datetime | None = None
    bot_meets_response: bool = False  # B3
    reopen_floor: timedelta = timedelta(0)  # B8
    renotice_every: timedelta | None = None  # open time of the governing row's calendar (D10)

    def rank(self, priority: str) -> int:
        """0 for the most severe row. Raises KeyError for a priority without a row."""
        return self._ranks[priority]

    def row(self, priority: str) -> Row:
        return self.rows[self._ranks[priority]]

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {row.priority: rank for rank, row in enumerate(self.rows)}
