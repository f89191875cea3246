"""What a person asks of the queue: a query, an order, groups and columns, as they stand in the address.

    /queue/?q=tier:L2+breach<1h&sort=newest&group=org
    /queue/?view=7                                      a saved view, as it was saved
    /queue/?view=7&q=tier:L2                            the same with another query

Reading an address never fails: an order or a column that it does not know it leaves out, and a query that
means nothing is explained by its reading. The parameters of the queue before there was a query language
(view=mine, tier=L1,L2, due=hour ...) are read as the query that says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tier, User
from saved_views.models import MAX_QUERY, SavedView
from tickets import columns as table
from tickets import keyset, orders
from tickets.models import TicketQuerySet
from tickets.orders import Group, Sort
from tickets.query.asker import Asker
from tickets.query.reading import Reading, read
from tickets.query.terms import Filter, Measure, Term, Text, written

# The first links of the rail, and the queries they lead to.
PLACES: dict[str, str] = {"next": "for:me", "unassigned": "unassigned", "open": ""}
TITLES: dict[str, str | Promise] = {
    "for:me": gettext_lazy("My next"),
    "unassigned": gettext_lazy("Unassigned"),
    "": gettext_lazy("All open"),
    "status:any": gettext_lazy("All tickets"),
    **{f"tier:{tier}": tier.value for tier in Tier},
}
_OLD_VIEWS = {"mine": "for:me", "unassigned": "unassigned", "all": ""}
_OLD_DUES: dict[str, Term] = {
    "breached": Text("breached"),
    "hour": Measure("breach", "<", "1h"),
    "day": Measure("breach", "<", "1d"),
}
_OLD_LISTS = ("tier", "status", "priority", "product")


@dataclass(frozen=True)
class Asked:
    text: str = ""
    sort: str = Sort.PROMISE
    group: str = Group.URGENCY
    columns: tuple[str, ...] = table.read(())
    view: SavedView | None = None
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, query: QueryDict, user: User) -> Asked:
        """What the address asks. A saved view costs a query; one that this person may not see is left out."""
        view = _view(query, user)
        saved = cls.saved(view) if view else cls(text=default_for(user))
        old = written(_old_terms(query))
        text = " ".join(
            filter(
                None, (_OLD_VIEWS.get(query.get("view", "")), old, _text(query, "q"), _text(query, "more"))
            )
        )
        names = [one for value in query.getlist("columns") for one in value.split(",")]
        return cls(
            text=text[:MAX_QUERY] if text or _says_what(query) else saved.text,
            sort=_one(query, "sort", Sort.values) or saved.sort,
            group=_one(query, "group", Group.values) or saved.group,
            columns=table.read(names) if any(names) else saved.columns,
            view=view,
            after=_text(query, "after"),
            before=_text(query, "before"),
        )

    @classmethod
    def saved(cls, view: SavedView) -> Asked:
        """The view as it was saved."""
        return cls(
            text=view.query,
            sort=view.sort or Sort.PROMISE,
            group=view.group or Group.URGENCY,
            columns=table.read(view.columns),
            view=view,
        )

    @property
    def is_changed(self) -> bool:
        """Whether a saved view is looked at otherwise than it was saved."""
        return self.view is not None and replace(self, after="", before="") != Asked.saved(self.view)

    @property
    def place(self) -> str:
        """The link of the rail that leads to this list, if one does."""
        if self.view is not None:
            return f"view-{self.view.pk}"
        return next((place for place, text in PLACES.items() if text == self.text), "")

    @property
    def title(self) -> str:
        if self.view is not None:
            return str(self.view)
        return str(TITLES.get(self.text, _("Tickets")))

    # --- As an address

    def query(self, **changes: Any) -> str:
        """The address's query for this list, or for one that differs; always from its first page."""
        return replace(self, after="", before="", **changes)._written()

    def page_query(self, *, after: str = "", before: str = "") -> str:
        return replace(self, after=after, before=before)._written()

    def _written(self) -> str:
        saved = Asked.saved(self.view) if self.view else Asked()
        pairs = [("view", str(self.view.pk))] if self.view else []
        if self.view is None or self.text != saved.text:
            pairs.append(("q", self.text))
        pairs += [(name, getattr(self, name)) for name in ("sort", "group") if self._differs(name, saved)]
        if self.columns != saved.columns:
            pairs.append(("columns", ",".join(self.columns)))
        pairs += [(name, value) for name in ("after", "before") if (value := getattr(self, name))]
        return urlencode(pairs, safe=",:~@")

    def _differs(self, name: str, saved: Asked) -> bool:
        return bool(getattr(self, name) != getattr(saved, name))

    # --- From the address to rows

    def listing(self, user: User, now: datetime, *, active_only: bool = True) -> Listing:
        """What the query means for this person at `now`. At most one query for each key with names.

        `active_only`: without a status, finished tickets are left out.
        """
        return Listing(self, read(self.text, Asker(user, now), active_only=active_only))


@dataclass(frozen=True)
class Listing:
    """A list of tickets: what was asked with what it means."""

    asked: Asked
    reading: Reading

    @property
    def sorts(self) -> Sequence[Sort]:
        return list(Sort) if self.reading.is_active_only else orders.SORTS_OF_FINISHED

    @property
    def sort(self) -> Sort:
        wanted = Sort(self.asked.sort)
        return wanted if wanted in self.sorts else Sort.NEWEST

    @property
    def fields(self) -> Sequence[keyset.Field]:
        return orders.fields(self.sort, self.asked.group)

    def tickets(self) -> TicketQuerySet:
        """In no order."""
        return self.reading.tickets()

    def in_order(self) -> TicketQuerySet:
        return self.tickets().order_by(*orders.ordering(self.sort, self.asked.group))


def default_for(user: User) -> str:
    """Agents start with what is next for them, managers with everything open."""
    return PLACES["next"] if user.is_agent else PLACES["open"]


def _view(query: QueryDict, user: User) -> SavedView | None:
    number = query.get("view", "")
    if not number.isdecimal() or len(number) > 9:
        return None
    return SavedView.objects.visible_to(user).filter(pk=int(number)).first()


def _says_what(query: QueryDict) -> bool:
    return "q" in query or query.get("view", "") in _OLD_VIEWS


def _old_terms(query: QueryDict) -> Iterable[Term]:
    for name in _OLD_LISTS:
        if values := _several(query, name):
            yield Filter(name, values)
    if due := _OLD_DUES.get(query.get("due", "")):
        yield due
    for old, name in (("organization", "org"), ("assignee", "assignee")):
        if value := _text(query, old)[:200]:
            yield Filter(name, (value,))


def _text(query: QueryDict, name: str) -> str:
    # PostgreSQL takes no NUL in a text.
    return query.get(name, "").replace("\0", "").strip()[:MAX_QUERY]


def _one(query: QueryDict, name: str, known: Iterable[str]) -> str:
    value = _text(query, name)
    return value if value in known else ""


def _several(query: QueryDict, name: str) -> tuple[str, ...]:
    """`tier=L1,L2` as an address says it and `tier=L1&tier=L2` as a browser sends a form."""
    given = [one.replace("\0", "").strip() for value in query.getlist(name) for one in value.split(",")]
    return tuple(one[:200] for one in dict.fromkeys(given) if one)[:20]
