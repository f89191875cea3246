"""Who on the customer's side hears what is said on a ticket."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User, UserQuerySet
from tickets.models import Message, Ticket, Watcher


def hearers(ticket: Ticket) -> UserQuerySet:
    """The requester, colleagues of theirs who have spoken on the ticket, and who follows it, the desk's own
    people too. Whether each may see the ticket still is asked when they are told.

    Those of the tickets that were merged into it as well: what they wait for is said here.
    """
    tickets = Ticket.objects.filter(Q(pk=ticket.pk) | Q(merged_into=ticket.pk))
    spoke = Message.objects.filter(ticket__in=tickets, author_kind=Message.Author.COLLEAGUE)
    return User.objects.filter(
        Q(pk__in=tickets.values("requester"))
        | Q(pk__in=spoke.values("author"))
        | Q(pk__in=Watcher.objects.filter(ticket__in=tickets).values("user"))
    )
