"""Macros: the list, the editor, and running steps on one ticket or on many."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput, Refused
from macros import actions, placeholders, running
from macros.forms import MacroForm, StepForm, TicketNumbersForm, step_forms
from macros.models import Macro, Run
from macros.permissions import can_edit
from macros.steps import Step
from tickets.models import Ticket
from tickets.views import queue, working, workspace

# --- The list and the editor


@require_safe
@staff_required
def macros(request: SignedInRequest) -> HttpResponse:
    found = Macro.objects.visible_to(request.user).in_use().select_related("owner")
    rows = [(macro, can_edit(request.user, macro)) for macro in found]
    return render(request, "macros/macros.html", {"place": "macros", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def write(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    macro = _editable(request, pk) if pk else None
    if request.method != "POST":
        form, steps = MacroForm(user=request.user, macro=macro), step_forms(macro=macro)
        return _editor(request, form, steps, macro, 200)
    form = MacroForm(request.POST, user=request.user, macro=macro)
    steps = step_forms(request.POST, macro=macro)
    if not (form.is_valid() & steps.is_valid()):
        return _editor(request, form, steps, macro, 422)
    words = {"tier": "", **form.cleaned_data}
    try:
        saved = actions.save(macro, by=request.user, steps=steps.steps, **words)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _editor(request, form, steps, macro, 422)
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
    return redirect("macros")


def _editable(request: SignedInRequest, pk: int) -> Macro:
    macro = get_object_or_404(Macro.objects.visible_to(request.user).in_use(), pk=pk)
    if not can_edit(request.user, macro):
        raise PermissionDenied
    return macro


def _editor(
    request: SignedInRequest, form: MacroForm, steps: Any, macro: Macro | None, status: int
) -> HttpResponse:
    context = {
        "place": "macros",
        "form": form,
        "steps": steps,
        "macro": macro,
        "placeholders": [(name, label) for name, (label, _read) in placeholders.PLACEHOLDERS.items()],
    }
    return render(request, "macros/write.html", context, status=status)


@require_POST
@staff_required
def archive(request: SignedInRequest, pk: int) -> HttpResponse:
    macro = _editable(request, pk)
    actions.archive(macro, by=request.user)
    messages.success(request, _("“%(name)s” is gone from the lists.") % {"name": macro})
    return redirect("macros")


# --- Running


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
    outcomes = running.rehearse(steps, tickets, request.user)
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
    done = running.run(steps, tickets, request.user, key=_key(request), macro=macro)
    if done.refused:
        return _dialog(request, "macros/result.html", {"run": done, **_way_back(request)}, 409)
    return _after(request, tickets, done)


def _after(request: SignedInRequest, tickets: list[Ticket], done: Run) -> HttpResponse:
    """One ticket goes on as after any other action; from the queue the list is read again."""
    if request.POST.get("from") != "queue" and len(tickets) == 1:
        ticket = Ticket.objects.get(pk=tickets[0].pk)
        return working.done(request, ticket)
    count = len(done.done)
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
    form = TicketNumbersForm(data, most=running.MOST_TICKETS)
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
    """Where the person came from: the queue with its filters, or the ticket."""
    asked = request.POST if request.method == "POST" else request.GET
    came_from = "queue" if asked.get("from") == "queue" else ""
    query = queue.asked_of(request, QueryDict(asked.get("queue", "")[:2000])).query()
    if came_from:
        return {"came_from": came_from, "queue_query": query, "back": f"{reverse('queue')}?{query}"}
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
