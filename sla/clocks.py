"""Write the clock rows of tickets from what the engine makes of their events (rule C4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from helpdesk import bulk
from sla import engine
from sla.engine import ClockKey, ClockState, RecordKey
from sla.history import histories
from sla.holding import holder_at, moves_of
from sla.models import Clock, ClockRecord
from sla.terms import Book, policy_of
from tickets.models import Ticket

# Columns of a row that follow from the events; the others say which row it is.
DERIVED = (
    "terms",
    "state",
    "is_provisional",
    "priority",
    "governing_row",
    "allowed",
    "started_at",
    "due_at",
    "promised_at",
    "stopped_at",
    "breached_at",
    "breach_terms",
    "elapsed",
    "paused",
    "read_at",
    "next_threshold_at",
    "tier_at_breach",
    "holder_at_breach",
    "agreed_at",
    "first_agreed_at",
    "agreed_changes",
    "reached",
)

_COLUMNS = [column for column in Clock._meta.concrete_fields if column.name in DERIVED]
_derived = attrgetter(*(column.attname for column in _COLUMNS))


@dataclass
class Reading:
    """The clocks of one ticket as read at one instant, with the rows and records they had before."""

    ticket: Ticket
    read_at: datetime
    terms_id: int
    rows: dict[ClockKey, Clock]
    recorded: dict[RecordKey, datetime]  # with their occurred_at
    history: engine.TicketState
    states: list[ClockState] = field(default_factory=list)
    before: dict[int, tuple[Any, ...]] = field(default_factory=dict)  # what the rows said, by key


def read(moments: Mapping[Ticket, datetime]) -> list[Reading]:
    """Read the clocks of locked tickets, each at its moment: three queries, however many tickets."""
    ids = [ticket.pk for ticket in moments]
    rows, recorded = _stored(ids)
    events = histories(ids)
    book = Book(for_new_tickets=True)
    readings = []
    for ticket, moment in moments.items():
        terms_id = _ticket_terms(ticket, rows[ticket.pk], book)
        history = engine.fold(events[ticket.pk])
        reading = Reading(ticket, moment, terms_id, rows[ticket.pk], recorded[ticket.pk], history)
        reading.states = _evaluate(reading)
        reading.before = {row.pk: _derived(row) for row in reading.rows.values()}
        readings.append(reading)
    return readings


def store(readings: Iterable[Reading]) -> None:
    """Write the rows that the readings give, and each ticket's next deadline."""
    readings = list(readings)
    rows: list[Clock] = []
    moved: list[Ticket] = []
    before = {pk: values for reading in readings for pk, values in reading.before.items()}
    for reading in readings:
        rows += rows_of(reading)
        due = next_due_at(reading)
        if reading.ticket.next_due_at != due:
            reading.ticket.next_due_at = due
            moved.append(reading.ticket)
    _note_holders(rows)
    known = [row for row in rows if row.pk is not None]
    bulk.update(known, _changed([before[row.pk] for row in known], [_derived(row) for row in known]))
    bulk.insert([row for row in rows if row.pk is None])
    bulk.update(moved, ["next_due_at"])


def _changed(before: Sequence[tuple[Any, ...]], after: Sequence[tuple[Any, ...]]) -> list[str]:
    """The columns in which some row differs. At a level few do; to write all took a tenth of a scan."""
    if not before:
        return []
    columns = zip(_COLUMNS, zip(*before, strict=True), zip(*after, strict=True), strict=True)
    return [column.name for column, old, new in columns if old != new]


def _stored(
    ids: Sequence[int],
) -> tuple[dict[int, dict[ClockKey, Clock]], dict[int, dict[RecordKey, datetime]]]:
    rows: dict[int, dict[ClockKey, Clock]] = defaultdict(dict)
    for clock in Clock.objects.filter(ticket__in=ids):
        rows[clock.ticket_id][_key(clock)] = clock
    recorded: dict[int, dict[RecordKey, datetime]] = defaultdict(dict)
    by_key = {clock.pk: clock for of_ticket in rows.values() for clock in of_ticket.values()}
    records = ClockRecord.objects.filter(clock__ticket__in=ids)
    for clock_id, level, row, occurred_at in records.values_list("clock", "level", "row", "occurred_at"):
        clock = by_key[clock_id]
        recorded[clock.ticket_id][(*_key(clock), level, row)] = occurred_at
    return rows, recorded


def _key(clock: Clock) -> ClockKey:
    return engine.Target(clock.target), clock.cycle


def _evaluate(reading: Reading) -> list[ClockState]:
    """Each clock is judged by its own terms: finished ones keep what later edits change (rules C1, C2)."""
    breaches = {key: row.breached_at for key, row in reading.rows.items() if row.breached_at is not None}
    states = []
    for terms_id in {reading.terms_id, *(row.terms_id for row in reading.rows.values())}:
        policy, standing = policy_of(terms_id), _standing(breaches, reading)
        for clock in engine.clocks(reading.history, policy, reading.read_at, standing):
            row = reading.rows.get(clock.key)
            if (row.terms_id if row else reading.terms_id) == terms_id:
                states.append(clock)
    return sorted(states, key=lambda clock: (clock.target, clock.cycle))


def _standing(breaches: Mapping[ClockKey, datetime], reading: Reading) -> dict[ClockKey, datetime]:
    """Breaches that stand whatever the present terms say: those judged by other terms than the present."""
    return {
        key: at
        for key, at in breaches.items()
        if reading.rows[key].breach_terms_id not in (None, reading.rows[key].terms_id)
    }


def _ticket_terms(ticket: Ticket, rows: Mapping[ClockKey, Clock], book: Book) -> int:
    """The terms of the ticket's creation; its first clock keeps them."""
    first = rows.get((engine.Target.RESOLUTION, 1))
    return first.terms_id if first else book.terms(ticket.organization_id, ticket.created_at).pk


def next_due_at(reading: Reading) -> datetime | None:
    """The earliest deadline of a running clock: what the queue sorts by."""
    return min((state.due_at for state in reading.states if state.due_at is not None), default=None)


def rows_of(reading: Reading) -> list[Clock]:
    """The rows as they should be: those that were there, changed, and new ones. Nothing is saved yet."""
    rows = []
    for state in reading.states:
        row = reading.rows.get(state.key)
        if row is None:
            row = Clock(
                ticket=reading.ticket, target=state.target, cycle=state.cycle, terms_id=reading.terms_id
            )
            reading.rows[state.key] = row
        _fill(row, state, reading)
        rows.append(row)
    return rows


def _fill(row: Clock, state: ClockState, reading: Reading) -> None:
    row.state = state.state
    row.is_provisional = state.provisional
    row.priority = reading.ticket.priority
    row.governing_row = state.governing_row or ""
    row.allowed = state.budget
    row.started_at = state.started_at
    row.due_at = state.due_at
    row.promised_at = state.promised_at
    row.stopped_at = state.stopped_at
    row.elapsed = state.elapsed
    row.paused = state.paused
    row.read_at = reading.read_at
    row.next_threshold_at = engine.next_scan_at(state, reading.recorded)
    row.reached = _reached(state.key, reading.recorded)
    agreement = state.agreement
    row.agreed_at = agreement.due_at if agreement else None
    row.first_agreed_at = agreement.first_due_at if agreement else None
    row.agreed_changes = agreement.changes if agreement else 0
    _note_breach(row, state)


def _reached(key: ClockKey, recorded: engine.Recorded) -> str:
    levels = {level for target, cycle, level, _row in recorded if (target, cycle) == key}
    if engine.BREACH in levels:
        return str(Clock.Stage.BREACH)
    return str(Clock.Stage.WARNING) if levels else ""


def _note_breach(row: Clock, state: ClockState) -> None:
    if state.breached_at != row.breached_at:
        row.breached_at = state.breached_at
        row.breach_terms_id = row.terms_id if state.breached_at else None
        row.tier_at_breach, row.holder_at_breach_id = "", None


def _note_holders(rows: Sequence[Clock]) -> None:
    """Who had the ticket when the promise broke, for the report: from the events, in one query."""
    broken = [row for row in rows if row.breached_at is not None and not row.tier_at_breach]
    if not broken:
        return
    moves = moves_of([row.ticket_id for row in broken])
    for row in broken:
        holder = holder_at(moves[row.ticket_id], row.breached_at) if row.breached_at else None
        if holder is not None:
            row.tier_at_breach, row.holder_at_breach_id = holder.tier, holder.assignee_id
