"""The command palette asks here while somebody types."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from kb.views.finding import reader_language
from palette.found import find
from tickets.models import Ticket

LONGEST = 200


@never_cache
@require_safe
@login_required
def palette(request: SignedInRequest) -> JsonResponse:
    """`{"groups": [{"title", "items": [{"title", "hint", "url"}]}]}` for `q`; `ticket` is the open one."""
    number = request.GET.get("ticket", "")
    visible = Ticket.objects.visible_to(request.user)
    ticket = visible.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    groups = find(request.user, request.GET.get("q", "")[:LONGEST], reader_language(), ticket=ticket)
    return JsonResponse({"groups": groups})
