"""The queue: every page of it is one list of tickets in one order."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.doors import staff_required
from accounts.models import Organization, User
from accounts.requests import SignedInRequest
from accounts.sharing import can_edit
from saved_views import rail
from tickets import counting, keyset
from tickets.asked import PLACES, Asked, Listing
from tickets.columns import Column
from tickets.models import Priority, Ticket
from tickets.orders import GROUPINGS, ORDERS, Group, Heading, Sort
from tickets.promises import Urgency, next_clock, urgency
from tickets.query.asker import Asker
from tickets.views.query_box import box_of

if TYPE_CHECKING:
    from sla.models import Clock

PAGE_SIZE = 25


@dataclass(frozen=True)
class Row:
    ticket: Ticket
    clock: Clock | None
    taken_by: User | None
    """Who has the promise that the row shows, where it is at risk or missed."""
    opens_group: Heading | None
    """What stands above this row; None inside a group."""
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
    if asked.view is None and request.GET.get("view", "").isdecimal():
        raise Http404
    if "more" in request.GET:
        return redirect(f"{request.path}?{asked.query()}")
    now = timezone.now()
    listing = asked.listing(request.user, now)
    related = ["organization", "product", "assignee"]
    page = keyset.page(
        listing.tickets()
        .select_related(*related, *(["requester"] if Column.REQUESTER in asked.columns else []))
        .prefetch_related("clocks__acknowledged_by")
        .defer("search"),
        listing.fields,
        after=asked.after,
        before=asked.before,
        size=PAGE_SIZE,
    )
    context = {
        "asked": asked,
        "listing": listing,
        "box": box_of(listing.reading, asked),
        "place": asked.place,
        "title": asked.title,
        "subtitle": _subtitle(len(page.rows), bool(page.newer or page.older), listing),
        "show": {column: column in asked.columns for column in Column.values},
        "width": len(asked.columns) + 2,
        "rows": rows(page.rows, now, listing),
        "page": page,
        "is_first_page": not page.newer,
        "here": asked.page_query(after=asked.after, before=asked.before),
        "newer": asked.page_query(before=page.newer) if page.newer else "",
        "older": asked.page_query(after=page.older) if page.older else "",
        "can_edit": asked.view is not None and can_edit(request.user, asked.view),
        "sorts": listing.sorts,
        "groups": Group,
        "columns": [(column, column in asked.columns) for column in Column],
        "everywhere": urlencode({"q": asked.text}),
    }
    template = (
        "tickets/queue.html#table" if request.htmx and not request.htmx.boosted else "tickets/queue.html"
    )
    return render(request, template, context)


def asked_of(request: SignedInRequest, query: QueryDict | None = None) -> Asked:
    return Asked.read(request.GET if query is None else query, request.user)


def _subtitle(shown: int, is_longer: bool, listing: Listing) -> str:
    """How many there are, where that is known without counting, and in which order."""
    if listing.reading.problems:
        return ""
    if is_longer:
        count = _("%(count)d tickets on this page") % {"count": shown}
    else:
        count = ngettext("%(count)d ticket", "%(count)d tickets", shown) % {"count": shown}
    return _("%(count)s, %(order)s") % {"count": count, "order": ORDERS[listing.sort]}


def rows(tickets: list[Ticket], now: datetime, listing: Listing) -> list[Row]:
    part = functools.cache(_part)
    result = []
    above: Heading | None = None
    for ticket in tickets:
        heading = _heading(ticket, now, listing)
        clock = next_clock(ticket)
        result.append(
            Row(
                ticket=ticket,
                clock=clock,
                taken_by=clock.acknowledged_by if clock and clock.is_live else None,
                opens_group=heading if heading != above else None,
                status=str(Ticket.Status(ticket.status).label),
                made_with=f"{ticket.product or ''} {ticket.sdk_version}".strip(),
                badge=part("_priority.html", priority=ticket.priority, name=Priority(ticket.priority).label),
                tier=part("_tier.html", tier=ticket.tier),
                face=part("_face.html", person=ticket.assignee),
            )
        )
        above = heading
    return result


def _heading(ticket: Ticket, now: datetime, listing: Listing) -> Heading | None:
    if grouping := GROUPINGS.get(listing.asked.group):
        return grouping.heading(ticket)
    if listing.asked.group != Group.URGENCY or listing.sort != Sort.PROMISE:
        return None
    soon = urgency(ticket.next_due_at, now)
    return Heading(soon.value, str(soon.label), is_hot=soon == Urgency.BREACHED)


def _part(template: str, **context: Any) -> SafeString:
    """A small part of a row. Rows share a handful of faces and badges: each is rendered once a page."""
    return render_to_string(template, context)


def organization_names() -> list[str]:
    """Names to choose from while typing; a name beyond these can be typed in full."""
    return list(Organization.objects.values_list("name", flat=True)[:500])


@require_safe
@staff_required
def counts(request: SignedInRequest) -> HttpResponse:
    """How many tickets each view of the rail holds."""
    user = request.user
    views = rail.pinned(user)
    late = f"{PLACES['next']} breached"
    found = counting.counted(
        [*PLACES.values(), late, *(view.query for view in views)], Asker(user, timezone.now())
    )
    breached = found[late]
    told = ngettext("%(count)s breached", "%(count)s breached", breached) % {
        "count": counting.shown(breached)
    }
    texts = {**PLACES, **{view.place: view.query for view in views}}
    places = [
        {
            "name": place,
            "count": counting.shown(found[text]),
            "is_hot": place == "next" and breached > 0,
            "title": told if place == "next" and breached else "",
        }
        for place, text in texts.items()
    ]
    return render(request, "tickets/_queue_counts.html", {"places": places})


def next_ticket(user: User, asked: Asked, *, but: Ticket) -> Ticket | None:
    """The first ticket of a list apart from the one just finished, and from those whose last word of this
    person's is on its way.
    """
    on_their_way = user.outgoing.filter(state="waiting", is_scheduled=False).values("ticket")
    following = asked.listing(user, timezone.now()).in_order()
    return following.exclude(pk=but.pk).exclude(pk__in=on_their_way).first()
