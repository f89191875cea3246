"""Who will read a reply, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from tickets.hearers import hearers
from tickets.models import Ticket

# Each of the others is asked whether they may see the ticket still; nobody counts more of them.
MOST = 20


@dataclass(frozen=True)
class Audience:
    words: str
    names: str


def audience_of(ticket: Ticket) -> Audience:
    """ "Goes to Rui Tan and 2 others at Kite Live": who is told of a reply, apart from the desk.

    One query where only the requester is.
    """
    others = hearers(ticket).active().exclude(role__in=User.STAFF_ROLES).exclude(pk=ticket.requester_id)
    return in_words(ticket, [one for one in others.order_by("name")[:MOST] if _sees(one, ticket)])


def in_words(ticket: Ticket, others: Sequence[User] = ()) -> Audience:
    named = {"name": ticket.requester, "organization": ticket.organization or "", "count": len(others)}
    if not others:
        words = _("Goes to %(name)s at %(organization)s") if ticket.organization else _("Goes to %(name)s")
    elif ticket.organization:
        words = ngettext(
            "Goes to %(name)s and %(count)d other at %(organization)s",
            "Goes to %(name)s and %(count)d others at %(organization)s",
            len(others),
        )
    else:
        words = ngettext(
            "Goes to %(name)s and %(count)d other", "Goes to %(name)s and %(count)d others", len(others)
        )
    return Audience(words % named, ", ".join(str(one) for one in [ticket.requester, *others]))


def _sees(person: User, ticket: Ticket) -> bool:
    return Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()
