"""Find tickets, finished ones too."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from tickets.asked import Asked
from tickets.models import Ticket
from tickets.orders import Sort
from tickets.query.asker import Asker
from tickets.query.reading import MAX_LENGTH, read


@require_safe
@staff_required
def search(request: SignedInRequest) -> HttpResponse:
    """A number goes straight to its ticket; words give the list of every ticket that has them."""
    text = request.GET.get("q", "")[:MAX_LENGTH]
    reading = read(text, Asker(request.user, timezone.now()), active_only=False)
    if reading.number is not None:
        ticket = Ticket.objects.visible_to(request.user).filter(number=reading.number).first()
        if ticket is not None:
            return redirect(ticket)
    return redirect(f"{reverse('queue')}?{everywhere(reading.text).query()}")


def everywhere(text: str) -> Asked:
    return Asked(text=f"{text} status:any".strip(), sort=Sort.NEWEST)
