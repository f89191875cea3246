"""Hand over, fill in, return; and the checklists in the settings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.doors import manager_required
from accounts.models import Tier
from accounts.requests import SignedInRequest
from handover import actions
from handover.forms import ChecklistHandOverForm, FillForm, SendBackForm, item_forms
from handover.models import Checklist, HandOver
from helpdesk.errors import InvalidTransition, Refused
from tickets.forms.working import DeskForm
from tickets.models import Ticket
from tickets.views import working

HAND_OVER = gettext_lazy("Hand over to another tier")
FILL = gettext_lazy("Fill in the hand-over")
SEND_BACK = gettext_lazy("Return the hand-over")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@vary_on_headers("HX-Request")
def hand_over(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = working.ticket_at_work(request, number)
    verb = gettext_lazy("Hand over")
    if request.method != "POST":
        return _ask(request, ticket, ChecklistHandOverForm(ticket=ticket, user=request.user), HAND_OVER, verb)
    form = ChecklistHandOverForm(request.POST, ticket=ticket, user=request.user)
    if not form.is_valid():
        return _ask(request, ticket, form, HAND_OVER, verb, 422)
    try:
        ticket = actions.hand_over(ticket, by=request.user, **form.arguments)
    except actions.NotFilledIn as refusal:
        form.mark(form.cleaned_data["tier"], refusal)
        return _ask(request, ticket, form, HAND_OVER, verb, refusal.status)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, ticket, form, HAND_OVER, verb, refusal.status)
    return working.done(request, ticket)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@vary_on_headers("HX-Request")
def fill(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = working.ticket_at_work(request, number)
    present = _present(ticket)
    verb = gettext_lazy("Save")
    if request.method != "POST":
        form = FillForm(ticket=ticket, user=request.user, hand_over=present)
        return _ask(request, ticket, form, FILL, verb)
    form = FillForm(request.POST, ticket=ticket, user=request.user, hand_over=present)
    if not form.is_valid():
        return _ask(request, ticket, form, FILL, verb, 422)
    try:
        ticket = actions.fill(ticket, by=request.user, answers=form.answers)
    except actions.NotFilledIn as refusal:
        form.mark("item", refusal)
        return _ask(request, ticket, form, FILL, verb, refusal.status)
    return working.done(request, ticket)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@vary_on_headers("HX-Request")
def send_back(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = working.ticket_at_work(request, number)
    present = _present(ticket)
    verb = gettext_lazy("Return to the sender")
    if request.method != "POST":
        form = SendBackForm(ticket=ticket, user=request.user, hand_over=present)
        return _ask(request, ticket, form, SEND_BACK, verb)
    form = SendBackForm(request.POST, ticket=ticket, user=request.user, hand_over=present)
    if not form.is_valid():
        return _ask(request, ticket, form, SEND_BACK, verb, 422)
    ticket = actions.send_back(ticket, by=request.user, **form.cleaned_data)
    return working.done(request, ticket)


def _present(ticket: Ticket) -> HandOver:
    present = actions.present_hand_over(ticket)
    if present is None:
        raise InvalidTransition(_("This ticket has moved on since it was handed over."))
    return present


def _ask(
    request: SignedInRequest,
    ticket: Ticket,
    form: DeskForm,
    title: str | Promise,
    verb: str | Promise,
    status: int = 200,
) -> HttpResponse:
    return working.ask_with(request, ticket, form, title, verb, status)


# --- Settings


@require_http_methods(["GET", "HEAD"])
@manager_required
def checklists(request: SignedInRequest) -> HttpResponse:
    rows = [(tier, Checklist.objects.current(tier)) for tier in Tier.values]
    context = {"place": "settings", "section": "handover", "rows": rows}
    return render(request, "handover/checklists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def checklist(request: SignedInRequest, tier: str) -> HttpResponse:
    if tier not in Tier.values:
        raise Http404
    present = Checklist.objects.current(tier)
    if request.method != "POST":
        return _editor(request, tier, present, item_forms(present), 200)
    rows = item_forms(present, request.POST)
    if not rows.is_valid():
        return _editor(request, tier, present, rows, 422)
    try:
        saved = actions.save_checklist(tier, by=request.user, items=rows.items)
    except Refused as refusal:
        return _editor(request, tier, present, rows, refusal.status, refused=str(refusal))
    if saved == present:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("Version %(number)d is asked from now on.") % {"number": saved.number})
    return redirect("handover_checklists")


def _editor(
    request: SignedInRequest,
    tier: str,
    present: Checklist | None,
    rows: Any,
    status: int,
    *,
    refused: str = "",
) -> HttpResponse:
    versions = Checklist.objects.filter(tier=tier).select_related("created_by")[:20]
    context = {
        "place": "settings",
        "section": "handover",
        "tier": tier,
        "present": present,
        "rows": rows,
        "refused": refused,
        "versions": versions,
    }
    return render(request, "handover/checklist.html", context, status=status)
