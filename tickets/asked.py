"""What a person asks of the queue: a view, filters, words and an order, as they stand in the address.

Reading an address never fails: what it does not understand it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Organization, Tier, User
from helpdesk.text import segmented
from tickets import keyset
from tickets.models import Priority, Ticket, TicketQuerySet

_NUMBER = re.compile(r"#?\s*(\d{1,18})")
MAX_WORDS_LENGTH = 200


class View(models.TextChoices):
    MINE = "mine", gettext_lazy("My next")
    UNASSIGNED = "unassigned", gettext_lazy("Unassigned")
    ALL = "all", gettext_lazy("All open")


class Due(models.TextChoices):
    BREACHED = "breached", gettext_lazy("breached")
    HOUR = "hour", gettext_lazy("within the hour")
    DAY = "day", gettext_lazy("within a day")


class Sort(models.TextChoices):
    PROMISE = "promise", gettext_lazy("Next promise to expire")
    PRIORITY = "priority", gettext_lazy("Priority")
    NEWEST = "newest", gettext_lazy("Newest")
    CHANGE = "change", gettext_lazy("Last change")


_NUMBER_FIELD = keyset.Field("number", read=int)
_DUE_FIELD = keyset.Field("next_due_at", read=keyset.read_instant, nullable=True)
# Each order is that of one index; see Ticket.Meta.
SORT_FIELDS: dict[str, Sequence[keyset.Field]] = {
    Sort.PROMISE: (_DUE_FIELD, _NUMBER_FIELD),
    Sort.PRIORITY: (keyset.Field("priority"), _DUE_FIELD, _NUMBER_FIELD),
    Sort.NEWEST: (keyset.Field("number", read=int, descending=True),),
    Sort.CHANGE: (
        keyset.Field("updated_at", read=keyset.read_instant, descending=True),
        keyset.Field("number", read=int, descending=True),
    ),
}
# Finished tickets have no promise to sort by, and the two partial indexes do not hold them.
_SORTS_OF_FINISHED = (Sort.NEWEST, Sort.CHANGE)

LABELS: dict[str, str | Promise] = {
    "tier": gettext_lazy("tier"),
    "status": gettext_lazy("status"),
    "priority": gettext_lazy("priority"),
    "due": pgettext_lazy("filter", "due"),
    "product": gettext_lazy("product"),
    "organization": gettext_lazy("organisation"),
    "assignee": gettext_lazy("assignee"),
    "q": pgettext_lazy("filter", "words"),
}


@dataclass(frozen=True)
class Token:
    """One filter in force, with the address of the same list without it."""

    name: str
    label: str
    value: str
    without: str


@dataclass(frozen=True)
class Asked:
    view: str = View.MINE
    tier: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    due: str = ""
    product: tuple[str, ...] = ()
    organization: str = ""
    assignee: str = ""
    q: str = ""
    sort: str = Sort.PROMISE
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, query: QueryDict, *, default_view: str = View.MINE) -> Asked:
        statuses = _several(query, "status", [*Ticket.Status.values, "any"])
        asked = cls(
            view=_one(query, "view", View.values) or default_view,
            tier=_several(query, "tier", Tier.values),
            status=("any",) if "any" in statuses else statuses,
            priority=_several(query, "priority", Priority.values),
            due=_one(query, "due", Due.values),
            product=_several(query, "product"),
            organization=_text(query, "organization"),
            assignee=_text(query, "assignee"),
            q=_text(query, "q"),
            sort=_one(query, "sort", Sort.values),
            after=_text(query, "after"),
            before=_text(query, "before"),
        )
        return replace(asked, sort=asked._possible_sort())

    def _possible_sort(self) -> str:
        if self.is_active_only:
            return self.sort or Sort.PROMISE
        return self.sort if self.sort in _SORTS_OF_FINISHED else Sort.NEWEST

    @property
    def is_active_only(self) -> bool:
        return set(self.status) <= {status.value for status in Ticket.ACTIVE}

    @property
    def title(self) -> str:
        if self.view == View.ALL and not self.is_active_only:
            return _("All tickets") if self.status == ("any",) else _("Tickets")
        return str(View(self.view).label)

    @property
    def number(self) -> int | None:
        """The ticket's number if the words are one: "#10482" or "10482"."""
        match = _NUMBER.fullmatch(self.q)
        return int(match[1]) if match else None

    def query(self, **changes: Any) -> str:
        """The address's query for this list, or for one that differs; always from its first page."""
        asked = replace(self, after="", before="", **changes)
        return asked._written()

    def page_query(self, *, after: str = "", before: str = "") -> str:
        return replace(self, after=after, before=before)._written()

    def _written(self) -> str:
        pairs = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "view" and value == (field.default if field.default != () else ()):
                continue
            if value:
                pairs.append((field.name, ",".join(value) if isinstance(value, tuple) else value))
        return urlencode(pairs, safe=",:~@")

    def tokens(self) -> list[Token]:
        shown: dict[str, str] = {
            "tier": ",".join(self.tier),
            "status": ", ".join(self._status_labels()),
            "priority": ",".join(self.priority),
            "due": str(Due(self.due).label) if self.due else "",
            "product": ",".join(self.product),
            "organization": self.organization,
            "assignee": str(_PEOPLE.get(self.assignee, self.assignee)),
            "q": self.q,
        }
        return [
            Token(name, str(LABELS[name]), value, self.query(**{name: type(getattr(self, name))()}))
            for name, value in shown.items()
            if value
        ]

    def _status_labels(self) -> Iterable[str]:
        return [_("any") if one == "any" else str(Ticket.Status(one).label) for one in self.status]

    # --- From the address to rows

    def tickets(self, user: User, now: datetime) -> TicketQuerySet:
        """The tickets asked for, unsorted. Costs one look-up each for a named organisation and assignee."""
        tickets = Ticket.objects.visible_to(user)
        if self.number is not None:
            return tickets.filter(number=self.number)
        tickets = self._of_status(tickets)
        if self.view == View.MINE:
            tickets = tickets.filter(_my_next(user))
        elif self.view == View.UNASSIGNED:
            tickets = tickets.filter(assignee=None)
        for name in ("tier", "priority"):
            if wanted := getattr(self, name):
                tickets = tickets.filter(**{f"{name}__in": wanted})
        if self.product:
            tickets = tickets.filter(product__code__in=self.product)
        if self.due:
            within = {Due.BREACHED: timedelta(), Due.HOUR: timedelta(hours=1), Due.DAY: timedelta(days=1)}
            tickets = tickets.filter(next_due_at__lt=now + within[Due(self.due)])
        if self.organization:
            named = Organization.objects.filter(name=self.organization).values_list("pk", flat=True).first()
            tickets = tickets.filter(organization=named) if named else tickets.none()
        if self.assignee:
            tickets = tickets.filter(_with(self.assignee, user))
        if self.q:
            words = SearchQuery(segmented(self.q), search_type="websearch", config="english")
            tickets = tickets.filter(search=words)
        return tickets

    def _of_status(self, tickets: TicketQuerySet) -> TicketQuerySet:
        if not self.status:
            return tickets.active()
        return tickets if self.status == ("any",) else tickets.filter(status__in=self.status)


_PEOPLE: dict[str, str | Promise] = {
    "me": pgettext_lazy("assignee", "me"),
    "none": pgettext_lazy("assignee", "nobody"),
}


def _my_next(user: User) -> Q:
    """What is mine, and what nobody in my tier has yet. Who has no tier is shown what nobody has at all."""
    free = Q(assignee=None, tier=user.tier) if user.tier else Q(assignee=None)
    return Q(assignee=user) | free


def _with(assignee: str, user: User) -> Q:
    if assignee == "me":
        return Q(assignee=user)
    if assignee == "none":
        return Q(assignee=None)
    person = User.objects.staff().filter(email=assignee.lower()).values_list("pk", flat=True).first()
    return Q(assignee=person) if person else Q(pk__in=[])


def _text(query: QueryDict, name: str) -> str:
    # PostgreSQL takes no NUL in a text.
    return query.get(name, "").replace("\0", "").strip()[:MAX_WORDS_LENGTH]


def _one(query: QueryDict, name: str, known: Iterable[str]) -> str:
    value = _text(query, name)
    return value if value in known else ""


def _several(query: QueryDict, name: str, known: Iterable[str] | None = None) -> tuple[str, ...]:
    """`tier=L1,L2` as the page writes it and `tier=L1&tier=L2` as a browser sends a form."""
    given = [one.replace("\0", "").strip() for value in query.getlist(name) for one in value.split(",")]
    wanted = [one[:MAX_WORDS_LENGTH] for one in dict.fromkeys(given) if one]
    return tuple(one for one in wanted[:20] if known is None or one in known)
