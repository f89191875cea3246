"""The clocks follow the events, inside the transaction that writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from events.models import Event
from sla import acknowledging, clocks, history
from tickets.models import Ticket


def project(events: Sequence[Event]) -> None:
    """Read the clocks anew of every ticket that these events may move, at its last event's moment.

    Always from the whole history: there is no second way to arrive at a deadline (rule C4).
    """
    moments: dict[Ticket, datetime] = {}
    for event in events:
        if event.kind in history.KINDS:
            moments[event.ticket] = max(event.at, moments.get(event.ticket, event.at))
    if moments:
        clocks.store(clocks.read(moments))
    acknowledging.lapse(events)
