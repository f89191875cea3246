"""Which of a ticket's clocks a person looks at next, and how soon it runs out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tickets.models import Ticket

if TYPE_CHECKING:
    from sla.models import Clock

# What still asks for work comes before what only waits, and that before what is over.
_NONE = ("not_applicable", "cancelled", "void")  # nothing is promised there, or no longer
_ORDER = {"running": 0, "paused": 1, "negotiating": 2}


class Urgency(models.TextChoices):
    """How soon the next promise runs out: the groups of the queue, most urgent first."""

    BREACHED = "breached", _("Breached")
    HOUR = "hour", _("Due within the hour")
    TODAY = "today", _("Later today")
    LATER = "later", _("Later")
    NONE = "none", _("No deadline")


def urgency(due_at: datetime | None, now: datetime) -> Urgency:
    """The group of a deadline at `now`; "today" ends at midnight of the time zone now active."""
    if due_at is None:
        return Urgency.NONE
    if due_at < now:
        return Urgency.BREACHED
    if due_at < now + timedelta(hours=1):
        return Urgency.HOUR
    if timezone.localdate(due_at) == timezone.localdate(now):
        return Urgency.TODAY
    return Urgency.LATER


def next_clock(clocks: Iterable[Clock]) -> Clock | None:
    """Of a ticket's clocks the running one that runs out first; else one that is paused or to be agreed; else
    the last result.
    """
    return min((clock for clock in clocks if clock.state not in _NONE), key=_soonest, default=None)


def was_done(clock: Clock, ticket: Ticket) -> bool:
    """Whether a clock that stopped was stopped by the work it measures, not by closing or merging."""
    if clock.target == "resolution":
        return ticket.merged_into_id is None and ticket.first_replied_at is not None
    return ticket.first_replied_at is not None


def shown_clocks(ticket: Ticket) -> list[Clock]:
    """One clock per target, the latest cycle of each, in the order in which they run out by nature."""
    latest: dict[str, Clock] = {}
    for clock in sorted(ticket.clocks.all(), key=lambda clock: clock.cycle):
        latest[clock.target] = clock
    return [latest[target] for target in ("response", "next_response", "resolution") if target in latest]


def _soonest(clock: Clock) -> tuple[int, float, float]:
    due = clock.due_at.timestamp() if clock.due_at else float("inf")
    stopped = clock.stopped_at.timestamp() if clock.stopped_at else 0
    return _ORDER.get(clock.state, 3), due, -stopped
