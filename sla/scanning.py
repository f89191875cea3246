"""The scan: find the clocks that reached a level, record it once, tell the stream (rules D1 to D8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from events.recording import Entry, record_all
from helpdesk import bulk
from sla import acknowledging, climbing, clocks, engine, heartbeat
from sla.clocks import Reading
from sla.engine import Notify, Record
from sla.ladder import Step
from sla.models import Clock, ClockRecord
from sla.terms import ladder_of
from tickets.actions import escalating
from tickets.models import Ticket

logger = structlog.get_logger(__name__)

BATCH = settings.SLA_SCAN_BATCH  # tickets in one transaction
# Tickets found at one look: to sort all that are due for every batch anew took a tenth of a scan, but what
# becomes due meanwhile and is more urgent must not wait for a whole backlog.
LOOK = 50 * BATCH
ORDER = ("next_due_at", "pk")
_PREFIXED = re.compile(r"(?:warn|over)(\d.*)")


@dataclass
class Outcome:
    """What one scan did."""

    tickets: int = 0
    records: int = 0
    failed: int = 0
    left: set[int] = field(default_factory=set)  # tickets left for the next scan


def scan(now: datetime) -> Outcome:
    """Look at every clock that reached a threshold by `now`. Any number of scans may run at once.

    Tickets are taken in batches, the most overdue first, and locked with SKIP LOCKED, so that scanners
    share the work; what was recorded once is never recorded again. A ticket that cannot be evaluated is
    logged and left for the next scan; it does not hold up the others.
    """
    outcome, seen, taken = Outcome(), set[int](), {0}
    while taken and (due := _due(now, outcome.left)):
        taken = set[int]()  # none: others are at work on all of them
        for first in range(0, len(due), BATCH):
            taken |= _scan_batch(due[first : first + BATCH], now, outcome)
        # A scanned ticket's threshold moves past `now`. One that did not must not be scanned for ever.
        outcome.left |= taken & seen
        seen |= taken
    heartbeat.beat(now)
    return outcome


def _due(now: datetime, left: set[int]) -> list[int]:
    """The next tickets to be scanned, by their numbers: one look for many batches."""
    return list(
        _with_clocks_due(now).exclude(pk__in=left).order_by(*ORDER).values_list("pk", flat=True)[:LOOK]
    )


def _with_clocks_due(now: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(Exists(Clock.objects.due_for_scan(now).filter(ticket=OuterRef("pk"))))


def _scan_batch(numbers: Sequence[int], now: datetime, outcome: Outcome) -> set[int]:
    """Scan in one transaction those of the tickets that nobody else scans; returns their numbers."""
    with transaction.atomic():
        tickets = _locked(numbers, now)
        if not tickets:
            return set()
        try:
            with transaction.atomic():
                records = record_crossed(tickets, now)
        except Exception:
            logger.exception("scan_batch_failed", tickets=len(tickets))
            records = _one_by_one(tickets, now, outcome)
    outcome.tickets += len(tickets)
    outcome.records += records
    return {ticket.pk for ticket in tickets}


def _locked(numbers: Sequence[int], now: datetime) -> list[Ticket]:
    """Those of the tickets that no other scanner has in its hands or has done meanwhile."""
    tickets = _with_clocks_due(now).filter(pk__in=numbers).defer("search").order_by(*ORDER)
    return list(tickets.select_for_update(of=("self",), no_key=True, skip_locked=True))


def _one_by_one(tickets: Sequence[Ticket], now: datetime, outcome: Outcome) -> int:
    records = 0
    for ticket in tickets:
        try:
            with transaction.atomic():
                records += record_crossed([ticket], now)
        except Exception:
            outcome.failed += 1
            outcome.left.add(ticket.pk)
            logger.exception("scan_failed", ticket=ticket.pk)
    return records


def record_crossed(tickets: Sequence[Ticket], now: datetime) -> int:
    """Read the clocks of locked tickets at `now`, write what is new, and move the thresholds on.

    Returns the number of new records.
    """
    readings = clocks.read(dict.fromkeys(tickets, now))
    found = [(reading, engine.scan(reading.states, reading.recorded, now)) for reading in readings]
    first = [
        (reading, record)
        for reading, result in found
        for record in result.new
        if _is_first_of_level(reading, record) and not _is_stopped(reading, record)
    ]
    for reading, result in found:
        reading.recorded |= {record.key: record.occurred_at for record in result.new}
        for key in result.withdrawn:
            del reading.recorded[key]
    clocks.store(readings)

    new = [(reading, record) for reading, result in found for record in result.new]
    _remember([(_row(reading, record), record) for reading, record in new])
    entries = [_entry(reading, record) for reading, record in new]
    entries += [
        Entry("sla.breach_withdrawn", reading.ticket, None, now, {"target": key[0], "cycle": key[1]})
        for reading, result in found
        for key in result.withdrawn
    ]
    _forget([(reading, key) for reading, result in found for key in result.withdrawn])
    entries += climbing.climb([_climbed(reading, record) for reading, record in first], now)
    record_all(entries, saving=escalating.SAVED)
    return len(new)


def _is_first_of_level(reading: Reading, record: Record) -> bool:
    """A new governing row may warn again (rule D3), but what the ladder does at a level it does once: a
    priority that was raised at 90 % must not be raised again at 90 % of the new target.
    """
    level = record.key[:3]
    return all(key[:3] != level for key in reading.recorded)


def _is_stopped(reading: Reading, record: Record) -> bool:
    """Somebody has it (sla.acknowledging)."""
    row = reading.rows.get((record.target, record.cycle))
    return row is not None and acknowledging.stops(row, record.level)


def _row(reading: Reading, record: Record) -> Clock:
    return reading.rows[(record.target, record.cycle)]


def _remember(records: Sequence[tuple[Clock, Record]]) -> None:
    taken = ClockRecord.Notify.TAKEN
    bulk.insert_values(
        ClockRecord,
        ["clock", "level", "row", "occurred_at", "detected_at", "notify"],
        [
            (
                clock.pk,
                record.level,
                record.row,
                record.occurred_at,
                record.detected_at,
                taken.value if acknowledging.stops(clock, record.level) else record.notify.value,
            )
            for clock, record in records
        ],
    )


def _forget(withdrawn: Sequence[tuple[Reading, engine.RecordKey]]) -> None:
    """Rule C5: a late mail showed that the promise was kept. The withdrawal stands in the log."""
    for reading, (target, cycle, level, row) in withdrawn:
        ClockRecord.objects.filter(
            clock__ticket=reading.ticket, clock__target=target, clock__cycle=cycle, level=level, row=row
        ).delete()


def _entry(reading: Reading, record: Record) -> Entry:
    clock, level = _row(reading, record), _level(record)
    data: dict[str, Any] = {
        "target": record.target,
        "cycle": record.cycle,
        "level": level,
        "row": clock.governing_row,
        "due_at": clock.breached_at if level == "breach" else clock.promised_at or clock.agreed_at,
        "occurred_at": record.occurred_at,
        "notify": record.notify is Notify.YES and not acknowledging.stops(clock, record.level),
        "late": record.is_late,
        "tier": reading.ticket.tier,
    }
    if level == "breach":
        data |= {"tier": clock.tier_at_breach, "holder": clock.holder_at_breach_id}
    if data["notify"]:
        data |= climbing.as_data(_step(clock, record))
    return Entry(_kind(record), reading.ticket, None, record.detected_at, data)


def _step(clock: Clock, record: Record) -> Step:
    return ladder_of(clock.terms_id).step(_level(record))


def _climbed(reading: Reading, record: Record) -> climbing.Climb:
    clock = _row(reading, record)
    because = {
        "target": record.target,
        "cycle": record.cycle,
        "level": _level(record),
        "due_at": record.occurred_at,
    }
    return reading.ticket, _step(clock, record), because


def _level(record: Record) -> str:
    """As the ladder calls it: "warn75" is 75, "warn3d" is 3d, "over150" is 150; "breach" and "overdue2" are
    what they are.
    """
    name = _PREFIXED.fullmatch(record.level)
    return name[1] if name else record.level


def _kind(record: Record) -> str:
    level = _level(record)
    if level == "breach":
        return "sla.breached"
    if level == "nudge":
        return "sla.date_missing"
    if level.startswith("passed"):
        return "sla.date_passed"
    if not record.level.startswith("warn"):
        return "sla.overdue"
    return "sla.warned" if level.isdigit() else "sla.date_near"
