"""Move somebody's tickets: to a colleague, swapped with theirs, back into the queue or through the rules.

Each ticket is moved by a step of `macros`, so that histories and runs tell of it as of any other bulk work.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from helpdesk.errors import Refused
from macros import running
from macros import steps as macros
from macros.running import MOST_TICKETS, Outcome
from macros.steps import Do, Step
from routing import actions
from routing.absences import URGENT, held_by
from routing.forms.availability import MoveForm
from routing.giving import Trigger, route
from tickets import timeline
from tickets.models import Ticket


@dataclass(frozen=True)
class Leg:
    """Some tickets and what is done to each; `by_rules`: the rules give it out afterwards."""

    step: Step
    tickets: list[Ticket]
    by_rules: bool = False


@dataclass(frozen=True)
class Plan:
    """`absent` goes away first, before their tickets move; whoever gets them all is the `substitute`."""

    legs: tuple[Leg, ...]
    absent: User | None
    substitute: User | None
    left_over: int  # more than one request may move

    @property
    def tickets(self) -> int:
        return sum(len(leg.tickets) for leg in self.legs)


def plan(person: User, what: str, *, colleague: User | None, only_urgent: bool, goes_away: bool) -> Plan:
    """Whose tickets move where, the next promise first: at most MOST_TICKETS of each."""
    mine, left_over = _of(person, only_urgent)
    if what in (MoveForm.RELEASE, MoveForm.RULES):
        legs: tuple[Leg, ...] = (Leg(Step(Do.RELEASE), mine, by_rules=what == MoveForm.RULES),)
    else:
        assert colleague is not None, "the form asks for a colleague"
        legs = (Leg(Step(Do.ASSIGN, to=colleague.pk), mine),)
        if what == MoveForm.SWAP:
            theirs, more = _of(colleague, only_urgent)
            legs += (Leg(Step(Do.ASSIGN, to=person.pk), theirs),)
            left_over += more
    substitute = colleague if what == MoveForm.HAND_OVER else None
    return Plan(legs, person if goes_away else None, substitute, left_over)


def _of(person: User, only_urgent: bool) -> tuple[list[Ticket], int]:
    held = held_by(person)
    if only_urgent:
        held = held.filter(priority__in=URGENT)
    rows = list(held.select_related("organization", "requester").by_next_promise()[:MOST_TICKETS])
    return rows, held.count() - len(rows)


def rehearse(plan: Plan, *, by: User, at: datetime) -> list[Outcome]:
    """Do it all and take everything back: what each ticket's history would tell."""
    with transaction.atomic():
        if plan.absent:
            _go_away(plan.absent, plan.substitute, by=by, at=at)
        outcomes = [_try(leg, ticket, by, at) for leg in plan.legs for ticket in leg.tickets]
        transaction.set_rollback(True)
    return outcomes


def _try(leg: Leg, ticket: Ticket, by: User, at: datetime) -> Outcome:
    try:
        with transaction.atomic():
            after = macros.perform(leg.step, ticket, by)
            if leg.by_rules:
                route(after, trigger=Trigger.RELEASED, sequence=after.chain_length, at=at)
            return Outcome(ticket, timeline.since(ticket, by, ticket.chain_length))
    except Refused as refusal:
        return Outcome(ticket, refusal=str(refusal))


def move(plan: Plan, *, by: User, key: uuid.UUID, at: datetime) -> tuple[int, dict[str, str]]:
    """Do it. Returns how many tickets moved, and why others did not, by number.

    A key that was used before moves nothing again.
    """
    moved, refused = 0, dict[str, str]()
    if plan.absent and not plan.absent.absences.current(at).exists():
        _go_away(plan.absent, plan.substitute, by=by, at=at)
    for number, leg in enumerate(plan.legs):
        run = running.run([leg.step], leg.tickets, by, key=uuid.uuid5(key, str(number)))
        moved += len(run.done)
        refused |= run.refused
        if leg.by_rules:
            _give_out(run.done, at)
    return moved, refused


def _go_away(person: User, substitute: User | None, *, by: User, at: datetime) -> None:
    """From now on, with an open end."""
    actions.set_absence(person, by=by, starts_at=at, ends_at=None, substitute=substitute, at=at)


def _give_out(numbers: Sequence[int], at: datetime) -> None:
    for ticket in Ticket.objects.filter(pk__in=numbers).by_next_promise().defer("search"):
        route(ticket, trigger=Trigger.RELEASED, sequence=ticket.chain_length, at=at)
