"""Why is it due then? Everything that a ticket's page tells of one clock (rule E3).

The engine's ledger says what was counted; the rows and the log say who did what, what the scan recorded and
under which versions. Nothing is kept: it is read when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from accounts.models import User
from events.models import Event
from sla import closures, engine, history
from sla.closures import Why
from sla.engine import Activity, Entry, Ledger, RowBudget
from sla.engine.scan import LATE_AFTER
from sla.models import CalendarVersion, Clock, ClockRecord, PolicyVersion
from sla.terms import Book, policy_of
from tickets.models import Ticket

# What befell the promise itself: other terms (C1, C2), somebody who took charge, a breach withdrawn (C5).
BEFELL = frozenset({"sla.breach_withdrawn", "sla.terms_changed", "sla.acknowledged"})
ZERO = timedelta(0)


@dataclass(frozen=True)
class Span:
    """A stretch of the clock's time in which nothing about its counting changed."""

    entry: Entry
    closed: dict[Why, timedelta]

    @property
    def length(self) -> timedelta:
        return self.entry.end - self.entry.start

    @property
    def closed_time(self) -> timedelta:
        return sum(self.closed.values(), ZERO)


@dataclass(frozen=True)
class Level:
    """A warning level, the breach or a step after it: when it is reached, and when that was noticed."""

    name: str
    row: str
    at: datetime
    noticed_at: datetime | None = None
    is_ahead: bool = False

    @property
    def noticed_late_by(self) -> timedelta | None:
        """How much later the scan noticed it, where that is worth telling (rule D4)."""
        if self.noticed_at is None or self.noticed_at - self.at <= LATE_AFTER:
            return None
        return self.noticed_at - self.at


@dataclass(frozen=True)
class AgreedDate:
    due_at: datetime
    told_at: datetime
    by: User | None


@dataclass(frozen=True)
class PriorityChange:
    at: datetime
    old: str
    new: str
    reason: str
    by: User | None

    @property
    def is_upgrade(self) -> bool:
        return self.new < self.old


@dataclass(frozen=True)
class Voiding:
    at: datetime
    reason: str
    by: User | None


@dataclass(frozen=True)
class Mark:
    """Something said in public while the clock ran: a mark on its drawing."""

    at: datetime
    by_desk: bool


@dataclass(frozen=True)
class Explanation:
    """One clock, explained at `now`."""

    clock: Clock
    ledger: Ledger
    now: datetime
    spans: list[Span]
    levels: list[Level]
    agreed: list[AgreedDate]
    priority_changes: list[PriorityChange]
    marks: list[Mark]
    void: Voiding | None
    cancelled_because: str
    befell: list[Event]
    version: PolicyVersion
    version_at_filing: PolicyVersion
    calendars: dict[str, CalendarVersion]  # by the row that is counted on it

    @property
    def state(self) -> engine.ClockState:
        return self.ledger.clock

    @property
    def key(self) -> str:
        """Names the clock within its ticket: for addresses and for the ids of a page."""
        return f"{self.clock.target}-{self.clock.cycle}"

    @property
    def counted_from(self) -> datetime:
        """When the governing row began to count: the start, or the upgrade that made it count (rule B10)."""
        return next((s.entry.start for s in self.spans if s.entry.charged), self.state.started_at)

    @property
    def agreement_in_force(self) -> AgreedDate | None:
        """The agreed date, where the clock is judged by it (rule B13)."""
        governs = self.state.agreement is not None and self.state.budget is None
        return self.agreed[-1] if governs and self.agreed else None

    @property
    def is_late(self) -> bool:
        """Past its deadline whether a scan has seen it or not (rule D7)."""
        due = self.state.due_at
        return self.state.breached_at is not None or (due is not None and due < self.now)

    @property
    def breached_at(self) -> datetime | None:
        return self.state.breached_at or (self.state.due_at if self.is_late else None)

    @property
    def over_by(self) -> timedelta | None:
        """For a stopped clock: how long after its deadline, on the wall clock; below zero when before."""
        stopped, due = self.state.stopped_at, self.state.breached_at or self.state.promised_at
        return stopped - due if stopped is not None and due is not None else None

    @cached_property
    def _since_it_counts(self) -> list[Span]:
        """The spans from which the governing row counts on: what was before an upgrade is not its own."""
        return [span for span in self.spans if span.entry.start >= self.counted_from]

    @cached_property
    def paused_by_status(self) -> dict[str, timedelta]:
        """Time that did not count because of a pause, on the wall clock, by the status that paused."""
        found: dict[str, timedelta] = {}
        for span in self._since_it_counts:
            if span.entry.activity is Activity.PAUSED:
                status = str(span.entry.status)
                found[status] = found.get(status, ZERO) + span.length
        return found

    @cached_property
    def closed(self) -> dict[Why, timedelta]:
        """Closed time of the calendar while the clock ran, by its reason."""
        found: dict[Why, timedelta] = {}
        for span in self._since_it_counts:
            for why, amount in span.closed.items():
                found[why] = found.get(why, ZERO) + amount
        return {why: found[why] for why in Why if why in found}

    @property
    def resolved_time(self) -> timedelta:
        """Time between a resolution and the reopening, which does not count (rule B8)."""
        stopped = (s for s in self._since_it_counts if s.entry.activity is Activity.STOPPED)
        return sum((span.length for span in stopped), ZERO)

    @property
    def paused_since(self) -> datetime | None:
        return self.spans[-1].entry.start if self.state.state is engine.State.PAUSED and self.spans else None

    @property
    def pause(self) -> Entry | None:
        """What the clock is paused by now."""
        return self.spans[-1].entry if self.paused_since else None

    @property
    def budgets(self) -> list[tuple[RowBudget, CalendarVersion | None]]:
        """The rows that have or had a say, each with its calendar: used, or at or below the present priority.

        Rules B10, B11.
        """
        present = self.ledger.turns[-1].priority if self.ledger.turns else self.clock.priority
        rows = [row for row in self.ledger.rows if row.used or row.row >= present]
        return [(row, self.calendars.get(row.row)) for row in rows]

    @property
    def calendar(self) -> CalendarVersion | None:
        """What the governing row is counted on."""
        return self.calendars.get(self.ledger.governing)

    @property
    def governing(self) -> RowBudget | None:
        return next((row for row in self.ledger.rows if row.governs), None)

    @property
    def calendar_changed(self) -> bool:
        """The version that counts was written while the clock was open (rule C2)."""
        return (
            self.calendar is not None
            and self.calendar.number > 1
            and self.calendar.created_at > self.clock.started_at
        )


def explain(clock: Clock, now: datetime) -> Explanation:
    """Explain a clock, whose ticket the reader may see. Nine queries at the most."""
    ticket = clock.ticket
    events = _events(ticket)
    state = engine.fold(told for event in events for told in history.translate(event))
    found = engine.ledger(
        state,
        policy_of(clock.terms_id),
        now,
        engine.Target(clock.target),
        clock.cycle,
        clock.breached_at if clock.breach_terms_id not in (None, clock.terms_id) else None,
    )
    spans = [_span(entry, found) for entry in _joined(found.entries)]
    version = clock.terms.policy_version
    return Explanation(
        clock=clock,
        ledger=found,
        now=now,
        spans=spans,
        levels=_levels(clock, found, now),
        agreed=_agreed(found, events),
        priority_changes=_priority_changes(found, events),
        marks=_marks(found, events, now),
        void=_void(found, events),
        cancelled_because=state.cancelled.reason if state.cancelled else "",
        befell=[event for event in events if event.kind in BEFELL and _concerns(event, clock)],
        version=version,
        version_at_filing=_version_at_filing(ticket, version),
        calendars=_calendars(clock),
    )


def _events(ticket: Ticket) -> list[Event]:
    kinds = history.KINDS | BEFELL
    return list(ticket.events.filter(kind__in=kinds).select_related("actor").order_by("sequence"))


def _span(entry: Entry, ledger: Ledger) -> Span:
    if not entry.charged:
        return Span(entry, {})
    return Span(entry, closures.totals(closures.closures(ledger.calendar, entry.start, entry.end)))


def _joined(entries: Iterable[Entry]) -> list[Entry]:
    """Neighbours that count alike made one: taking a new ticket changes its status, not its clock."""
    joined: list[Entry] = []
    for entry in entries:
        before = joined[-1] if joined else None
        if before is not None and _counts_like(before, entry):
            joined[-1] = replace(
                before,
                end=entry.end,
                status=entry.status,
                counted=before.counted + entry.counted,
                open_time=before.open_time + entry.open_time,
            )
        else:
            joined.append(entry)
    return joined


def _counts_like(one: Entry, other: Entry) -> bool:
    if (one.activity, one.charged, one.priority) != (other.activity, other.charged, other.priority):
        return False
    return one.activity is Activity.COUNTED or (one.status, one.reason) == (other.status, other.reason)


def _levels(clock: Clock, ledger: Ledger, now: datetime) -> list[Level]:
    """Recorded by a scan, reached but not noticed yet, still ahead; in the order of time."""
    recorded = list(ClockRecord.objects.filter(clock=clock))
    known = {(record.level, record.row) for record in recorded}
    found = [Level(r.level, r.row, r.occurred_at, noticed_at=r.detected_at) for r in recorded]
    found += [
        Level(level.level, level.row, level.at)
        for level in ledger.clock.crossed
        if (level.level, level.row) not in known
    ]
    found += [
        Level(level.level, level.row, level.at, is_ahead=level.at > now)
        for level in ledger.coming
        if (level.level, level.row) not in known
    ]
    return sorted(found, key=lambda level: level.at)


def _of(events: Sequence[Event], order: int) -> Event | None:
    """The event of the log that an engine's event with this id came from (`history.translate`)."""
    return next((event for event in events if event.sequence == order // history.PER_EVENT), None)


def _agreed(ledger: Ledger, events: Sequence[Event]) -> list[AgreedDate]:
    return [
        AgreedDate(agreed.due_at, agreed.at, by=event.actor if (event := _of(events, agreed.id)) else None)
        for agreed in ledger.agreements
    ]


def _priority_changes(ledger: Ledger, events: Sequence[Event]) -> list[PriorityChange]:
    end = ledger.clock.stopped_at
    return [
        PriorityChange(event.at, old, new, event.data.get("reason", ""), event.actor)
        for event in events
        if "priority" in event.changes and (end is None or event.at < end)
        for old, new in [event.changes["priority"]]
    ]


def _marks(ledger: Ledger, events: Sequence[Event], now: datetime) -> list[Mark]:
    clock = ledger.clock
    return [
        Mark(event.at, by_desk=event.data["author_kind"] == engine.Author.AGENT)
        for event in events
        if event.data.get("author_kind") in ("agent", "requester", "colleague")
        and clock.started_at <= event.at <= (clock.stopped_at or now)
    ]


def _void(ledger: Ledger, events: Sequence[Event]) -> Voiding | None:
    void = ledger.clock.void
    if void is None:
        return None
    event = _of(events, void.id)
    return Voiding(void.at, void.reason, event.actor if event else None)


def _version_at_filing(ticket: Ticket, version: PolicyVersion) -> PolicyVersion:
    """The version in force when the ticket was filed; another one counts only where it was applied (C1)."""
    return Book().version(ticket.organization_id, ticket.created_at) if version.number > 1 else version


def _calendars(clock: Clock) -> dict[str, CalendarVersion]:
    """The calendar version that each row of the clock's terms is counted on."""
    versions = CalendarVersion.objects.filter(terms=clock.terms_id).select_related("calendar")
    by_calendar = {version.calendar_id: version for version in versions}
    return {
        row.priority: by_calendar[row.calendar_id]
        for row in clock.terms.policy_version.rows.all()
        if row.calendar_id in by_calendar
    }


def _concerns(event: Event, clock: Clock) -> bool:
    """Whether an event about promises is about this one."""
    data = event.data
    named = data.get("moved") or data.get("promises") or [data]
    return any((one["target"], one["cycle"]) == (clock.target, clock.cycle) for one in named)
