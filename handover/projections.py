"""Write hand-overs from their events, in the transaction that records them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from events.models import Event
from handover.models import HandOver


def project(events: Sequence[Event]) -> None:
    for event in events:
        if write := _WRITERS.get(event.kind):
            write(event)


def _handed_over(event: Event) -> None:
    before, after = event.changes["tier"]
    data = event.data
    HandOver.objects.get_or_create(
        ticket_id=event.ticket_id,
        sequence=event.sequence,
        defaults={
            "at": event.at,
            "by": event.actor,
            "from_tier": before,
            "to_tier": after,
            "reason": data.get("reason", ""),
            "checklist": data.get("checklist", []),
            "is_owed": data.get("is_owed", False),
        },
    )


def _handed_back(event: Event) -> None:
    last = HandOver.objects.filter(ticket=event.ticket_id).order_by("-sequence").values("pk")[:1]
    HandOver.objects.filter(pk__in=last).update(
        returned_at=event.at,
        returned_by=event.actor,
        return_reason=event.data["reason"],
        missing=[item["key"] for item in event.data["missing"]],
    )


def _filled(event: Event) -> None:
    HandOver.objects.filter(ticket=event.ticket_id, sequence=event.data["of"]).update(
        checklist=event.data["checklist"], is_owed=False, filled_at=event.at, filled_by=event.actor
    )


_WRITERS: dict[str, Callable[[Event], None]] = {
    "ticket.handed_over": _handed_over,
    "ticket.handed_back": _handed_back,
    "ticket.handover_filled": _filled,
}
