"""Who an event concerns, role by role. Each function answers with people; the table is in audience.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q

from accounts.models import Tier, User
from events.models import Event
from helpdesk.batches import asked_once
from tickets.hearers import hearers

People = Callable[[Event], Iterable[User]]


def requester(event: Event) -> Iterable[User]:
    return [event.ticket.requester]


def customers(event: Event) -> Iterable[User]:
    """The requester, colleagues of theirs who have spoken on the ticket, and who follows it."""
    return hearers(event.ticket)


def mentioned(event: Event) -> Iterable[User]:
    """Colleagues whom a note names by @."""
    return User.objects.staff().filter(pk__in=event.data.get("mentions", []))


def followers_on_the_desk(event: Event) -> Iterable[User]:
    return User.objects.staff().filter(watched__ticket=event.ticket_id)


def named(event: Event) -> Iterable[User]:
    """Those whom the event itself names: who has not heard the same news by another ticket."""
    return User.objects.filter(pk__in=event.data.get("tell", []))


def assignee(event: Event) -> Iterable[User]:
    """Who has the ticket when the event is announced."""
    return [event.ticket.assignee] if event.ticket.assignee else []


def new_assignee(event: Event) -> Iterable[User]:
    return _of_change(event, "assignee", position=1)


def former_assignee(event: Event) -> Iterable[User]:
    return _of_change(event, "assignee", position=0)


def agents_of_tier(event: Event) -> Iterable[User]:
    """The tier's agents who know the product, and those without named skills."""
    return _agents(tier_of(event), event.ticket.product_id)


def assignee_or_tier(event: Event) -> Iterable[User]:
    """Who has the ticket; while nobody has it, everybody who may take it."""
    return assignee(event) or agents_of_tier(event)


def on_call(event: Event) -> Iterable[User]:
    """Who answers for L2 at any hour: its leads; everybody there while it has none."""
    return _leads(Tier.L2) or _agents(Tier.L2, None)


def leads_of_tier(event: Event) -> Iterable[User]:
    return _leads(tier_of(event))


def leads_of_next_tier(event: Event) -> Iterable[User]:
    """Leads of the tier above the one that held the promise; none at the top."""
    return _leads(Tier(tier_of(event)).next_up or "")


def account_manager(event: Event) -> Iterable[User]:
    """The organisation's own TAM."""
    organization = event.ticket.organization
    return [organization.tam] if organization and organization.tam else []


def managers(event: Event) -> Iterable[User]:
    return _managers()


@asked_once
def _agents(tier: str, product: int | None) -> list[User]:
    agents = User.objects.agents().filter(tier=tier)
    if product:
        agents = agents.filter(Q(products=product) | Q(products=None)).distinct()
    return list(agents)


@asked_once
def _leads(tier: str) -> list[User]:
    return list(User.objects.agents().filter(tier=tier, is_lead=True))


@asked_once
def _managers() -> list[User]:
    return list(User.objects.active().filter(role=User.Role.MANAGER))


def tier_of(event: Event) -> str:
    """The tier as the event tells it: a breach moves the ticket on before anybody is told."""
    if "tier" in event.changes:
        return str(event.changes["tier"][1])
    return str(event.data.get("tier") or event.ticket.tier)


def _of_change(event: Event, field: str, *, position: int) -> Iterable[User]:
    key = event.changes.get(field, [None, None])[position]
    return User.objects.filter(pk=key) if key else []
