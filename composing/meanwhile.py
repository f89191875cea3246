"""What others did while somebody wrote."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event, EventQuerySet
from helpdesk.errors import InvalidTransition
from tickets.models import Ticket

# What changes what a reply should say: words of others, and a ticket that somebody else finished.
SPOKEN = ("ticket.replied", "ticket.asked", "ticket.noted", "ticket.date_agreed", "ticket.resolved")
# What a customer does that answers a reply before it has left.
ANSWERS = ("ticket.replied", "ticket.resolved", "ticket.reopened", "ticket.facts_set")


class Overtaken(InvalidTransition):
    """Others spoke meanwhile: the reply stays with its writer once, until they have read it."""

    def __init__(self, ticket: Ticket, read: int) -> None:
        super().__init__(_("Somebody wrote here while you did. Read it, then send again."))
        self.ticket = ticket
        self.read = read


def spoken_after(ticket: Ticket, read: int, reader: User) -> EventQuerySet:
    """What others said after the event with this number. Ask it of a locked ticket."""
    others = Q(actor=None) | ~Q(actor=reader)
    return Event.objects.filter(others, ticket=ticket, sequence__gt=read, kind__in=SPOKEN)


def answered_after(ticket: Ticket, seen: int) -> bool:
    """Whether the customer answered, by words or by deeds, after the event with this number."""
    answers = Event.objects.filter(ticket=ticket, sequence__gt=seen, kind__in=ANSWERS)
    return answers.filter(actor__role=User.Role.REQUESTER).exists()
