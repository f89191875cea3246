"""Does every stored clock say what the events say? (rule C4)"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.forms.models import model_to_dict

from sla import clocks
from sla.clocks import Reading
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
    account: str  # how the computed value comes about

    def __str__(self) -> str:
        found = f"ticket {self.ticket}, {self.clock}: {self.field} is {self.stored}, computed {self.computed}"
        return f"{found}, because {self.account}"


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
                Difference(
                    reading.ticket.pk, _name(row), name, before.get(name), value, _account(row, reading)
                )
                for name, value in _values(row).items()
                if before.get(name) != value
            ]
        if due != clocks.next_due_at(reading):
            found.append(
                Difference(
                    reading.ticket.pk,
                    "ticket",
                    "next_due_at",
                    due,
                    clocks.next_due_at(reading),
                    "it is the earliest deadline of its running clocks",
                )
            )
    if repair and found:
        clocks.store(readings)
    return found, max(tickets, default=0)


def _name(row: Clock) -> str:
    return f"{row.target} {row.cycle}" if row.target == Clock.Target.NEXT_RESPONSE else row.target


def _account(row: Clock, reading: Reading) -> str:
    """The computed row in one line: by which history and terms it says what."""
    state = next(state for state in reading.states if state.key == (row.target, row.cycle))
    told = [
        f"its history up to {reading.history.last_at:%F %T} was read at {reading.read_at:%F %T}",
        str(row.terms),
        f"{state.state} since {state.started_at:%F %T}",
    ]
    if state.governing_row:
        told.append(f"{state.governing_row} allows {state.budget or 'an agreed date'}, {state.elapsed} used")
    if state.paused:
        told.append(f"{state.paused} paused")
    if state.stopped_at:
        told.append(f"stopped {state.stopped_at:%F %T}")
    if state.breached_at:
        told.append(f"breached {state.breached_at:%F %T}")
    return "; ".join(told)


def _values(row: Clock) -> dict[str, Any]:
    return {name: value for name, value in model_to_dict(row).items() if name in clocks.DERIVED}
