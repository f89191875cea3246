"""Who could get a ticket, as plain values: what they know, speak and hold, when they work and are away.

Nothing here knows a database or the time of day; `routing.desk` reads these from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sla import worktime


@dataclass(frozen=True)
class Away:
    """Somebody is not there in [start, end); without `end` until they say that they are back."""

    start: datetime
    end: datetime | None
    substitute: int | None

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True)
class Person:
    """`skills` are keys of products; empty: every product. Without `capacity` there is no limit, without
    `hours` every hour is theirs."""

    id: int
    name: str
    tier: str
    skills: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    capacity: int | None = None
    hours: worktime.Calendar | None = None
    takes_turns: bool = True
    absences: tuple[Away, ...] = ()

    def away(self, at: datetime) -> Away | None:
        return next((absence for absence in self.absences if absence.covers(at)), None)

    def knows(self, product: int | None) -> bool:
        return product is None or not self.skills or product in self.skills

    def works(self, at: datetime) -> bool:
        if self.hours is None:
            return True
        try:
            return worktime.next_open(self.hours, at) == at
        except worktime.NoOpenTime:
            return False


@dataclass(frozen=True)
class Standing:
    """Who acts for somebody: `chain` are those who are away, the first one first; `person` is None where it
    ends without anybody who is there."""

    person: Person | None
    chain: tuple[Person, ...]


def standing_in(person: Person, people: Mapping[int, Person], at: datetime) -> Standing:
    """Follow the substitutes from somebody to the first who is there; nobody is asked twice."""
    chain: list[Person] = []
    now: Person | None = person
    while now is not None and now not in chain:
        absence = now.away(at)
        if absence is None:
            return Standing(now, tuple(chain))
        chain.append(now)
        now = people.get(absence.substitute or 0)
    return Standing(None, tuple(chain))
