"""Words to tell a ticket's history with, in minutes since Monday 9:00 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sla.engine import (
    Author,
    Created,
    DateAgreed,
    Message,
    Policy,
    PriorityChanged,
    Row,
    Status,
    StatusChanged,
    Target,
    clocks,
    fold,
    scan,
)
from sla.worktime import WEEKDAYS, Calendar

MONDAY_9AM = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

ALWAYS = Calendar.from_definition({"tz": "UTC", "hours": {day: [["00:00", "24:00"]] for day in WEEKDAYS}})
OFFICE = Calendar.from_definition({"tz": "UTC", "hours": {day: [["09:00", "17:30"]] for day in WEEKDAYS[:5]}})

RESPONSE, RESOLUTION, NEXT_RESPONSE = Target.RESPONSE, Target.RESOLUTION, Target.NEXT_RESPONSE


def promise(p1=ALWAYS, p2=ALWAYS, p3=ALWAYS, p4=ALWAYS, **options):
    """The default promise, each row on its calendar."""
    return Policy(
        (
            Row("P1", 15 * MINUTE, 4 * HOUR, p1),
            Row("P2", 30 * MINUTE, 8 * HOUR, p2),
            Row("P3", 2 * HOUR, 24 * HOUR, p3),
            Row("P4", 4 * HOUR, None, p4),
        ),
        **options,
    )


AROUND_THE_CLOCK = promise()
LOWER_ROWS_IN_THE_OFFICE = promise(p3=OFFICE, p4=OFFICE)


def at(minutes):
    return MONDAY_9AM + minutes * MINUTE


def filed(priority, minutes=0, **how):
    return Created(at(minutes), priority, **how)


def ana_replies(minutes):
    return Message(at(minutes), Author.AGENT)


def ana_notes(minutes):
    return Message(at(minutes), Author.AGENT, public=False)


def rui_writes(minutes):
    return Message(at(minutes), Author.REQUESTER)


def waits_for_rui(minutes):
    return StatusChanged(at(minutes), Status.PENDING)


def held(minutes, reason="vendor"):
    return StatusChanged(at(minutes), Status.ON_HOLD, reason)


def resumed(minutes):
    return StatusChanged(at(minutes), Status.OPEN)


def resolved(minutes):
    return StatusChanged(at(minutes), Status.RESOLVED)


def closed(minutes):
    return StatusChanged(at(minutes), Status.CLOSED)


def set_to(priority, minutes):
    return PriorityChanged(at(minutes), priority)


def agreed(due_minutes, minutes):
    return DateAgreed(at(minutes), at(due_minutes))


def clock(target, story, minutes, policy=AROUND_THE_CLOCK, cycle=1):
    """One clock, as it is read at a minute by what happened until then."""
    (found,) = [c for c in readings(story, minutes, policy) if c.key == (target, cycle)]
    return found


def readings(story, minutes, policy=AROUND_THE_CLOCK):
    return clocks(fold(event for event in story if event.at <= at(minutes)), policy, at(minutes))


class Desk:
    """A ticket that is scanned now and then; remembers what was recorded."""

    def __init__(self, *story, policy=AROUND_THE_CLOCK):
        self.story = list(story)
        self.policy = policy
        self.recorded = {}

    def scan(self, minutes):
        """What a scan at this minute finds new, as (target, level, row, minute it occurred, notify)."""
        self.last = scan(readings(self.story, minutes, self.policy), self.recorded, at(minutes))
        for key in self.last.withdrawn:
            del self.recorded[key]
        self.recorded |= {record.key: record.occurred_at for record in self.last.new}
        return [
            (str(r.target), r.level, r.row, (r.occurred_at - MONDAY_9AM) / MINUTE, str(r.notify))
            for r in self.last.new
        ]
