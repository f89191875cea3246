"""Who hears of what, and how: this table for what people do, the policy's ladder for what clocks do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto

from accounts.models import User
from events.models import Event
from events.presenting import CUSTOMER_VISIBLE
from notifications import people
from sla.climbing import step_of
from sla.ladder import Role
from tickets.models import Message


class Way(Flag):
    NOTICE = auto()
    MAIL = auto()
    BOTH = NOTICE | MAIL


Circumstance = Callable[[Event], bool]


def always(event: Event) -> bool:
    return True


def by_customer(event: Event) -> bool:
    return event.actor is not None and not event.actor.is_staff_member


def by_desk(event: Event) -> bool:
    """An agent did it, or the product by itself."""
    return not by_customer(event)


def customer_asked(event: Event) -> bool:
    """Filed by the customer or for them; not opened by an agent without a request."""
    return bool(event.data.get("author_kind") != Message.Author.AGENT)


def desk_asked(event: Event) -> bool:
    return not customer_asked(event)


def priority_lowered(event: Event) -> bool:
    old, new = event.changes.get("priority", ["", ""])
    return bool(old < new)


def nobody_named(event: Event) -> bool:
    return not event.data.get("tell")


def not_content(event: Event) -> bool:
    return bool(event.data.get("score") == "bad")


def mail_wanted(event: Event) -> bool:
    return bool(event.data.get("by_mail"))


@dataclass(frozen=True)
class Tell:
    who: people.People
    way: Way
    when: Circumstance = always
    # The actor knows what they did, but wants to see that a new ticket has arrived.
    even_the_actor: bool = False


NOTICE, MAIL, BOTH = Way.NOTICE, Way.MAIL, Way.BOTH

AUDIENCE: dict[str, list[Tell]] = {
    "ticket.created": [
        Tell(people.requester, MAIL, when=customer_asked, even_the_actor=True),
        Tell(people.requester, BOTH, when=desk_asked),
    ],
    "ticket.replied": [
        Tell(people.customers, BOTH),
        Tell(people.assignee, NOTICE),
    ],
    "ticket.asked": [Tell(people.customers, BOTH), Tell(people.assignee, NOTICE)],
    "ticket.facts_set": [Tell(people.assignee, NOTICE, when=by_customer)],
    "ticket.noted": [
        Tell(people.assignee, NOTICE),
        Tell(people.followers_on_the_desk, NOTICE),
        Tell(people.mentioned, BOTH),
    ],
    # The author hears of it also where the author's own reply was kept back by what somebody else did.
    "ticket.reply_withheld": [Tell(people.named, NOTICE)],
    "ticket.draft_taken": [Tell(people.named, NOTICE)],
    "ticket.taken": [Tell(people.former_assignee, NOTICE)],
    "ticket.assigned": [Tell(people.new_assignee, BOTH), Tell(people.former_assignee, NOTICE)],
    "ticket.released": [Tell(people.former_assignee, NOTICE)],
    "ticket.holder_away": [
        Tell(people.named, BOTH),
        Tell(people.leads_of_tier, NOTICE, when=nobody_named),
    ],
    "ticket.handed_over": [
        Tell(people.new_assignee, BOTH),
        Tell(people.leads_of_tier, NOTICE),
        Tell(people.former_assignee, NOTICE),
    ],
    "ticket.handed_back": [
        Tell(people.new_assignee, BOTH),
        Tell(people.leads_of_tier, NOTICE),
        Tell(people.former_assignee, NOTICE),
    ],
    "ticket.handover_filled": [Tell(people.assignee, NOTICE)],
    "ticket.escalated": [Tell(people.leads_of_tier, NOTICE)],
    "ticket.priority_set": [
        Tell(people.requester, NOTICE),
        Tell(people.requester, MAIL, when=priority_lowered),
        Tell(people.assignee, NOTICE),
    ],
    "ticket.held": [Tell(people.requester, BOTH)],
    "ticket.date_agreed": [Tell(people.customers, BOTH), Tell(people.assignee, NOTICE)],
    "ticket.resolved": [
        Tell(people.customers, NOTICE),
        Tell(people.customers, MAIL, when=by_desk),
        Tell(people.assignee, NOTICE),
    ],
    "ticket.reopened": [
        Tell(people.customers, NOTICE),
        Tell(people.customers, MAIL, when=by_desk),
        Tell(people.assignee, NOTICE),
    ],
    "ticket.watched": [Tell(people.requester, NOTICE), Tell(people.assignee, NOTICE)],
    "ticket.known_issue_linked": [Tell(people.customers, BOTH)],
    "ticket.known_issue_fixed": [Tell(people.named, BOTH), Tell(people.assignee, NOTICE)],
    "ticket.known_issue_fix_noted": [Tell(people.assignee, NOTICE)],
    "ticket.closed": [Tell(people.requester, NOTICE)],
    "ticket.merged": [Tell(people.requester, BOTH)],
    "ticket.absorbed": [Tell(people.assignee, NOTICE)],
    "ticket.reminded": [Tell(people.named, NOTICE), Tell(people.named, MAIL, when=mail_wanted)],
    "ticket.checklist_done": [Tell(people.assignee, NOTICE)],
    "ticket.rated": [
        Tell(people.assignee, NOTICE),
        Tell(people.leads_of_tier, NOTICE, when=not_content),
    ],
    "ticket.restored": [Tell(people.requester, NOTICE), Tell(people.assignee, NOTICE)],
    "ticket.split": [Tell(people.assignee, NOTICE)],
    "sla.acknowledged": [Tell(people.assignee, NOTICE)],
    "sla.voided": [Tell(people.assignee, NOTICE)],
}

# Whom the ladder of the ticket's policy means by a role (rule D9).
ROLES: dict[Role, people.People] = {
    Role.ASSIGNEE: people.assignee,
    Role.ASSIGNEE_OR_TIER: people.assignee_or_tier,
    Role.TIER: people.agents_of_tier,
    Role.TIER_LEAD: people.leads_of_tier,
    Role.NEXT_TIER: people.leads_of_next_tier,
    Role.ON_CALL: people.on_call,
    Role.TAM: people.account_manager,
    Role.MANAGERS: people.managers,
}


def by_ladder(event: Event) -> list[Tell]:
    """Whom the ladder tells, where the event is a level of it: a breach, a new P1, a third reopening."""
    step = step_of(event)
    if step is None:
        return []
    return [Tell(ROLES[role], BOTH if step.mail else NOTICE) for role in step.tell]


def audience(event: Event) -> dict[User, Way]:
    """Whom to tell of an event, and how. Each person once, by all the ways that their roles name (D11)."""
    told: dict[User, Way] = {}
    for tell in [*AUDIENCE.get(event.kind, []), *by_ladder(event)]:
        if not tell.when(event):
            continue
        for person in tell.who(event):
            if person.pk == event.actor_id and not tell.even_the_actor:
                continue
            told[person] = told.get(person, Way(0)) | tell.way
    return {person: way for person, way in told.items() if may_hear(person, event)}


def may_hear(person: User, event: Event) -> bool:
    """Whether this person may be told of this event now. Asked again when a mail leaves."""
    if not person.is_active:
        return False
    if not person.is_staff_member and event.kind not in CUSTOMER_VISIBLE:
        return False
    return event.ticket.is_visible_to(person)
