"""Articles beside a ticket, and an article made from one: staff only."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput, Refused
from kb.forms import ArticleForm
from kb.views.writing import for_writers, form_page, saved, writer
from learning import actions, drafting
from learning.offering import beside
from learning.permissions import can_write_from
from tickets.models import Ticket

RELATED = ("requester", "assignee", "organization", "product", "application", "request_type")


@for_writers
def write(request: HttpRequest, number: int) -> HttpResponse:
    """The editor with a draft from this ticket. It is saved, and linked, when the engineer says so."""
    ticket = _ticket(request, number)
    if not can_write_from(request.user, ticket):
        raise PermissionDenied
    place = f"fromticket-{ticket.pk}"
    passages = drafting.passages(ticket, writer(request))
    if request.method != "POST":
        form = ArticleForm(initial=drafting.initial(ticket, writer(request)))
        return form_page(request, form, place=place, ticket=ticket, passages=passages)
    form = ArticleForm(request.POST)
    status = 422
    if form.is_valid():
        words = {name: value for name, value in form.cleaned_data.items() if name != "based_on"}
        try:
            article = actions.write_from(ticket, by=writer(request), **words)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 422 if isinstance(refusal, InvalidInput) else 409
        else:
            messages.success(request, _("The draft is saved and linked to the ticket."))
            return saved(request, article, place)
    return form_page(request, form, place=place, status=status, ticket=ticket, passages=passages)


@require_safe
@staff_required
def of_ticket(request: SignedInRequest, number: int) -> HttpResponse:
    """The side of the ticket page: loaded after the conversation."""
    ticket = _ticket(request, number)
    context = {
        "ticket": ticket,
        **beside(ticket, request.user),
        "may_write": can_write_from(request.user, ticket),
    }
    return render(request, "learning/_of_ticket.html", context)


def _ticket(request: HttpRequest, number: int) -> Ticket:
    tickets = Ticket.objects.visible_to(request.user).select_related(*RELATED).defer("search")
    return get_object_or_404(tickets, pk=number)
