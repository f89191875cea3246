"""Follow a colleague's ticket, and stop."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from tickets import actions
from tickets.models import Ticket
from tickets.permissions import can_watch


@require_POST
@login_required
def watch(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), number=number)
    if not can_watch(request.user, ticket):
        raise PermissionDenied
    return redirect(actions.watch(ticket, by=request.user))


@require_POST
@login_required
def unwatch(request: SignedInRequest, number: int) -> HttpResponse:
    """Whoever sees a ticket may stop following it."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), number=number)
    return redirect(actions.unwatch(ticket, by=request.user))
