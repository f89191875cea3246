"""Hand over, fill in, return; and the checklists in the settings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.doors import manager_required
from accounts.models import Tier
from accounts.requests import SignedInRequest
from handover import actions
from handover.forms import ChecklistHandOverForm, FillForm, SendBackForm, item_forms
from handover.models import Checklist, HandOver
from helpdesk.errors import InvalidTransition, Refused
from tickets.models import Ticket
from tickets.views import working


def _present(ticket: Ticket) -> dict[str, HandOver]:
    present = actions.present_hand_over(ticket)
    if present is None:
        raise InvalidTransition(_("This ticket has moved on since it was handed over."))
    return {"hand_over": present}


hand_over = working.with_form(
    ChecklistHandOverForm,
    actions.hand_over,
    title=gettext_lazy("Hand over to another tier"),
    verb=gettext_lazy("Hand over"),
)
fill = working.with_form(
    FillForm,
    actions.fill,
    title=gettext_lazy("Fill in the hand-over"),
    verb=gettext_lazy("Save"),
    about=_present,
)
send_back = working.with_form(
    SendBackForm,
    actions.send_back,
    title=gettext_lazy("Return the hand-over"),
    verb=gettext_lazy("Return to the sender"),
    about=_present,
)


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
