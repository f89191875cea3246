"""Known issues for those who write them: staff only. To everybody else these pages do not exist."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput, Refused
from helpdesk.text import error_codes
from kb.views.finding import framed
from kb.views.writing import for_writers
from known_issues import actions
from known_issues.actions.writing import last_number
from known_issues.anonymous import without_names
from known_issues.forms import AudienceForm, FixForm, KnownIssueForm
from known_issues.models import PLACE, KnownIssue, Link
from known_issues.views.reading import find
from tickets.models import Ticket


@for_writers
def write(request: SignedInRequest) -> HttpResponse:
    """A new one. `?ticket=10012` takes over that ticket's facts, never its names, and links it."""
    ticket = _ticket(request)
    if request.method != "POST":
        return _form(request, KnownIssueForm(initial=_known(ticket) if ticket else {}), ticket=ticket)
    form = KnownIssueForm(request.POST)
    if not form.is_valid():
        return _form(request, form, ticket=ticket, status=422)
    try:
        issue = actions.create(by=request.user, **form.answers())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, ticket=ticket, status=_status_of(refusal))
    if ticket is None:
        messages.success(request, _("Saved."))
        return redirect(issue)
    actions.link(issue, ticket, by=request.user)
    messages.success(request, _("%(reference)s is saved and linked.") % {"reference": issue.reference})
    return redirect(ticket)


@for_writers
def edit(request: SignedInRequest, number: int) -> HttpResponse:
    issue = find(request, number)
    if request.method != "POST":
        form = KnownIssueForm(instance=issue, initial={"based_on": last_number(issue)})
        return _form(request, form, issue=issue)
    form = KnownIssueForm(request.POST, instance=issue)
    if not form.is_valid():
        return _form(request, form, issue=find(request, number), status=422)
    try:
        issue = actions.edit(issue, by=request.user, based_on=form.cleaned_data["based_on"], **form.answers())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, issue=find(request, number), status=_status_of(refusal))
    messages.success(request, _("Saved."))
    return redirect(issue)


@require_POST
@for_writers
def open_to(request: SignedInRequest, number: int) -> HttpResponse:
    """Say who may read it. Opened to customers, those with a linked ticket are told."""
    issue = find(request, number)
    form = AudienceForm(request.POST)
    if form.is_valid():
        issue = actions.edit(issue, by=request.user, audience=form.cleaned_data["audience"])
        messages.success(request, _("Saved."))
    return redirect(issue)


@for_writers
def fix(request: SignedInRequest, number: int) -> HttpResponse:
    """Publish the fix: say in which version, and what becomes of the tickets."""
    issue = find(request, number)
    form = FixForm(request.POST if request.method == "POST" else None, initial={"version": issue.fixed_in})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.publish_fix(issue, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = _status_of(refusal)
            else:
                messages.success(request, _("The fix is published. Whoever waits for it is being told."))
                return redirect(issue)
    places = Link.objects.filter(known_issue=issue).values(place=PLACE).distinct()
    active = Ticket.objects.visible_to(request.user).active().filter(pk__in=places)
    context = framed(
        request,
        issue=issue,
        form=form,
        link_count=places.count(),
        active_count=active.count(),
    )
    return render(request, "known_issues/fix.html", {**context, "place": "known-issues"}, status=status)


def _ticket(request: SignedInRequest) -> Ticket | None:
    number = request.GET.get("ticket", "")
    if not number:
        return None
    tickets = Ticket.objects.visible_to(request.user).select_related("requester", "organization", "product")
    return get_object_or_404(tickets, pk=int(number) if number.isdecimal() and len(number) < 10 else 0)


def _known(ticket: Ticket) -> dict[str, Any]:
    """What the ticket knows, without whom it is of: the facts, the codes, and the subject without names."""
    said = "\n".join([ticket.subject, *ticket.messages.values_list("body", flat=True)[:20]])
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "product": ticket.product,
        "platforms": [ticket.platform] if ticket.platform else [],
        "affected_from": ticket.sdk_version,
        "affected_to": ticket.sdk_version,
        "error_codes": [code for code in sorted(error_codes(said)) if not code.isdecimal()][:8],
        f"title_{language.replace('-', '_')}": without_names(ticket.subject, ticket),
    }


def _form(
    request: SignedInRequest,
    form: KnownIssueForm,
    *,
    issue: KnownIssue | None = None,
    ticket: Ticket | None = None,
    status: int = 200,
) -> HttpResponse:
    back = ticket.get_absolute_url() if ticket else reverse("known_issues")
    context = framed(request, form=form, issue=issue, ticket=ticket, back=back)
    return render(request, "known_issues/write.html", {**context, "place": "known-issues"}, status=status)


def _status_of(refusal: Refused) -> int:
    return 422 if isinstance(refusal, InvalidInput) else 409
