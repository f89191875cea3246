"""Why the rules gave a ticket to somebody: everybody who was asked, and what stood against each."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.requests import SignedInRequest
from routing.models import Decision
from tickets.models import Ticket
from tickets.permissions import can_work

TEMPLATE = "routing/why.html"


@login_required
@require_safe
@vary_on_headers("HX-Request")
def why(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).defer("search"), number=number)
    if not can_work(request.user, ticket):
        raise PermissionDenied
    decisions = Decision.objects.filter(ticket=ticket).select_related("version", "assignee")
    decision = get_object_or_404(decisions, pk=pk)
    context = {"ticket": ticket, "decision": decision, "in_dialog": bool(request.htmx)}
    return render(request, f"{TEMPLATE}#account" if request.htmx else TEMPLATE, context)
