"""What a calendar edit passed by comes to the present when it is counted again (rule C2)."""

from __future__ import annotations

from events.models import Event
from helpdesk.batches import must_be_alone
from sla.calendars import versions


def follow(event: Event) -> None:
    """The clock of a resolved ticket is over. Reopened, it counts on the calendars of today."""
    if "reopen_count" in event.changes:
        must_be_alone()
        versions.bring_up_to_date(event.ticket_id)
