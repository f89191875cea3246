"""What the desk's people find under the bell: the last day's events, told as the product tells them.

Without the mail that goes with them: it would be a hundred letters, and their moment is past.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from events.models import Event
from notifications.audience import Way, audience
from notifications.models import Notice

LOOKED_AT_AFTER = timedelta(hours=2)


def leave(since: datetime, now: datetime) -> None:
    """Write the notices of everything since then; what is older than LOOKED_AT_AFTER has been read."""
    events = Event.objects.filter(at__gt=since).select_related(
        "actor", "ticket__assignee", "ticket__requester", "ticket__organization__tam"
    )
    Notice.objects.bulk_create(
        Notice(
            user=person,
            event=event,
            created_at=event.at,
            read_at=event.at + LOOKED_AT_AFTER if event.at < now - LOOKED_AT_AFTER else None,
        )
        for event in events.order_by("at", "pk")
        for person, way in audience(event).items()
        if Way.NOTICE in way
    )
