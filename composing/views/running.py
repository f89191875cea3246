"""Run a macro, or one step, on one ticket or on many: choose, look at what would happen, do it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from composing import running
from helpdesk.errors import InvalidInput
from macros.forms import StepForm, TicketNumbersForm
from macros.models import Macro, Run
from macros.running import MOST_TICKETS
from macros.running import rehearse as try_out
from macros.steps import Step
from tickets.models import Ticket
from tickets.views import queue, working, workspace

# Where several tickets are chosen from.
_LISTS = {"queue": "queue", "search": "ticket_search"}


@require_safe
@staff_required
@vary_on_headers("HX-Request")
def choose(request: SignedInRequest) -> HttpResponse:
    """What is to be done with these tickets: a macro, or one step."""
    return _choose(request, _tickets(request, request.GET), StepForm(), 200)


def _choose(request: SignedInRequest, tickets: list[Ticket], form: StepForm, status: int) -> HttpResponse:
    found = Macro.objects.visible_to(request.user).in_use().order_by("-uses", "name")
    context = {"tickets": tickets, "macros": found, "form": form, **_way_back(request)}
    return _dialog(request, "macros/choose.html", context, status)


@require_POST
@staff_required
@vary_on_headers("HX-Request")
def rehearse(request: SignedInRequest) -> HttpResponse:
    """What would happen to each ticket, and to which it cannot."""
    tickets = _tickets(request, request.POST)
    macro, steps, form = _asked(request)
    if not steps:
        if form.is_valid():
            form.add_error("do", _("Choose a macro or a step."))
        return _choose(request, tickets, form, 422)
    outcomes = try_out(steps, tickets, request.user)
    context = {
        "tickets": tickets,
        "macro": macro,
        "steps": steps,
        "form": form,
        "outcomes": outcomes,
        "possible": [one for one in outcomes if not one.refusal],
        "key": uuid.uuid4(),
        **_way_back(request),
    }
    return _dialog(request, "macros/rehearsal.html", context, 200)


@require_POST
@staff_required
@vary_on_headers("HX-Request")
def run(request: SignedInRequest) -> HttpResponse:
    tickets = _tickets(request, request.POST)
    macro, steps, form = _asked(request)
    if not steps:
        return _choose(request, tickets, form, 422)
    done, leaves = running.run(steps, tickets, request.user, key=_key(request), macro=macro)
    if done.refused:
        waiting = done.outgoing.waiting().count()
        context = {"run": done, "waiting": waiting, **_way_back(request)}
        response = _dialog(request, "macros/result.html", context, 409)
    else:
        response = _after(request, tickets, done)
    if leaves is not None:
        trigger_client_event(response, "outgoing:held", {"until": leaves.isoformat()})
    return response


def _after(request: SignedInRequest, tickets: list[Ticket], done: Run) -> HttpResponse:
    """One ticket goes on as after any other action; from the queue the list is read again."""
    if request.POST.get("from") not in _LISTS and len(tickets) == 1:
        ticket = Ticket.objects.get(pk=tickets[0].pk)
        return working.done(request, ticket)
    if count := len(done.done):
        text = ngettext("Done on %(count)d ticket.", "Done on %(count)d tickets.", count) % {"count": count}
        messages.success(request, text)
    if request.htmx:
        return trigger_client_event(render(request, "_messages.html"), "live:ticket")
    return redirect(_way_back(request)["back"])


def _asked(request: SignedInRequest) -> tuple[Macro | None, list[Step], StepForm]:
    """The macro or the one step that was chosen; no steps where nothing or nothing valid was."""
    form = StepForm(request.POST)
    chosen = request.POST.get("macro", "")
    if chosen:
        visible = Macro.objects.visible_to(request.user).in_use()
        macro = get_object_or_404(visible, pk=int(chosen) if chosen.isdecimal() else 0)
        return macro, macro.plan, form
    if form.is_valid() and form.step is not None:
        return None, [form.step], form
    return None, [], form


def _tickets(request: SignedInRequest, data: Any) -> list[Ticket]:
    """The chosen tickets that this person may see, in the order of the list they were chosen from."""
    form = TicketNumbersForm(data, most=MOST_TICKETS)
    if not form.is_valid():
        wrong = form.errors.get("ticket")
        raise InvalidInput(wrong[0] if wrong and len(data.getlist("ticket")) else _("Choose a ticket first."))
    numbers: list[int] = form.cleaned_data["ticket"]
    visible = Ticket.objects.visible_to(request.user).select_related(*workspace.RELATED).defer("search")
    found = visible.in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def _key(request: SignedInRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise InvalidInput(_("This form is incomplete. Open it again.")) from None


def _way_back(request: SignedInRequest) -> dict[str, str]:
    """Where the person came from: a list with its filters, or the ticket."""
    asked = request.POST if request.method == "POST" else request.GET
    came_from = asked.get("from", "") if asked.get("from") in _LISTS else ""
    query = queue.asked_of(request, QueryDict(asked.get("queue", "")[:2000])).query()
    if came_from:
        back = f"{reverse(_LISTS[came_from])}?{query}"
        return {"came_from": came_from, "queue_query": query, "back": back}
    number = asked.get("ticket", "")
    back = reverse("ticket", args=[int(number)]) if number.isdecimal() else reverse("queue")
    return {"came_from": "", "queue_query": query, "back": back}


def _dialog(request: SignedInRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    name = f"{template}#dialog" if request.htmx else template
    response = render(request, name, context, status=status)
    if request.htmx:
        response["HX-Retarget"] = "#action"
        response["HX-Reswap"] = "innerHTML"
    return response
