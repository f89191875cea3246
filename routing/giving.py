"""Give a ticket to whom the rules choose. Once for each event that asks for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.recording import record
from helpdesk.batches import asked_once
from routing import telling
from routing.choosing import Decision as Decided
from routing.choosing import Desk, Outcome, decide
from routing.desk import HELD, hold_desk, read_desk
from routing.facts import RELATED, facts_of
from routing.models import Decision, RulesVersion, TurnTaken, Waiting
from routing.people import Person
from routing.rules import Facts
from sla.terms import Book
from tickets.actions import assign
from tickets.actions.changing import locked
from tickets.models import Ticket

MOST_TRIED = 1000  # tickets that wait, in one sweep


class Trigger(StrEnum):
    """Why a ticket is given out now."""

    CREATED = "created"
    ESCALATED = "escalated"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    REOPENED = "reopened"
    RELEASED = "released"  # somebody let all of theirs go and asked for it
    WAITED = "waited"


# All others only ask for tickets that nobody has.
MAY_HAVE_SOMEBODY = (Trigger.ESCALATED, Trigger.RETURNED, Trigger.REOPENED)


def route(ticket: Ticket, *, trigger: Trigger, sequence: int, at: datetime) -> Decision | None:
    """Decide about one ticket and do it. None where nothing was to be decided, or no rule is for it.

    `sequence` is the event that asks for it; a second call for the same event changes nothing.
    """
    version = _rules_in_force()
    if version is None or not version.is_on:
        return None
    return _route(ticket, version, trigger=trigger, sequence=sequence, at=at)


@asked_once
def _rules_in_force() -> RulesVersion | None:
    return RulesVersion.in_force()


@transaction.atomic
def _route(
    ticket: Ticket, version: RulesVersion, *, trigger: Trigger, sequence: int, at: datetime
) -> Decision | None:
    ticket = locked(ticket)
    if not ticket.is_active or (ticket.assignee_id and trigger not in MAY_HAVE_SOMEBODY):
        return None
    hold_desk()
    if Decision.objects.filter(ticket=ticket, sequence=sequence, trigger=trigger).exists():
        return None
    rules = version.read
    desk = read_desk(rules, at)
    if not needs_somebody(trigger, ticket.tier, desk.people.get(ticket.assignee_id or 0), at):
        return None
    ticket = Ticket.objects.select_related(*RELATED, "product").defer("search").get(pk=ticket.pk)
    facts = facts_of(ticket, at)
    decided = decide(facts, rules, desk, at)
    return _do(ticket, decided, facts, desk, version=version, trigger=trigger, sequence=sequence, at=at)


def needs_somebody(trigger: Trigger, tier: str, holder: Person | None, at: datetime) -> bool:
    """Whether a ticket is to be given out. What a person has decided meanwhile stands; a holder who does not
    work here any more is none."""
    if holder is None:
        return True
    if trigger is Trigger.ESCALATED:
        return holder.tier != tier
    if trigger in (Trigger.RETURNED, Trigger.REOPENED):
        return holder.away(at) is not None
    return False


def _do(
    ticket: Ticket,
    decided: Decided,
    facts: Facts,
    desk: Desk,
    *,
    version: RulesVersion,
    trigger: Trigger,
    sequence: int,
    at: datetime,
) -> Decision | None:
    if decided.outcome is Outcome.NO_RULE or (trigger is Trigger.WAITED and not decided.person):
        return None
    person = decided.person
    if person is not None and person.id == ticket.assignee_id:
        return None
    row = Decision.objects.create(
        ticket=ticket,
        sequence=sequence,
        trigger=trigger,
        version=version,
        outcome=decided.outcome,
        assignee_id=person.id if person else None,
        at=at,
        tried=telling.kept(decided),
    )
    choice = decided.choice
    assert choice is not None
    told: dict[str, Any] = {
        "decision": row.pk,
        "version": version.number,
        "trigger": trigger,
        "rule": choice.rule.name,
        "why": telling.reasons(decided, facts, ticket.product),
    }
    if person is not None:
        number = desk.had_turn(choice.rule.key, person.id)
        TurnTaken.objects.update_or_create(
            rule=choice.rule.key, user_id=person.id, defaults={"number": number}
        )
        assign(ticket, by=None, to=User.objects.get(pk=person.id), at=at, routing=told)
        Waiting.objects.filter(ticket=ticket).delete()
    elif decided.outcome is Outcome.NOBODY:
        told["waits"] = decided.waits
        record("ticket.not_routed", ticket, by=None, at=at, routing=told)
        if decided.waits:
            Waiting.objects.get_or_create(ticket=ticket, defaults={"since": at})
    return row


def try_again() -> int:
    """Try the tickets that wait for somebody, the next promise first. Returns how many were given.

    The desk is read once to find those for whom there is somebody now; each of them is then decided as usual.
    """
    version = RulesVersion.in_force()
    if version is None or not version.is_on:
        return 0
    rules, now = version.read, timezone.now()
    waiting = Ticket.objects.filter(pk__in=Waiting.objects.values("ticket"))
    still = waiting.filter(assignee=None, status__in=HELD)
    Waiting.objects.exclude(ticket__in=still.values("pk")).delete()
    tickets = list(still.select_related(*RELATED).defer("search").by_next_promise()[:MOST_TRIED])
    if not tickets:
        return 0
    desk, book = read_desk(rules, now), Book()
    found = [one for one in tickets if decide(facts_of(one, now, book=book), rules, desk, now).person]
    return sum(
        route(ticket, trigger=Trigger.WAITED, sequence=ticket.chain_length, at=timezone.now()) is not None
        for ticket in found
    )
