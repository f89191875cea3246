"""Forms that say something to the customer: ask for facts, agree a date, resolve.

What they send waits as a reply of the composer does, and is held back once as that is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.requests import SignedInRequest
from composing import actions, deeds
from composing.meanwhile import Overtaken
from composing.models import Outgoing, Then
from composing.views.sending import read_now, sent
from helpdesk.errors import Refused
from tickets.forms.facts import AskForm
from tickets.forms.working import AgreeForm, DeskForm, ResolveForm
from tickets.models import Ticket
from tickets.views import working

View = Callable[[SignedInRequest, int], HttpResponse]


def _sends(form_class: type[DeskForm], then: Then, *, title: str | Promise, verb: str | Promise) -> View:
    """A view for an action of tickets whose words go to the customer."""

    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @vary_on_headers("HX-Request")
    def view(request: SignedInRequest, number: int) -> HttpResponse:
        read: int | None
        ticket = working.ticket_at_work(request, number)
        if request.method != "POST":
            form = form_class(ticket=ticket, user=request.user, **_again(request, ticket, then))
            read = _number(request.GET.get("seen", "")) or ticket.chain_length
            return working.ask_with(request, ticket, form, title, verb, 200, read=read)

        form = form_class(request.POST, request.FILES, ticket=ticket, user=request.user)
        read = _number(request.POST.get("read", ""))
        if not form.is_valid():
            return working.ask_with(request, ticket, form, title, verb, 422, read=read)
        try:
            became = actions.send(ticket, by=request.user, then=then, read=read, **form.cleaned_data)
        except Overtaken as overtaken:
            new = read_now(overtaken, request.user)
            read = overtaken.ticket.chain_length
            return working.ask_with(request, ticket, form, title, verb, 409, read=read, meanwhile=new)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return working.ask_with(request, ticket, form, title, verb, refusal.status, read=read)
        return sent(request, became, goes_on=request.POST.get("then") == "next")

    return view


def _again(request: SignedInRequest, ticket: Ticket, then: Then) -> dict[str, Any]:
    """What was sent from here and taken back, to be filled in again: one's own only."""
    mine = Outgoing.objects.visible_to(request.user).filter(author=request.user, ticket=ticket, then=then)
    taken_back = mine.filter(state=Outgoing.State.TAKEN_BACK, pk=_number(request.GET.get("again", "")) or 0)
    held = taken_back.first()
    return {"initial": {**deeds.read(held.details), "body": held.body}} if held else {}


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


ask = _sends(AskForm, Then.WAIT, title=gettext_lazy("Ask for facts"), verb=gettext_lazy("Ask and wait"))
resolve = _sends(ResolveForm, Then.RESOLVE, title=gettext_lazy("Resolve"), verb=gettext_lazy("Resolve"))
agree = _sends(
    AgreeForm, Then.AGREE, title=gettext_lazy("Agree a date"), verb=gettext_lazy("Agree and tell them")
)
