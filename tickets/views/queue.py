"""The queue: every page of it is one list of tickets in one order."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.doors import staff_required
from accounts.models import Organization, Tier, User
from accounts.requests import SignedInRequest
from products.models import Product
from tickets import keyset
from tickets.asked import SORT_FIELDS, Asked, Due, Sort, View
from tickets.models import Priority, Ticket, TicketQuerySet
from tickets.promises import Urgency, next_clock, urgency

if TYPE_CHECKING:
    from sla.models import Clock

PAGE_SIZE = 25
COUNT_LIMIT = 1000
COUNTS_KEPT_SECONDS = 5

# The links of the rail and the lists they lead to.
PLACES = {
    "next": Asked(view=View.MINE),
    "unassigned": Asked(view=View.UNASSIGNED),
    "open": Asked(view=View.ALL),
    **{tier.value: Asked(view=View.ALL, tier=(tier.value,)) for tier in Tier},
}
ORDERS: dict[str, str | Promise] = {
    Sort.PROMISE: gettext_lazy("the next promise to expire first"),
    Sort.PRIORITY: gettext_lazy("the most severe first"),
    Sort.NEWEST: gettext_lazy("the newest first"),
    Sort.CHANGE: gettext_lazy("the latest change first"),
}


@dataclass(frozen=True)
class Row:
    ticket: Ticket
    clock: Clock | None
    taken_by: User | None
    """Who has the promise that the row shows, where it is at risk or missed."""
    opens_group: Urgency | None
    """The group whose heading stands above this row; None inside a group."""
    status: str
    made_with: str
    badge: SafeString
    tier: SafeString
    face: SafeString


@require_safe
@staff_required
@vary_on_headers("HX-Request")
def queue(request: SignedInRequest) -> HttpResponse:
    asked = asked_of(request)
    now = timezone.now()
    page = keyset.page(
        asked.tickets(request.user, now)
        .select_related("organization", "product", "assignee")
        .prefetch_related("clocks__acknowledged_by")
        .defer("search"),
        SORT_FIELDS[asked.sort],
        after=asked.after,
        before=asked.before,
        size=PAGE_SIZE,
    )
    context = {
        "asked": asked,
        "place": _place(asked),
        "title": asked.title,
        "subtitle": _subtitle(len(page.rows), bool(page.newer or page.older), asked),
        "tokens": asked.tokens(),
        "sort_label": Sort(asked.sort).label,
        "sorts": [(sort, sort.label, asked.query(sort=sort)) for sort in _sorts(asked)],
        "rows": rows(page.rows, now, grouped=asked.sort == Sort.PROMISE),
        "page": page,
        "is_first_page": not page.newer,
        "here": asked.page_query(after=asked.after, before=asked.before),
        "newer": asked.page_query(before=page.newer) if page.newer else "",
        "older": asked.page_query(after=page.older) if page.older else "",
        "everywhere": every_ticket_with(asked.q).query(),
    }
    template = (
        "tickets/queue.html#table" if request.htmx and not request.htmx.boosted else "tickets/queue.html"
    )
    return render(request, template, context)


def _place(asked: Asked) -> str:
    """The link of the rail that leads to this list, if one does."""
    return next((place for place, other in PLACES.items() if asked.query() == other.query()), "")


def _subtitle(shown: int, is_longer: bool, asked: Asked) -> str:
    """How many there are, where that is known without counting, and in which order."""
    if is_longer:
        count = _("%(count)d tickets on this page") % {"count": shown}
    else:
        count = ngettext("%(count)d ticket", "%(count)d tickets", shown) % {"count": shown}
    return _("%(count)s, %(order)s") % {"count": count, "order": ORDERS[asked.sort]}


def asked_of(request: SignedInRequest, query: Any = None) -> Asked:
    """What the address asks. Agents start with what is next for them, managers with everything open."""
    user = request.user
    return Asked.read(
        request.GET if query is None else query, default_view=View.MINE if user.is_agent else View.ALL
    )


def rows(tickets: list[Ticket], now: datetime, *, grouped: bool) -> list[Row]:
    part = functools.cache(_part)
    result = []
    above: Urgency | None = None
    for ticket in tickets:
        group = urgency(ticket.next_due_at, now)
        clock = next_clock(ticket)
        result.append(
            Row(
                ticket=ticket,
                clock=clock,
                taken_by=clock.acknowledged_by if clock and clock.is_live else None,
                opens_group=group if grouped and group != above else None,
                status=str(Ticket.Status(ticket.status).label),
                made_with=f"{ticket.product or ''} {ticket.sdk_version}".strip(),
                badge=part("_priority.html", priority=ticket.priority, name=Priority(ticket.priority).label),
                tier=part("_tier.html", tier=ticket.tier),
                face=part("_face.html", person=ticket.assignee),
            )
        )
        above = group
    return result


def _part(template: str, **context: Any) -> SafeString:
    """A small part of a row. Rows share a handful of faces and badges: each is rendered once a page."""
    return render_to_string(template, context)


def _sorts(asked: Asked) -> list[Sort]:
    return list(Sort) if asked.is_active_only else [Sort.NEWEST, Sort.CHANGE]


@require_safe
@staff_required
@vary_on_headers("HX-Request")
def filters(request: SignedInRequest) -> HttpResponse:
    """The form that adds filters: loaded into the queue's menu, or a page where there is no JavaScript."""
    asked = asked_of(request)
    context = {
        "asked": asked,
        "tiers": Tier.choices,
        "priorities": Priority.choices,
        "statuses": Ticket.Status.choices,
        "dues": Due.choices,
        "products": Product.objects.filter(is_active=True),
        "organizations": organization_names(),
        "people": User.objects.staff().active().order_by("name").values("email", "name"),
    }
    template = "tickets/queue_filters.html"
    return render(request, f"{template}#form" if request.htmx else template, context)


def organization_names() -> list[str]:
    """Names to choose from while typing; a name beyond these can be typed in full."""
    return list(Organization.objects.values_list("name", flat=True)[:500])


@require_safe
@staff_required
def counts(request: SignedInRequest) -> HttpResponse:
    """How many tickets each view of the rail holds, up to a limit: nobody needs to know 143,202 exactly."""
    user = request.user
    now = timezone.now()
    shared = cache.get("queue-counts")
    if shared is None:
        shared = _shared_counts(user, now)
        cache.set("queue-counts", shared, COUNTS_KEPT_SECONDS)
    own_key = f"queue-counts-of-{user.pk}"
    own = cache.get(own_key)
    if own is None:
        own = _own_counts(user, now)
        cache.set(own_key, own, COUNTS_KEPT_SECONDS)
    breached = own["breached"]
    late = ngettext("%(count)s breached", "%(count)s breached", breached) % {"count": _shown_count(breached)}
    places = [
        {
            "name": place,
            "count": _shown_count(count),
            "is_hot": place == "next" and breached > 0,
            "title": late if place == "next" and breached else "",
        }
        for place, count in {**shared, "next": own["next"]}.items()
    ]
    return render(request, "tickets/_queue_counts.html", {"places": places})


def _shared_counts(user: User, now: datetime) -> dict[str, int]:
    return {
        place: _capped(asked.tickets(user, now)) for place, asked in PLACES.items() if asked.view != View.MINE
    }


def _own_counts(user: User, now: datetime) -> dict[str, int]:
    breached = Asked(view=View.MINE, due=Due.BREACHED)
    return {
        "next": _capped(PLACES["next"].tickets(user, now)),
        "breached": _capped(breached.tickets(user, now)),
    }


def _capped(tickets: TicketQuerySet) -> int:
    return tickets.order_by().values("pk")[:COUNT_LIMIT].count()


def _shown_count(count: int) -> str:
    return f"{COUNT_LIMIT - 1}+" if count >= COUNT_LIMIT else str(count)


@require_safe
@staff_required
def search(request: SignedInRequest) -> HttpResponse:
    """A number goes straight to its ticket; words give the list of every ticket that has them."""
    asked = Asked.read(request.GET)
    if asked.number is not None:
        ticket = Ticket.objects.visible_to(request.user).filter(number=asked.number).first()
        if ticket is not None:
            return redirect(ticket)
    return redirect(f"{reverse('queue')}?{every_ticket_with(asked.q).query()}")


def every_ticket_with(words: str) -> Asked:
    return Asked(view=View.ALL, status=("any",), q=words, sort=Sort.NEWEST)


def next_ticket(user: User, asked: Asked, *, but: Ticket) -> Ticket | None:
    """The first ticket of a list apart from the one just finished, and from those whose last word of this
    person's is on its way.
    """
    on_their_way = user.outgoing.filter(state="waiting", is_scheduled=False).values("ticket")
    tickets = asked.tickets(user, timezone.now()).exclude(pk=but.pk).exclude(pk__in=on_their_way)
    return tickets.order_by(*(field.ordering(backwards=False) for field in SORT_FIELDS[asked.sort])).first()
