"""Known issues on the page of a ticket, for engineers: what it is linked to, what it looks like."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from helpdesk.errors import Refused
from known_issues import actions
from known_issues.matching import case_of, matching
from known_issues.models import KnownIssue, Link
from known_issues.views.reading import find
from tickets.models import Ticket

OFFERED = 3


@require_safe
@staff_required
def of_ticket(request: SignedInRequest, ticket: int) -> HttpResponse:
    """The side of the ticket page: loaded after the conversation, and again when the ticket changes."""
    return _side(request, _ticket(request, ticket))


@require_POST
@staff_required
def link(request: SignedInRequest, number: int, ticket: int) -> HttpResponse:
    found = _ticket(request, ticket)
    actions.link(find(request, number), found, by=request.user)
    return _changed(request, found)


@require_POST
@staff_required
def unlink(request: SignedInRequest, number: int, ticket: int) -> HttpResponse:
    found = _ticket(request, ticket)
    actions.unlink(find(request, number), found, by=request.user)
    return _changed(request, found)


@require_POST
@staff_required
def link_by_reference(request: SignedInRequest, ticket: int) -> HttpResponse:
    """Link one that the search did not offer: "KI-12" or 12."""
    found = _ticket(request, ticket)
    digits = request.POST.get("reference", "").strip().upper().removeprefix("KI-")
    issue = None
    if digits.isascii() and digits.isdecimal() and len(digits) < 10:
        issue = KnownIssue.objects.visible_to(request.user).filter(pk=int(digits)).first()
    if issue is None:
        return _side(request, found, unknown=request.POST.get("reference", "")[:40], status=422)
    try:
        actions.link(issue, found, by=request.user)
    except Refused as refusal:
        return _side(request, found, refused=str(refusal), status=409)
    return _changed(request, found)


def _ticket(request: SignedInRequest, number: int) -> Ticket:
    tickets = Ticket.objects.visible_to(request.user).select_related("product").defer("search")
    return get_object_or_404(tickets, pk=number)


def _changed(request: SignedInRequest, ticket: Ticket) -> HttpResponse:
    if not HtmxDetails(request):
        return redirect(ticket)
    # The event in the history is fetched by the page itself.
    return trigger_client_event(_side(request, ticket), "live:ticket", {"number": ticket.pk})


def _side(
    request: HttpRequest, ticket: Ticket, *, unknown: str = "", refused: str = "", status: int = 200
) -> HttpResponse:
    links = Link.objects.visible_to(request.user).of(ticket).values("known_issue")
    linked = list(KnownIssue.objects.filter(pk__in=links).light().order_by("pk"))
    matches = matching(request.user, case_of(ticket), limit=OFFERED + len(linked)) if ticket.is_active else []
    context = {
        "ticket": ticket,
        "linked": linked,
        "matches": [one for one in matches if one.issue not in linked][:OFFERED],
        "unknown": unknown,
        "refused": refused,
    }
    return render(request, "known_issues/_of_ticket.html", context, status=status)
