"""Merge, split and link tickets: find the other one, see what will happen, do it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput, Refused
from tickets import actions, finding, timeline
from tickets.actions.joining import check_merge, readers_to_confirm
from tickets.forms.joining import LinkForm, MergeForm, SplitForm
from tickets.models import Link, Ticket
from tickets.views import workspace
from tickets.views.working import ticket_at_work

DOOR = require_http_methods(["GET", "HEAD", "POST"])


def _sheet(
    request: SignedInRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page, or for htmx what goes into the dialog of the workspace."""
    in_dialog = bool(request.htmx) and not request.htmx.boosted
    response = render(request, f"{template}#form" if in_dialog else template, context, status=status)
    if in_dialog and request.method == "POST":
        response["HX-Retarget"] = "#action"
        response["HX-Reswap"] = "innerHTML"
    return response


def _leads_to(request: SignedInRequest, ticket: Ticket) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(ticket.get_absolute_url())
    return redirect(ticket)


def _other(request: SignedInRequest, ticket: Ticket, name: str) -> Ticket | None:
    """The ticket named in the address or the form; 404 for one that this person may not see."""
    text = (request.POST.get(name) or request.GET.get(name) or "").strip()
    if not text:
        return None
    number = int(text) if text.isdecimal() and len(text) < 19 else 0
    rows = Ticket.objects.visible_to(request.user).exclude(pk=ticket.pk)
    return get_object_or_404(rows.select_related("requester", "organization"), number=number)


def _pick(
    request: SignedInRequest, ticket: Ticket, *, title: str, name: str, same_customer: bool
) -> HttpResponse:
    words = request.GET.get("q", "")
    context = {
        "ticket": ticket,
        "title": title,
        "name": name,
        "words": words,
        "found": finding.others(request.user, ticket, words, same_customer=same_customer),
        "same_customer": same_customer,
    }
    return _sheet(request, "tickets/pick.html", context)


# --- Merge


@DOOR
@login_required
@vary_on_headers("HX-Request")
def merge(request: SignedInRequest, number: int) -> HttpResponse:
    """GET: choose the survivor, then see what will happen. POST: merge."""
    ticket = ticket_at_work(request, number)
    into = _other(request, ticket, "into")
    if into is None:
        title = _("Merge into another ticket")
        return _pick(request, ticket, title=title, name="into", same_customer=True)
    if request.method != "POST":
        return _merge_preview(request, ticket, into)

    form = MergeForm(request.POST, ticket=ticket, user=request.user)
    if not form.is_valid():
        return _merge_preview(request, ticket, into, status=422)
    try:
        survivor = actions.merge(ticket, into=into, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        status = 422 if isinstance(refusal, InvalidInput) else 409
        return _merge_preview(request, ticket, into, refusal=str(refusal), status=status)
    return _leads_to(request, survivor)


def _merge_preview(
    request: SignedInRequest, ticket: Ticket, into: Ticket, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    readers = readers_to_confirm(ticket, into)
    impossible = ""
    try:
        check_merge(ticket, into, share=True)
    except Refused as reason:
        impossible = str(reason)
    context = {
        "ticket": ticket,
        "into": into,
        "clocks": list(ticket.clocks.order_by("target", "cycle")),
        "is_older": ticket.created_at < into.created_at,
        "readers": readers,
        "impossible": impossible,
        "refusal": refusal if refusal != impossible else "",
        "may_swap": ticket.is_active,
    }
    return _sheet(request, "tickets/merge.html", context, status)


# --- Split


@DOOR
@login_required
@vary_on_headers("HX-Request")
def split(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = ticket_at_work(request, number)
    if request.method != "POST":
        form = SplitForm(ticket=ticket, user=request.user)
        return _sheet(request, "tickets/split.html", {"ticket": ticket, "form": form})

    form = SplitForm(request.POST, ticket=ticket, user=request.user)
    status = 422
    if form.is_valid():
        try:
            new = actions.split(ticket, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 422 if isinstance(refusal, InvalidInput) else 409
        else:
            return _leads_to(request, new)
    return _sheet(request, "tickets/split.html", {"ticket": ticket, "form": form}, status)


# --- Link


@DOOR
@login_required
@vary_on_headers("HX-Request")
def link(request: SignedInRequest, number: int) -> HttpResponse:
    """GET: choose the other ticket, then how they belong together. POST: link."""
    ticket = ticket_at_work(request, number)
    other = _other(request, ticket, "to")
    if other is None:
        return _pick(request, ticket, title=_("Link to another ticket"), name="to", same_customer=False)
    form = LinkForm(request.POST or None, ticket=ticket, user=request.user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.link(ticket, to=other, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 422 if isinstance(refusal, InvalidInput) else 409
            else:
                ticket.refresh_from_db()
                return workspace.show(request, ticket) if request.htmx else redirect(ticket)
    return _sheet(request, "tickets/link.html", {"ticket": ticket, "other": other, "form": form}, status)


@login_required
@require_POST
@vary_on_headers("HX-Request")
def unlink(request: SignedInRequest, number: int, pk: int) -> HttpResponse:
    ticket = actions.unlink(ticket_at_work(request, number), pk=pk, by=request.user)
    return workspace.show(request, ticket) if request.htmx else redirect(ticket)


# --- What belongs to a ticket, and the words of one merged in


@require_safe
@staff_required
def connections(request: SignedInRequest, number: int) -> HttpResponse:
    """Linked and merged tickets and who had this one for how long: loaded beside the conversation."""
    ticket = get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related("organization", "merged_into", "follows"),
        number=number,
    )
    ours = Link.objects.filter(ticket=ticket).select_related("other")
    theirs = Link.objects.filter(other=ticket).select_related("ticket")
    linked = [(link, str(link.get_kind_display()), link.other) for link in ours]
    linked += [(link, str(Link.BACKWARDS[Link.Kind(link.kind)]), link.ticket) for link in theirs]
    context = {
        "ticket": ticket,
        "linked": sorted(linked, key=lambda one: one[0].pk),
        "merged": list(ticket.merged.order_by("pk").defer("search")),
        "follow_ups": list(ticket.follow_ups.order_by("pk").defer("search")[: finding.OFFERED]),
    }
    return render(request, "tickets/_connections.html", context)


@require_safe
@login_required
def thread(request: SignedInRequest, number: int) -> HttpResponse:
    """What was said on a ticket, to be read in the place where it was merged into another."""
    tickets = Ticket.objects.visible_to(request.user).select_related("requester", "merged_into")
    ticket = get_object_or_404(tickets, number=number)
    if not request.htmx:
        return redirect(ticket)
    context = {"ticket": ticket, "timeline": timeline.latest(ticket, request.user)}
    return render(request, "tickets/_thread.html", context)
