"""Does every stored clock say what the events say? (rule C4)"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.forms.models import model_to_dict

from sla import clocks
from sla.models import Clock
from tickets.models import Ticket

BATCH = 500


@dataclass(frozen=True)
class Difference:
    """A stored value that does not follow from the events."""

    ticket: int
    clock: str
    field: str
    stored: Any
    computed: Any

    def __str__(self) -> str:
        return f"ticket {self.ticket}, {self.clock}: {self.field} is {self.stored}, computed {self.computed}"


def differences(*, repair: bool = False) -> Iterator[Difference]:
    """Read the clocks of every ticket anew, each at the instant at which its rows were read.

    With `repair` the computed rows are stored. Batch by batch, so that memory stays flat and no lock is held
    for long.
    """
    last = 0
    while True:
        with transaction.atomic():
            tickets = list(
                Ticket.objects.filter(Exists(Clock.objects.filter(ticket=OuterRef("pk"))), pk__gt=last)
                .select_for_update(of=("self",), no_key=True)
                .order_by("pk")[:BATCH]
            )
            found, batch = _compare({ticket.pk: ticket for ticket in tickets}, repair=repair)
        yield from found
        if not batch:
            return
        last = batch


def _compare(tickets: dict[int, Ticket], *, repair: bool) -> tuple[list[Difference], int]:
    """The differences of these tickets, and the last number looked at (0: there was none)."""
    read_at = dict(
        Clock.objects.filter(ticket__in=tickets).values_list("ticket").annotate(at=Max("read_at")).order_by()
    )
    readings = clocks.read({tickets[pk]: at for pk, at in read_at.items()})
    found = []
    for reading in readings:
        stored = {row.pk: _values(row) for row in reading.rows.values()}
        due = reading.ticket.next_due_at
        for row in clocks.rows_of(reading):
            before = stored.get(row.pk, {})
            found += [
                Difference(reading.ticket.pk, row.target, name, before.get(name), value)
                for name, value in _values(row).items()
                if before.get(name) != value
            ]
        if due != clocks.next_due_at(reading):
            found.append(
                Difference(reading.ticket.pk, "ticket", "next_due_at", due, clocks.next_due_at(reading))
            )
    if repair and found:
        clocks.store(readings)
    return found, max(tickets, default=0)


def _values(row: Clock) -> dict[str, Any]:
    return {name: value for name, value in model_to_dict(row).items() if name in clocks.DERIVED}
