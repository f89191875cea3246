"""A ticket as an engineer sees it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from tickets import timeline
from tickets.facts import Facts, with_file_names
from tickets.forms.working import NoteForm, SayForm
from tickets.models import Ticket
from tickets.offers import offers
from tickets.promises import shown_clocks

TEMPLATE = "tickets/workspace.html"
RELATED = {
    *("requester", "organization", "product", "application", "assignee"),
    *("follows", "came_from", "request_type"),
}
OPEN_TICKETS_SHOWN = 5
COUNT_LIMIT = 100


def show(
    request: SignedInRequest, ticket: Ticket, *, form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    """The ticket's page; for htmx what changed since `seen`, or the part before `before`.

    `form` is a reply or note that could not be sent: it stands in the composer with what is wrong. htmx
    is given the errors alone, so that the text in the composer is never touched.
    """
    if request.htmx and not request.htmx.boosted:
        response = _part(request, ticket, form=form, status=status)
    else:
        response = _page(request, ticket, form=form, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: SignedInRequest, ticket: Ticket, *, form: forms.Form | None, status: int) -> HttpResponse:
    ticket = _complete(ticket)
    state = _state(request, ticket)
    context = {
        **state,
        "timeline": timeline.latest(ticket, request.user, before=_number(request, "before")),
        "is_latest": _number(request, "before") is None,
        "say": form if isinstance(form, SayForm) else _composer(SayForm, request, ticket),
        "jot": form if isinstance(form, NoteForm) else _composer(NoteForm, request, ticket),
        "composes_note": isinstance(form, NoteForm),
        # A reply to what was closed meanwhile stands there still, to be copied.
        "can_reply": "reply" in state["offers"] or isinstance(form, SayForm),
    }
    return render(request, TEMPLATE, context, status=status)


def _part(request: SignedInRequest, ticket: Ticket, *, form: forms.Form | None, status: int) -> HttpResponse:
    if form is not None:
        response = render(request, "tickets/_composer_errors.html", {"form": form}, status=status)
        response["HX-Retarget"] = "#composer-errors"
        response["HX-Reswap"] = "outerHTML"
        return response
    before = _number(request, "before")
    if before is not None:
        context = {"ticket": ticket, "timeline": timeline.latest(ticket, request.user, before=before)}
        return render(request, f"{TEMPLATE}#earlier", context)
    seen = _number(request, "seen")
    if seen is None:
        return _refresh()
    if request.method == "GET" and seen == ticket.chain_length:
        return HttpResponse(status=204)
    ticket = _complete(ticket)
    entries = timeline.since(ticket, request.user, seen)
    return render(request, f"{TEMPLATE}#changes", {**_state(request, ticket), "entries": entries})


def _state(request: SignedInRequest, ticket: Ticket) -> dict[str, Any]:
    """What every part of the page is drawn from."""
    return {
        "ticket": ticket,
        "offers": offers(request.user, ticket),
        "clocks": shown_clocks(ticket),
        "facts": Facts(ticket),
        "seen": ticket.chain_length,
    }


def _complete(ticket: Ticket) -> Ticket:
    """With everything the page shows. A ticket that came without it is read again."""
    if not ticket._state.fields_cache.keys() >= RELATED:
        ticket = with_file_names(Ticket.objects.select_related(*RELATED).defer("search")).get(pk=ticket.pk)
    prefetch_related_objects([ticket], "clocks__acknowledged_by")
    return ticket


def _composer(form: type[SayForm] | type[NoteForm], request: SignedInRequest, ticket: Ticket) -> forms.Form:
    return form(ticket=ticket, user=request.user, auto_id=f"{'note' if form is NoteForm else 'reply'}_%s")


def _refresh() -> HttpResponse:
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


def _number(request: SignedInRequest, name: str) -> int | None:
    text = request.POST.get(name) or request.GET.get(name) or ""
    return int(text) if text.isdecimal() and len(text) < 10 else None


@require_safe
@staff_required
def customer(request: SignedInRequest, number: int) -> HttpResponse:
    """Who asks and what they have: loaded after the conversation."""
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related(
            "requester", "organization", "organization__tam", "application"
        ),
        number=number,
    )
    others = Ticket.objects.visible_to(request.user).active().exclude(pk=ticket.pk)
    if ticket.organization:
        others = others.filter(organization=ticket.organization)
    else:
        others = others.filter(requester=ticket.requester)
    context = {
        "ticket": ticket,
        "organization": ticket.organization,
        "applications": ticket.organization.applications.all()[:10] if ticket.organization else [],
        "their_time": f"{timezone.now().astimezone(ticket.requester.zone):%H:%M}",
        "others": list(others.order_by("-number")[:OPEN_TICKETS_SHOWN]),
        "others_count": others.order_by().values("pk")[: COUNT_LIMIT + 1].count(),
        "limit": COUNT_LIMIT,
    }
    return render(request, "tickets/_customer.html", context)
