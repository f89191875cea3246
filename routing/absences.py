"""What an absence does: tickets given to somebody who is away go on, urgent ones they hold are offered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.models import Event
from events.recording import record
from routing.desk import read_people
from routing.models import Absence
from routing.people import standing_in
from tickets.actions import assign
from tickets.actions.changing import locked
from tickets.models import Priority, Ticket, TicketQuerySet

URGENT = (Priority.P1, Priority.P2)


def pass_on(event: Event, assignee: int, *, at: datetime) -> bool:
    """Give to the substitute what somebody else gave to a person who is away. Called again, it does nothing.
    Returns whether it went on.

    Who takes a ticket while away wants it. Where nobody stands in, it stays where it is.
    """
    if event.actor_id == assignee or not Absence.objects.current(at).filter(user=assignee).exists():
        return False
    with transaction.atomic():
        ticket = locked(event.ticket)
        if ticket.assignee_id != assignee or not ticket.is_active:
            return False
        people = read_people(absences_from=at)
        away = people.get(assignee)
        if away is None:
            return False
        standing = standing_in(away, people, at)
        if standing.person is None or not standing.chain:
            return False
        absence = away.away(at)
        until = {"until": absence.end} if absence and absence.end else {}
        why = [{"code": "stands_in", "for": [one.name for one in standing.chain], **until}]
        to = User.objects.get(pk=standing.person.id)
        assign(ticket, by=None, to=to, at=max(at, ticket.updated_at), routing={"why": why})
    return True


def begin_due() -> int:
    """Offer the urgent tickets of everybody whose absence has started. Returns how many absences began."""
    now = timezone.now()
    due = Absence.objects.current(now).filter(begun_at=None).values_list("pk", flat=True)
    return sum(_begin(key, now) for key in due)


@transaction.atomic
def _begin(key: int, now: datetime) -> bool:
    """One event on each urgent ticket that the person holds: it tells the substitute, or the tier's leads."""
    if not Absence.objects.filter(pk=key, begun_at=None, withdrawn_at=None).update(begun_at=now):
        return False
    absence = Absence.objects.select_related("user").get(pk=key)
    people = read_people(absences_from=now)
    person = people.get(absence.user_id)
    standing = standing_in(person, people, now) if person else None
    substitute = standing.person.id if standing and standing.person else None
    for ticket in held_by(absence.user).filter(priority__in=URGENT).order_by("pk"):
        ticket = locked(ticket)
        if ticket.assignee_id != absence.user_id or not ticket.is_active:
            continue
        record(
            "ticket.holder_away",
            ticket,
            by=None,
            at=max(now, ticket.updated_at),
            person=absence.user.name,
            until=absence.ends_at,
            substitute=people[substitute].name if substitute else "",
            tell=[substitute] if substitute else [],
        )
    return True


def held_by(user: User) -> TicketQuerySet:
    """The active tickets of somebody, those that wait included."""
    return Ticket.objects.active().filter(assignee=user).defer("search")
