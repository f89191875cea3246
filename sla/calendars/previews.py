"""What a draft would do to open tickets: which deadlines move, and who becomes late (rule C2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sla import reapplying, worktime
from sla.calendars import zones
from sla.models import Calendar, Clock, PolicyRow, PolicyVersion, Terms
from sla.reapplying import Moved, TicketMove
from sla.terms import policy_with
from tickets.models import Ticket

MOST_TICKETS = 2000
"""Looked at for a preview; the job that follows the confirmation looks at all of them."""
BATCH = 200


@dataclass(frozen=True)
class Preview:
    """Of `total` open tickets that count on the calendar, the first `looked_at` were read."""

    total: int
    looked_at: int
    moves: list[TicketMove]

    @property
    def clocks(self) -> list[tuple[Ticket, Moved]]:
        """Every clock whose promise moves; those that become late first."""
        moved = [(move.ticket, clock) for move in self.moves for clock in move.moved]
        return sorted(moved, key=lambda pair: not pair[1].turns_late)

    @property
    def late(self) -> int:
        return sum(1 for move in self.moves if move.turns_late)


def preview(calendar: Calendar, counted_on: worktime.Calendar, now: datetime) -> Preview:
    """What would move if the calendar became `counted_on` now. Writes nothing."""
    terms = Terms.objects.filter(calendars__calendar=calendar).values_list("pk", flat=True)
    becoming = {pk: policy_with(pk, calendar.pk, counted_on) for pk in _alive(list(terms))}
    # The next deadline first: if not all can be looked at, then those that matter soonest.
    tickets = reapplying.affected(list(becoming)).order_by("next_due_at", "pk")
    total = tickets.count()
    ids = list(tickets.values_list("pk", flat=True)[:MOST_TICKETS])
    moves: list[TicketMove] = []
    for start in range(0, len(ids), BATCH):
        batch = Ticket.objects.filter(pk__in=ids[start : start + BATCH]).select_related("organization")
        moves += [move for move in reapplying.look(batch.order_by("pk"), becoming, now) if move.moved]
    return Preview(total, len(ids), moves)


def with_rules_of_today(definition: dict[str, object]) -> worktime.Calendar:
    """The calendar that would be written now, with the rules that its zone has on this machine."""
    return worktime.Calendar.from_definition(definition, zones.rules_of(str(definition["tz"])))


def _alive(terms_ids: list[int]) -> list[int]:
    """Those that some clock still runs under."""
    live = Clock.objects.filter(terms__in=terms_ids, state__in=reapplying.LIVE)
    return list(live.values_list("terms", flat=True).distinct())


def policies_on(calendar: Calendar, now: datetime) -> list[PolicyVersion]:
    """The policy versions now in force that count on this calendar."""
    in_force = (
        PolicyVersion.objects.filter(valid_from__lte=now)
        .order_by("policy_id", "-valid_from", "-number")
        .distinct("policy_id")
    )
    counting = PolicyRow.objects.filter(calendar=calendar).values("version")
    versions = PolicyVersion.objects.filter(pk__in=in_force.values("pk")).filter(pk__in=counting)
    return list(versions.select_related("policy").order_by("policy__name"))
