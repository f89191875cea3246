"""A requester's tickets as a list: which part of them, words, pages, as they stand in the address.

Reading an address never fails: what it does not understand it leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db import models
from django.db.models import Count, Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, User
from tickets import keyset
from tickets.models import Ticket, TicketQuerySet
from tickets.query.asker import Asker
from tickets.query.reading import Reading, read

PAGE_SIZE = 25
MAX_WORDS_LENGTH = 200
_ORDER = (keyset.Field("number", read=int, descending=True),)


class Part(models.TextChoices):
    OPEN = "open", pgettext_lazy("part of a list", "Open")
    WAITING = "waiting", pgettext_lazy("part of a list", "Waiting for me")
    SOLVED = "solved", pgettext_lazy("part of a list", "Solved")
    ALL = "all", pgettext_lazy("part of a list", "All")


_STATUSES: dict[str, tuple[str, ...]] = {
    Part.OPEN: Ticket.ACTIVE,
    Part.WAITING: (Ticket.Status.PENDING,),
    Part.SOLVED: (Ticket.Status.RESOLVED, Ticket.Status.CLOSED),
}


@dataclass(frozen=True)
class Tab:
    part: Part
    count: int | None
    query: str
    is_current: bool


@dataclass(frozen=True)
class Asked:
    part: str = Part.OPEN
    words: str = ""
    only_mine: bool = False
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Asked:
        part = query.get("show", "")
        return cls(
            part=part if part in Part.values else Part.OPEN,
            # PostgreSQL takes no NUL in a text.
            words=query.get("q", "").replace("\0", "").strip()[:MAX_WORDS_LENGTH],
            only_mine=query.get("whose") == "mine",
            after=query.get("after", ""),
            before=query.get("before", ""),
        )

    def query(self, *, after: str = "", before: str = "", **changes: object) -> str:
        """The address's query for this list, or for one that differs; from its first page unless told."""
        asked = replace(self, **changes, after=after, before=before)  # type: ignore[arg-type]
        pairs = {
            "show": asked.part if asked.part != Part.OPEN else "",
            "q": asked.words,
            "whose": "mine" if asked.only_mine else "",
            "after": asked.after,
            "before": asked.before,
        }
        return urlencode({name: value for name, value in pairs.items() if value})

    def tickets(self, user: User) -> TicketQuerySet:
        """All that this person may see of what was asked, whichever part it is in."""
        tickets = Ticket.objects.visible_to(user)
        if self.only_mine:
            tickets = tickets.filter(requester=user)
        return tickets & self.reading(user).tickets() if self.words else tickets

    def reading(self, user: User) -> Reading:
        """What the words mean: the language of the desk's queue, as far as it is a customer's."""
        return read(self.words, Asker(user, timezone.now()), active_only=False)

    def page(self, user: User) -> keyset.Page[Ticket]:
        tickets = with_rows(self.tickets(user))
        if statuses := _STATUSES.get(self.part):
            tickets = tickets.filter(status__in=statuses)
        return keyset.page(tickets, _ORDER, after=self.after, before=self.before, size=PAGE_SIZE, read=list)

    def tabs(self, user: User) -> list[Tab]:
        """The parts of the list; a number where it asks the reader to do something."""
        tickets = self.tickets(user)
        counts = tickets.active().aggregate(
            open=Count("pk"), waiting=Count("pk", filter=Q(status=Ticket.Status.PENDING))
        )
        return [
            Tab(part, counts.get(part.value), self.query(part=part.value), is_current=part == self.part)
            for part in Part
        ]


def with_rows(tickets: TicketQuerySet) -> TicketQuerySet:
    """With all that a row of the list shows."""
    return (
        tickets.select_related("requester", "organization", "product", "assignee")
        .prefetch_related("clocks")
        .defer("search")
    )


def leads_somebody(user: User) -> bool:
    return user.memberships.filter(role=Membership.Role.LEAD).exists()
