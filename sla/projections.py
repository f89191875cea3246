"""The clocks follow the events, inside the transaction that writes them."""

from __future__ import annotations

from events.models import Event
from sla import clocks, history
from tickets.models import Ticket


def project(event: Event, ticket: Ticket) -> None:
    """Read the ticket's clocks anew after an event that may move them.

    Always from the whole history: there is no second way to arrive at a deadline (rule C4).
    """
    if event.kind in history.KINDS:
        clocks.store(clocks.read([ticket], event.at))
