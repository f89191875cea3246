"""A policy version as a value: what the editor fills in, what a replay runs, what is compared and told.

A draft is saved as a new version, never into an old one. Its stored form is plain JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sla import engine, ladder, worktime
from sla.ladder import Ladder
from sla.models import Calendar, CalendarVersion, PolicyVersion
from sla.terms import calendar_of

ZERO = timedelta(0)


@dataclass(frozen=True)
class DraftRow:
    """The promise of one priority. `resolution` None: negotiated."""

    priority: str
    response: timedelta
    resolution: timedelta | None
    calendar: int  # its key
    pauses: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """Everything a version says but its number, its start and who made it."""

    rows: tuple[DraftRow, ...]  # the most severe first
    levels: tuple[int, ...]
    ladder: Ladder = field(default_factory=Ladder)
    next_response: bool = False
    bot_meets_response: bool = False
    reopen_floor: timedelta = ZERO
    renotice_every: timedelta | None = None

    @classmethod
    def of(cls, version: PolicyVersion) -> Draft:
        options = version.options
        renotice_hours = options.get("renotice_hours")
        return cls(
            rows=tuple(
                DraftRow(
                    row.priority, row.response, row.resolution, row.calendar_id, tuple(row.pause_statuses)
                )
                for row in version.rows.all()
            ),
            levels=tuple(version.levels),
            ladder=ladder.read(version.ladder),
            next_response=options.get("next_response", False),
            bot_meets_response=options.get("bot_meets_response", False),
            reopen_floor=timedelta(minutes=options.get("reopen_floor_minutes", 0)),
            renotice_every=timedelta(hours=renotice_hours) if renotice_hours else None,
        )

    @property
    def options(self) -> dict[str, Any]:
        """As PolicyVersion.options stores them; what is off is left out."""
        found: dict[str, Any] = {}
        if self.next_response:
            found["next_response"] = True
        if self.bot_meets_response:
            found["bot_meets_response"] = True
        if self.reopen_floor:
            found["reopen_floor_minutes"] = self.reopen_floor / timedelta(minutes=1)
        if self.renotice_every:
            found["renotice_hours"] = self.renotice_every / timedelta(hours=1)
        return found

    def dump(self) -> dict[str, Any]:
        return {
            "rows": [
                {
                    "priority": row.priority,
                    "response": row.response.total_seconds(),
                    "resolution": None if row.resolution is None else row.resolution.total_seconds(),
                    "calendar": row.calendar,
                    "pauses": list(row.pauses),
                }
                for row in self.rows
            ],
            "levels": list(self.levels),
            "ladder": ladder.dump(self.ladder),
            "options": self.options,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Draft:
        """The draft that `dump` wrote."""
        options = stored["options"]
        renotice_hours = options.get("renotice_hours")
        return cls(
            rows=tuple(
                DraftRow(
                    row["priority"],
                    timedelta(seconds=row["response"]),
                    None if row["resolution"] is None else timedelta(seconds=row["resolution"]),
                    row["calendar"],
                    tuple(row["pauses"]),
                )
                for row in stored["rows"]
            ),
            levels=tuple(stored["levels"]),
            ladder=ladder.read(stored["ladder"]),
            next_response=options.get("next_response", False),
            bot_meets_response=options.get("bot_meets_response", False),
            reopen_floor=timedelta(minutes=options.get("reopen_floor_minutes", 0)),
            renotice_every=timedelta(hours=renotice_hours) if renotice_hours else None,
        )

    def engine_policy(self, since: datetime | None = None) -> engine.Policy:
        """The policy that the engine reads, on the calendars as they are now. `since`: questions asked before
        have no clock of their own (a version that comes to a ticket later says nothing of its past)."""
        calendars = calendars_now([row.calendar for row in self.rows])
        return engine.Policy(
            rows=tuple(
                engine.Row(
                    priority=row.priority,
                    response=row.response,
                    resolution=row.resolution,
                    calendar=calendar_of(calendars[row.calendar].pk),
                    pause_statuses=frozenset(engine.Status(status) for status in row.pauses),
                    calendar_label=str(calendars[row.calendar]),
                )
                for row in self.rows
            ),
            levels=self.levels,
            next_response=self.next_response,
            next_response_from=since,
            bot_meets_response=self.bot_meets_response,
            reopen_floor=self.reopen_floor,
            renotice_every=self.renotice_every,
        )


def calendars_now(calendar_ids: list[int]) -> dict[int, CalendarVersion]:
    """The newest version of each of these calendars, in one query."""
    newest = CalendarVersion.objects.filter(calendar__in=calendar_ids).select_related("calendar")
    return {v.calendar_id: v for v in newest.order_by("calendar_id", "-number").distinct("calendar_id")}


def all_calendars() -> dict[int, worktime.Calendar]:
    """Every calendar as it is counted on now, by its key."""
    ids = list(Calendar.objects.values_list("pk", flat=True))
    return {key: calendar_of(version.pk) for key, version in calendars_now(ids).items()}
