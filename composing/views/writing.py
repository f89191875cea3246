"""What helps while writing: things to put in, and how it will look."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from composing.inserts import LONGEST, OFFERS
from tickets.actions.saying import MAX_CHARACTERS
from tickets.models import Ticket


@never_cache
@require_safe
@staff_required
def inserts(request: SignedInRequest, number: int) -> JsonResponse:
    """`{"options": [{"title", "hint", "text"}]}` for the sign `kind` and what was typed after it, `q`.

    `for` is "reply" or "note"; whatever it is not told apart from a reply is answered as one.
    """
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related("requester", "organization", "product"),
        number=number,
    )
    offer = OFFERS.get(request.GET.get("kind", ""))
    typed = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    public = request.GET.get("for") != "note"
    options = offer(ticket, request.user, typed, public=public) if offer else []
    return JsonResponse({"options": options})


@require_POST
@staff_required
def preview(request: SignedInRequest, number: int) -> HttpResponse:
    """The text as its readers will see it."""
    get_object_or_404(Ticket.objects.visible_to(request.user), number=number)
    body = request.POST.get("body", "")[:MAX_CHARACTERS]
    return render(request, "composing/_preview.html", {"body": body})
