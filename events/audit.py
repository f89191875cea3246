"""Prove that the log is whole: nothing changed, removed or re-ordered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.apps import apps

from events.models import GENESIS, Event


@dataclass(frozen=True)
class Finding:
    ticket: int
    sequence: int
    problem: str


def verify(ticket_ids: list[int] | None = None) -> Iterator[Finding]:
    """Walk the chain of every ticket (or of those named) and yield what does not hold.

    Each row's hash covers its content and the hash before it; the ticket keeps the length and head
    of its chain, so that rows cut from the end are missed too.
    """
    tickets = apps.get_model("tickets", "Ticket").objects.order_by("pk")
    events = Event.objects.order_by("ticket_id", "sequence")
    if ticket_ids is not None:
        tickets = tickets.filter(pk__in=ticket_ids)
        events = events.filter(ticket_id__in=ticket_ids)

    chains = groupby(events.iterator(chunk_size=2000), key=lambda event: event.ticket_id)
    chain = next(chains, None)
    for ticket_id, length, head in tickets.values_list("pk", "chain_length", "chain_head").iterator(
        chunk_size=2000
    ):
        rows: Iterator[Event] = iter(())
        if chain is not None and chain[0] == ticket_id:
            rows = chain[1]
        yield from _verify_chain(ticket_id, rows, length, head)
        if chain is not None and chain[0] == ticket_id:
            chain = next(chains, None)


def _verify_chain(ticket_id: int, rows: Iterator[Event], length: int, head: str) -> Iterator[Finding]:
    previous, position = GENESIS, 0
    for event in rows:
        position += 1
        if event.sequence != position:
            yield Finding(ticket_id, position, f"missing: the next row is number {event.sequence}")
            position = event.sequence
        if event.previous_hash != previous:
            yield Finding(ticket_id, event.sequence, "does not follow the row before it")
        if event.hash != event.expected_hash():
            yield Finding(ticket_id, event.sequence, "its content was changed")
        previous = event.hash
    if position != length:
        yield Finding(ticket_id, position + 1, f"the chain ends at {position}, the ticket says {length}")
    elif length and previous != head:
        yield Finding(ticket_id, length, "the last row is not the one the ticket names")
