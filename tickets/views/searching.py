"""Find tickets by the query of the queue, finished ones too, with the words marked where they stand."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from tickets import keyset, lines
from tickets.asked import Asked
from tickets.excerpts import excerpts
from tickets.lines import Line
from tickets.models import Ticket
from tickets.query.reading import Reading
from tickets.views.parts import Parts
from tickets.views.query_box import box_of

PAGE_SIZE = 25


class Hit(TypedDict):
    """What the list shows of a ticket, ready to be written."""

    address: str
    subject: str
    text: str
    is_note: bool
    priority: SafeString
    number: str
    status: str
    status_name: str
    organization: str
    made_with: str
    assignee: str
    created_at: datetime


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
    page: keyset.Page[Line] = keyset.Page([], "", "")
    if reading.terms:
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
        "box": box_of(reading, asked),
        "searched": reading.text,
        "rows": _hits(page.rows, reading),
        "is_first_page": not page.newer,
        "newer": asked.page_query(before=page.newer) if page.newer else "",
        "older": asked.page_query(after=page.older) if page.older else "",
    }
    return render(request, "tickets/search.html", context)


def _hits(found: list[Line], reading: Reading) -> list[Hit]:
    parts = Parts()
    marks = excerpts(found, reading)
    return [
        Hit(
            address=reverse("ticket", args=[line.number]),
            subject=excerpt.subject if excerpt else line.subject,
            text=excerpt.text if excerpt else "",
            is_note=excerpt is not None and excerpt.is_note,
            priority=parts.priority(line.priority),
            number=str(line.number),
            status=line.status,
            status_name=parts.word(Ticket.Status(line.status)),
            organization=str(line.organization or ""),
            made_with=line.made_with,
            assignee=str(line.assignee or ""),
            created_at=line.created_at,
        )
        for line in found
        for excerpt in [marks.get(line.number)]
    ]
