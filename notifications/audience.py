"""Who hears of what, and how. This table is the only place that says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto

from accounts.models import User
from events.models import Event
from events.presenting import CUSTOMER_VISIBLE
from notifications import people
from tickets.models import Message, Priority, Ticket

THIRD_REOPENING = 3
LAST_WARNING_PERCENT = 90


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


def is_priority(*priorities: Priority) -> Circumstance:
    """Filed with one of these priorities, or changed to one."""

    def holds(event: Event) -> bool:
        changed = event.changes.get("priority")
        now = changed[1] if changed else event.data.get("priority")
        return any(now == priority for priority in priorities)

    return holds


def priority_lowered(event: Event) -> bool:
    old, new = event.changes.get("priority", ["", ""])
    return bool(old < new)


def third_reopening(event: Event) -> bool:
    return bool(event.changes.get("reopen_count", [0, 0])[1] == THIRD_REOPENING)


def early_warning(event: Event) -> bool:
    """The scan wants it announced, and there is time left (rules D1, D9)."""
    return announced(event) and not _is_last(event)


def last_warning(event: Event) -> bool:
    """90 % or more of the time is used, or the agreed date is a business day away."""
    return announced(event) and _is_last(event)


def nobody_has_it(event: Event) -> bool:
    return announced(event) and event.ticket.assignee_id is None


def _is_last(event: Event) -> bool:
    level = str(event.data.get("level", ""))
    return level == "1d" or (level.isdigit() and int(level) >= LAST_WARNING_PERCENT)


def announced(event: Event) -> bool:
    """Lower levels of a late scan, and breaches that an answer has overtaken, are recorded and not sent."""
    return bool(event.data.get("notify"))


@dataclass(frozen=True)
class Tell:
    who: people.People
    way: Way
    when: Circumstance = always
    # The actor knows what they did, but wants to see that a new ticket has arrived.
    even_the_actor: bool = False


P1, P2 = Priority.P1, Priority.P2
NOTICE, MAIL, BOTH = Way.NOTICE, Way.MAIL, Way.BOTH

AUDIENCE: dict[str, list[Tell]] = {
    "ticket.created": [
        Tell(people.requester, MAIL, when=customer_asked, even_the_actor=True),
        Tell(people.requester, BOTH, when=desk_asked),
        Tell(people.agents_of_tier, BOTH, when=is_priority(P1)),
        Tell(people.leads_of_tier, BOTH, when=is_priority(P1)),
        Tell(people.account_manager, BOTH, when=is_priority(P1)),
        Tell(people.agents_of_tier, NOTICE, when=is_priority(P2)),
    ],
    "ticket.replied": [
        Tell(people.customers, BOTH),
        Tell(people.assignee, NOTICE),
        Tell(people.leads_of_tier, BOTH, when=third_reopening),
    ],
    "ticket.asked": [Tell(people.customers, BOTH), Tell(people.assignee, NOTICE)],
    "ticket.noted": [Tell(people.assignee, NOTICE)],
    "ticket.taken": [Tell(people.former_assignee, NOTICE)],
    "ticket.assigned": [Tell(people.new_assignee, BOTH), Tell(people.former_assignee, NOTICE)],
    "ticket.released": [Tell(people.former_assignee, NOTICE)],
    "ticket.handed_over": [
        Tell(people.new_assignee, BOTH),
        Tell(people.leads_of_tier, NOTICE),
        Tell(people.former_assignee, NOTICE),
    ],
    "ticket.escalated": [Tell(people.leads_of_tier, NOTICE)],
    "ticket.priority_set": [
        Tell(people.requester, NOTICE),
        Tell(people.requester, MAIL, when=priority_lowered),
        Tell(people.assignee, NOTICE),
        Tell(people.agents_of_tier, BOTH, when=is_priority(P1)),
        Tell(people.leads_of_tier, BOTH, when=is_priority(P1)),
        Tell(people.account_manager, BOTH, when=is_priority(P1)),
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
        Tell(people.leads_of_tier, BOTH, when=third_reopening),
    ],
    "ticket.closed": [Tell(people.requester, NOTICE)],
    # The ladder of rule D9.
    "sla.warned": [
        Tell(people.assignee, NOTICE, when=early_warning),
        Tell(people.assignee, BOTH, when=last_warning),
        Tell(people.leads_of_tier, BOTH, when=last_warning),
        Tell(people.agents_of_tier, NOTICE, when=nobody_has_it),
    ],
    "sla.breached": [
        Tell(people.assignee, BOTH, when=announced),
        Tell(people.leads_of_tier, BOTH, when=announced),
        Tell(people.leads_of_next_tier, BOTH, when=announced),
        Tell(people.managers, BOTH, when=announced),
    ],
    "sla.overdue": [
        Tell(people.account_manager, BOTH, when=announced),
        Tell(people.managers, BOTH, when=announced),
    ],
    "sla.date_missing": [
        Tell(people.assignee, NOTICE, when=announced),
        Tell(people.leads_of_tier, NOTICE, when=nobody_has_it),
    ],
    "sla.date_passed": [
        Tell(people.assignee, BOTH, when=announced),
        Tell(people.leads_of_tier, NOTICE, when=announced),
    ],
}


def audience(event: Event) -> dict[User, Way]:
    """Whom to tell of an event, and how. Each person once, by all the ways that their roles name (D11)."""
    told: dict[User, Way] = {}
    for tell in AUDIENCE.get(event.kind, []):
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
    return Ticket.objects.visible_to(person).filter(pk=event.ticket_id).exists()
