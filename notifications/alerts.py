"""Alerts: what the scan tells the desk about promises. Many of one minute make one mail and one notice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings

from events.models import Event
from tickets.models import Priority

MISSED_KINDS = frozenset({"sla.breached", "sla.overdue", "sla.date_passed"})
KINDS = MISSED_KINDS | {"sla.warned", "sla.date_near", "sla.date_missing"}


def is_alert(event: Event) -> bool:
    return event.kind in KINDS


def is_missed(event: Event) -> bool:
    """A promise is broken already, not only at risk."""
    return event.kind in MISSED_KINDS


def makes_a_digest(count: int) -> bool:
    """Whether so many alerts go in one mail. Off below two."""
    least: int = settings.ALERT_DIGEST_FROM
    return 2 <= least <= count


def wait(event: Event) -> timedelta:
    """How long the mail of this event waits for others to travel with. A P1 waits less; only alerts wait."""
    if not is_alert(event) or settings.ALERT_DIGEST_FROM < 2:
        return timedelta()
    is_p1 = Priority.P1 in (event.ticket.priority, event.data.get("row"))
    waits: timedelta = settings.ALERT_DIGEST_WAIT_P1 if is_p1 else settings.ALERT_DIGEST_WAIT
    return waits


def most_urgent_first(events: Iterable[Event]) -> list[Event]:
    """What is missed before what is at risk, the most severe first, then by deadline."""
    return sorted(
        events,
        key=lambda event: (
            not is_missed(event),
            event.ticket.priority,
            str(event.data.get("due_at") or "9"),
            event.pk,
        ),
    )
