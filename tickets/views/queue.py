"""The queue: every page of it is one list of tickets in one order."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
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
from tickets import counting, keyset, lines
from tickets.asked import PLACES, Asked, Listing
from tickets.columns import Column
from tickets.lines import Line
from tickets.models import Ticket
from tickets.orders import GROUPINGS, ORDERS, Group, Heading, Sort
from tickets.promises import Urgency, next_clock, urgency
from tickets.query.asker import Asker
from tickets.views.parts import Parts
from tickets.views.query_box import box_of

if TYPE_CHECKING:
    from sla.models import Clock

PAGE_SIZE = 25


class Row(TypedDict):
    """What a line of the table shows, ready to be written: the template looks nothing up."""

    number: str
    address: str
    subject: str
    told: str
    told_narrow: str
    organization: str
    requester: str
    made_with: str
    status: str
    status_name: str
    shows_status: bool
    """Beside the subject: there is no column for it, and it is worth saying."""
    badge: SafeString
    tier: SafeString
    face: SafeString
    is_free: bool
    clock: Clock | None
    target: str
    taken_by: User | None
    """Who has the promise that the row shows, where it is at risk or missed."""
    created_at: datetime
    updated_at: datetime
    changed: str
    opens_group: Heading | None
    """What stands above this row; None inside a group."""


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
    page = keyset.page(
        listing.tickets(),
        listing.fields,
        after=asked.after,
        before=asked.before,
        size=PAGE_SIZE,
        read=lines.read,
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


def rows(found: list[Line], now: datetime, listing: Listing) -> list[Row]:
    clocks = lines.clocks_of(found)
    columns = listing.asked.columns
    heading = _headings(now, listing)
    parts = Parts()
    result = []
    above: Heading | None = None
    for line in found:
        group = heading(line)
        clock = next_clock(clocks[line.number])
        made_with = line.made_with
        organization = line.organization.name if line.organization else ""
        result.append(
            Row(
                number=str(line.number),
                address=reverse("ticket", args=[line.number]),
                subject=line.subject,
                told=_told(f"#{line.number}", "" if Column.ORGANIZATION in columns else organization),
                told_narrow=_told("", made_with, line.tier),
                organization=organization,
                requester=str(line.requester),
                made_with=made_with,
                status=line.status,
                status_name=parts.word(Ticket.Status(line.status)),
                shows_status=line.status != Ticket.Status.OPEN and Column.STATUS not in columns,
                badge=parts.priority(line.priority),
                tier=parts.tier(line.tier),
                face=parts.face(line.assignee),
                is_free=line.assignee is None and line.status in Ticket.ACTIVE,
                clock=clock,
                target=parts.word(clock.Target(clock.target)) if clock else "",
                taken_by=clock.acknowledged_by if clock and clock.is_live else None,
                created_at=line.created_at,
                updated_at=line.updated_at,
                changed=str(line.updated_at.timestamp()),
                opens_group=group if group != above else None,
            )
        )
        above = group
    return result


def _told(first: str, *more: str) -> str:
    return " · ".join([first, *filter(None, more)])


def _headings(now: datetime, listing: Listing) -> Callable[[Line], Heading | None]:
    """What stands above a line's group; nothing where the list has none."""
    if grouping := GROUPINGS.get(listing.asked.group):
        return grouping.heading
    if listing.asked.group != Group.URGENCY or listing.sort != Sort.PROMISE:
        return lambda line: None
    of = functools.cache(lambda soon: Heading(soon.value, str(soon.label), is_hot=soon == Urgency.BREACHED))
    return lambda line: of(urgency(line.next_due_at, now))


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
