"""Somebody says that they have a promise at risk, or a missed one: which steps that stops, and until when.

A clock has two stages. Who acknowledges a warning stops the further warnings before the deadline; who
acknowledges a breach stops the re-notices and the steps after it (150 %). A breach is always told, and so
is an agreed date that passed.
"""

from __future__ import annotations

from collections.abc import Sequence

from events.models import Event
from sla.engine import AGREED_PASSED, BREACH
from sla.models import Clock

Stage = Clock.Stage

_ENDS_ALL = {"ticket.released", "ticket.handed_over", "ticket.handed_back", "ticket.date_agreed"}


def stops(clock: Clock, level: str) -> bool:
    """Whether what was acknowledged of this clock stops the step of a level, named as in its records."""
    if level == BREACH or level.startswith(AGREED_PASSED) or not clock.acknowledged:
        return False
    is_after_breach = level.startswith("over")  # over150, overdue2
    return clock.acknowledged == Stage.BREACH or not is_after_breach


def lapse(events: Sequence[Event]) -> None:
    """End what these events make untrue: the ticket went to somebody else, it became more severe (which
    ends what was said of a warning), it was reopened, another date was agreed.
    """
    ending = [event for event in events if _may_end(event)]
    if not ending:
        return
    held = Clock.objects.filter(ticket__in={event.ticket_id for event in ending}).exclude(acknowledged="")
    ended = [
        clock.pk
        for clock in held
        if any(event.ticket_id == clock.ticket_id and _ends(event, clock) for event in ending)
    ]
    if ended:
        Clock.objects.filter(pk__in=ended).update(acknowledged="", acknowledged_at=None, acknowledged_by=None)


def _may_end(event: Event) -> bool:
    moved = event.changes.keys() & {"assignee", "priority", "reopen_count"}
    return bool(moved) or event.kind in _ENDS_ALL


def _ends(event: Event, clock: Clock) -> bool:
    changes = event.changes
    if "priority" in changes:
        before, now = changes["priority"]
        return bool(now < before) and clock.acknowledged == Stage.WARNING
    if "assignee" in changes:
        return bool(changes["assignee"][1] != clock.acknowledged_by_id)
    return True
