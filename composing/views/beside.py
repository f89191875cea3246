"""What stands above the composer: replies that have not left, and what colleagues have begun to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from accounts.doors import staff_required
from accounts.models import User
from accounts.requests import SignedInRequest
from composing import actions, habits
from composing.audience import audience_of
from composing.models import Outgoing, OutgoingQuerySet
from composing.permissions import can_send_now, can_take_back
from drafts.models import Draft
from files import uploads
from tickets.models import Ticket

RECENTLY = timedelta(hours=1)
Told = tuple[Outgoing, bool, bool]


@never_cache
@require_safe
@staff_required
@vary_on_headers("HX-Request")
def beside(request: SignedInRequest, number: int) -> HttpResponse:
    """Loaded after the conversation, and again when something may have changed."""
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related("requester", "organization"), number=number
    )
    is_news = habits.fetch(request, request.user)
    found = Draft.objects.of_desk(ticket.number, request.user).select_related("owner").order_by("updated_at")
    visible = Outgoing.objects.visible_to(request.user).filter(ticket=ticket)
    context = {
        "ticket": ticket,
        "waiting": _told(visible, request.user),
        "withheld": visible.withheld_from(request.user, timezone.now() - RECENTLY),
        "drafts": [(draft, uploads.waiting(draft.owner, draft.place)) for draft in found if draft.text],
    }
    if not request.htmx:
        return render(request, "composing/beside.html", context)
    if can_still_reply(ticket):
        context["audience"] = audience_of(ticket)
        usual = habits.ways(habits.at_hand(request), resolvable=ticket.is_active)
        context["composer"] = usual if is_news else None
    return render(request, "composing/beside.html#parts", context)


def can_still_reply(ticket: Ticket) -> bool:
    """Whether a composer for replies stands on the page."""
    return ticket.status != Ticket.Status.CLOSED


@never_cache
@require_safe
@staff_required
def mine(request: SignedInRequest) -> HttpResponse:
    """One's own replies of the last seconds, on whatever page one is by now: each can be taken back."""
    waiting = Outgoing.objects.visible_to(request.user).filter(author=request.user, is_scheduled=False)
    return render(request, "composing/_bar_items.html", {"waiting": _together(_told(waiting, request.user))})


def _together(told: Sequence[Told]) -> list[tuple[Outgoing, int]]:
    """A macro on many tickets is one thing to undo: each with the number of its tickets."""
    counts = Counter(held.run_id or held.pk for held, _back, _now in told)
    firsts = {held.run_id or held.pk: held for held, _back, _now in reversed(told)}
    return [(held, counts[key]) for key, held in reversed(firsts.items())]


def _told(rows: OutgoingQuerySet, viewer: User) -> list[Told]:
    """Each with whether this person may take it back, and may send it now."""
    ordered = rows.waiting().select_related("author", "ticket", "run__macro").order_by("release_at", "pk")
    return [(held, can_take_back(viewer, held), can_send_now(viewer, held)) for held in ordered]


@require_POST
@staff_required
@vary_on_headers("HX-Request")
def take_over(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    """A colleague's unsent words become one's own draft."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), number=number)
    draft = get_object_or_404(Draft.objects.of_desk(ticket.number, request.user), pk=pk)
    text, kind = draft.text, draft.place.partition("-")[0]
    actions.take_over(draft, ticket, by=request.user)
    if not request.htmx:
        return redirect(ticket)
    told = {"number": ticket.number, "body": text, "kind": kind, "url": ticket.get_absolute_url()}
    response = trigger_client_event(HttpResponse(status=204), "outgoing:returned", told)
    return trigger_client_event(response, "outgoing:changed")
