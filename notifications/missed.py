"""What happened while a page was cut off. Redis forgets it; the log of events does not.

An event's id is given before its transaction commits, so a smaller id may be told after a greater one.
Whoever resumes gets the last ids before theirs once more; a page leaves out what it has heard.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from events.models import Event, EventQuerySet

# More than this: the page asks again for all that it shows.
MOST = 200
OVERLAP = 50
# The longest that a change waits for its commit, generously.
SLACK = timedelta(seconds=10)


def after(event_id: int) -> list[Event] | None:
    """The events that a page may have missed after this one, oldest first. None: too many to tell."""
    found = list(_events().filter(pk__gt=event_id - OVERLAP).order_by("pk")[: MOST + 1])
    return None if len(found) > MOST else found


def since(at: datetime) -> list[Event] | None:
    """The same for a page that has heard of no event since it was made."""
    latest = list(_events().order_by("-pk")[: MOST + 1])
    missed = [event for event in reversed(latest) if event.recorded_at >= at - SLACK]
    return None if len(missed) > MOST else missed


def _events() -> EventQuerySet:
    return Event.objects.only("pk", "ticket_id", "kind", "recorded_at")
