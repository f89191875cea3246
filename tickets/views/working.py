"""What an engineer does with a ticket: find, ask, act, answer.

What a customer reads of is sent by `composing.views`, and can be undone for a moment.

An action that needs a word has a form at its own address: GET shows it (as a page, or for htmx in the
dialog of the workspace), POST acts. What cannot be done is said beside the form, with everything typed
still in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from drafts import actions as drafts
from helpdesk.errors import Refused
from tickets import actions
from tickets.forms.facts import FactsForm
from tickets.forms.files import refusal_status
from tickets.forms.joining import DismissForm
from tickets.forms.working import (
    AssignForm,
    DeskForm,
    FileForCustomerForm,
    HoldForm,
    PriorityForm,
    ReopenForm,
    ResolveForm,
)
from tickets.models import Ticket
from tickets.permissions import can_work
from tickets.views import queue, workspace

Act = Callable[..., Ticket]
View = Callable[[SignedInRequest, int], HttpResponse]


def ticket_at_work(request: SignedInRequest, number: int) -> Ticket:
    """404 for who may not see it, 403 for who may see it but does not work on it."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), number=number)
    if not can_work(request.user, ticket):
        raise PermissionDenied
    return ticket


# --- Actions of one press


def _at_once(act: Act) -> View:
    """A view for an action that needs no word. What is refused is told by the middleware."""

    @login_required
    @require_POST
    @vary_on_headers("HX-Request")
    def view(request: SignedInRequest, number: int) -> HttpResponse:
        ticket = act(ticket_at_work(request, number), by=request.user)
        return done(request, ticket)

    return view


take = _at_once(actions.take)
release = _at_once(actions.release)
resume = _at_once(actions.resume)
close = _at_once(actions.close)
restore = _at_once(actions.restore)


def done(request: SignedInRequest, ticket: Ticket, *, goes_on: bool = False) -> HttpResponse:
    """Where the person goes on: the ticket, the queue they took it from, or the next ticket."""
    if goes_on or request.POST.get("then") == "next":
        return to_next(request, ticket)
    if request.POST.get("from") == "queue":
        if request.htmx:
            return trigger_client_event(HttpResponse(status=204), "live:ticket")
        return redirect(f"{reverse('queue')}?{_queue_of(request)}")
    return workspace.show(request, ticket) if request.htmx else redirect(ticket)


def _queue_of(request: SignedInRequest) -> str:
    """The list the person came from, as they left it; only ever the query of the queue's own address."""
    return queue.asked_of(request, QueryDict(request.POST.get("queue", "")[:2000])).query()


def to_next(request: SignedInRequest, ticket: Ticket, *, said: str = "") -> HttpResponse:
    """Open the next ticket of the list that this one was taken from. `said`: what became of this one."""
    asked = queue.asked_of(request, QueryDict(request.POST.get("queue", "")[:2000]))
    following = queue.next_ticket(request.user, asked, but=ticket)
    said = said or _what_became_of(ticket)
    if following is None:
        messages.success(request, _("%(said)s Nothing is left in this list.") % {"said": said})
        address = f"{reverse('queue')}?{asked.query()}"
    else:
        messages.success(request, _("%(said)s This one is next.") % {"said": said})
        address = following.get_absolute_url()
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _what_became_of(ticket: Ticket) -> str:
    told = {"number": ticket.number}
    if ticket.status == Ticket.Status.RESOLVED:
        return _("#%(number)d is resolved.") % told
    if ticket.status == Ticket.Status.PENDING:
        return _("#%(number)d waits for the customer.") % told
    return _("Answered on #%(number)d.") % told


# --- Actions with a form


def with_form(
    form_class: type[DeskForm],
    act: Callable[..., Any],
    *,
    title: str | Promise,
    verb: str | Promise,
    about: Callable[[Ticket], dict[str, Any]] = lambda ticket: {},
    then: Callable[[SignedInRequest, Any], HttpResponse] = done,
) -> View:
    """A view for an action that takes what a form asks (`DeskForm.arguments`).

    `about` says what the form needs to know besides the ticket, and may refuse. `then` answers, given what
    the action returned.
    """

    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @vary_on_headers("HX-Request")
    def view(request: SignedInRequest, number: int) -> HttpResponse:
        ticket = ticket_at_work(request, number)
        known = {"ticket": ticket, "user": request.user, **about(ticket)}
        if request.method != "POST":
            return ask_with(request, ticket, form_class(**known), title, verb, 200)

        form = form_class(request.POST, request.FILES, **known)
        if not form.is_valid():
            return ask_with(request, ticket, form, title, verb, 422)
        try:
            done_to = act(ticket, by=request.user, **form.arguments)
        except Refused as refusal:
            form.refuse(refusal)
            return ask_with(request, ticket, form, title, verb, refusal.status)
        return then(request, done_to)

    return view


def ask_with(
    request: SignedInRequest,
    ticket: Ticket,
    form: DeskForm,
    title: str | Promise,
    verb: str | Promise,
    status: int,
    **more: Any,
) -> HttpResponse:
    """The form of an action. `more` is for its template."""
    template = "tickets/action.html#form" if request.htmx else "tickets/action.html"
    context = {
        "ticket": ticket,
        "form": form,
        "title": title,
        "verb": verb,
        "can_go_on": isinstance(form, ResolveForm),
        "queue_query": request.POST.get("queue", ""),
        **more,
    }
    response = render(request, template, context, status=status)
    if request.htmx:
        response["HX-Retarget"] = "#action"
        response["HX-Reswap"] = "innerHTML"
    return response


assign = with_form(
    AssignForm, actions.assign, title=gettext_lazy("Assign to a colleague"), verb=gettext_lazy("Assign")
)
hold = with_form(HoldForm, actions.hold, title=gettext_lazy("Put on hold"), verb=gettext_lazy("Put on hold"))
reopen = with_form(ReopenForm, actions.reopen, title=gettext_lazy("Reopen"), verb=gettext_lazy("Reopen"))
priority = with_form(
    PriorityForm,
    actions.set_priority,
    title=gettext_lazy("Change the priority"),
    verb=gettext_lazy("Change the priority"),
)
dismiss = with_form(
    DismissForm,
    actions.dismiss,
    title=gettext_lazy("Spam or duplicate"),
    verb=gettext_lazy("Close it"),
)
facts = with_form(
    FactsForm, actions.set_facts, title=gettext_lazy("Edit the facts"), verb=gettext_lazy("Save")
)


# --- A new ticket for a customer


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def file_for_customer(request: SignedInRequest) -> HttpResponse:
    """File what a customer said on the phone or in a chat, or tell a customer of something."""
    if request.method != "POST":
        initial: dict[str, Any] = {
            "submission_key": uuid.uuid4(),
            "requester": request.GET.get("requester", ""),
        }
        return _new(request, FileForCustomerForm(initial=initial, author=request.user), 200)

    form = FileForCustomerForm(request.POST, request.FILES, author=request.user)
    if not form.is_valid():
        return _new(request, form, refusal_status(form))
    try:
        ticket = actions.create(by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _new(request, form, refusal.status)
    drafts.discard(request.user, "desk")
    return redirect(ticket)


def _new(request: SignedInRequest, form: FileForCustomerForm, status: int) -> HttpResponse:
    names = queue.organization_names()
    return render(request, "tickets/new_desk.html", {"form": form, "organizations": names}, status=status)
