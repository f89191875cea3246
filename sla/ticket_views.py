"""The clocks of one ticket, for the desk: why each is due when it is, and taking one out of the count."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.requests import SignedInRequest
from events import presenting
from helpdesk.errors import InvalidInput, Refused
from sla import actions
from sla.drawing import draw
from sla.explaining import explain
from sla.forms import VoidForm
from sla.models import Clock
from sla.permissions import can_void
from tickets.models import Ticket
from tickets.permissions import can_work
from tickets.promises import next_clock
from tickets.views import workspace

TEMPLATE = "sla/ledger.html"


def _ticket(request: SignedInRequest, number: int) -> Ticket:
    """404 for who may not see the ticket, 403 for who may but does not work on it."""
    tickets = Ticket.objects.visible_to(request.user).select_related("organization").defer("search")
    ticket = get_object_or_404(tickets, number=number)
    if not can_work(request.user, ticket):
        raise PermissionDenied
    return ticket


def _clocks(ticket: Ticket) -> list[Clock]:
    """The ticket's clocks in the order in which they run out by nature, with all that their ledgers tell."""
    clocks = (
        Clock.objects.filter(ticket=ticket)
        .select_related("terms__policy_version__policy", "breach_terms__policy_version", "holder_at_breach")
        .prefetch_related("terms__policy_version__rows")
    )
    order = {"response": 0, "next_response": 1, "resolution": 2}
    found = sorted(clocks, key=lambda clock: (order[clock.target], clock.cycle))
    for clock in found:
        clock.ticket = ticket
    return found


def _one(clocks: list[Clock], target: str, cycle: int) -> Clock:
    found = next((c for c in clocks if (c.target, c.cycle) == (target, cycle)), None)
    if found is None:
        raise Http404
    return found


@require_safe
@login_required
@vary_on_headers("HX-Request")
def ledger(request: SignedInRequest, number: int, target: str = "", cycle: int = 1) -> HttpResponse:
    """Why is it due then? One clock's whole account; without a target that of the most urgent clock."""
    ticket = _ticket(request, number)
    clocks = _clocks(ticket)
    if target:
        clock = _one(clocks, target, cycle)
    elif clocks:
        clock = next_clock(clocks) or clocks[0]
    else:
        raise Http404
    told = explain(clock, timezone.now())
    context = {
        "ticket": ticket,
        "clocks": clocks,
        "clock": clock,
        "told": told,
        "drawing": draw(told),
        "befell": presenting.tell(told.befell, request.user),
        "can_void": can_void(request.user) and clock.state != Clock.State.VOID,
        "zone": timezone.get_current_timezone_name(),
    }
    template = f"{TEMPLATE}#sheet" if request.htmx and not request.htmx.boosted else TEMPLATE
    return render(request, template, context)


@require_POST
@login_required
@vary_on_headers("HX-Request")
def acknowledge(request: SignedInRequest, number: int) -> HttpResponse:
    """ "I have it": further steps about promises at risk or missed stop."""
    ticket = actions.acknowledge(_ticket(request, number), by=request.user)
    return workspace.show(request, ticket) if request.htmx else redirect(ticket)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@vary_on_headers("HX-Request")
def void(request: SignedInRequest, number: int, target: str, cycle: int) -> HttpResponse:
    """Take a clock out of the count (rule B12): managers only, with a reason."""
    ticket = _ticket(request, number)
    if not can_void(request.user):
        raise PermissionDenied
    clock = _one(_clocks(ticket), target, cycle)
    if request.method != "POST":
        return _ask(request, ticket, clock, VoidForm(), 200)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _ask(request, ticket, clock, form, 422)
    try:
        actions.void(clock, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, ticket, clock, form, 422 if isinstance(refusal, InvalidInput) else 409)
    address = reverse("clock_ledger", args=[ticket.number, clock.target, clock.cycle])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _ask(request: SignedInRequest, ticket: Ticket, clock: Clock, form: VoidForm, status: int) -> HttpResponse:
    template = "sla/void.html#form" if request.htmx and not request.htmx.boosted else "sla/void.html"
    context = {"ticket": ticket, "clock": clock, "form": form}
    response = render(request, template, context, status=status)
    if request.htmx:
        response["HX-Retarget"] = "#action"
        response["HX-Reswap"] = "innerHTML"
    return response
