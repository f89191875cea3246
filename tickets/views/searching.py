"""Find tickets by the query of the queue, finished ones too, with the words marked where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from tickets import keyset
from tickets.asked import Asked
from tickets.excerpts import Excerpt, excerpts
from tickets.models import Ticket
from tickets.views.query_box import box_of

PAGE_SIZE = 25


@dataclass(frozen=True)
class Hit:
    ticket: Ticket
    excerpt: Excerpt | None


@require_safe
@staff_required
def search(request: SignedInRequest) -> HttpResponse:
    """A number goes straight to its ticket; everything else is a list, the newest first."""
    text = " ".join(filter(None, (request.GET.get(name, "").strip() for name in ("q", "more"))))
    query = request.GET.copy()
    query["q"] = text
    query.pop("more", None)
    query.pop("view", None)
    asked = Asked.read(query, request.user)
    if "more" in request.GET:
        return redirect(f"{request.path}?{asked.query()}")
    listing = asked.listing(request.user, timezone.now(), active_only=False)
    reading = listing.reading
    if reading.number is not None:
        ticket = Ticket.objects.visible_to(request.user).filter(number=reading.number).first()
        if ticket is not None:
            return redirect(ticket)
    page: keyset.Page[Ticket] = keyset.Page([], "", "")
    if reading.terms:
        page = keyset.page(
            listing.tickets().select_related("organization", "product", "assignee").defer("search"),
            listing.fields,
            after=asked.after,
            before=asked.before,
            size=PAGE_SIZE,
        )
    marks = excerpts(page.rows, reading)
    context = {
        "asked": asked,
        "listing": listing,
        "box": box_of(reading, asked),
        "searched": reading.text,
        "rows": [Hit(ticket, marks.get(ticket.pk)) for ticket in page.rows],
        "is_first_page": not page.newer,
        "newer": asked.page_query(before=page.newer) if page.newer else "",
        "older": asked.page_query(after=page.older) if page.older else "",
    }
    return render(request, "tickets/search.html", context)
