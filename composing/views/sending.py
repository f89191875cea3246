"""The composer: send a reply or a note, take a reply back, send it now."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from accounts.doors import staff_required
from accounts.models import User
from accounts.requests import SignedInRequest
from composing import actions, deeds, habits, running
from composing.forms import ReplyForm
from composing.meanwhile import Overtaken
from composing.models import Outgoing, Then
from composing.permissions import can_send_now, can_take_back
from drafts import actions as drafts
from helpdesk.errors import Refused
from helpdesk.templatetags.look import plain_moment
from macros.models import Run
from tickets import actions as ticket_actions
from tickets import timeline
from tickets.forms.files import refusal_status
from tickets.forms.working import NoteForm, SayForm
from tickets.models import Ticket
from tickets.views import working, workspace


@login_required
@require_POST
@vary_on_headers("HX-Request")
def say(request: SignedInRequest, number: int) -> HttpResponse:
    """Send a public reply. `then` says what becomes of the ticket, `goes_on` that the next one is opened."""
    ticket = working.ticket_at_work(request, number)
    form = ReplyForm(request.POST, request.FILES, ticket=ticket, user=request.user, auto_id="reply_%s")
    if not form.is_valid():
        return workspace.show(request, ticket, form=form, status=refusal_status(form))
    try:
        became = actions.send(ticket, by=request.user, **form.cleaned_data)
    except Overtaken as overtaken:
        return _held_back(request, overtaken, form)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return workspace.show(request, ticket, form=form, status=refusal.status)
    drafts.discard(request.user, f"reply-{number}")
    if not form.cleaned_data["later"]:
        habits.remember(request, request.user, then=form.cleaned_data["then"], goes_on=form.goes_on)
    return sent(request, became, goes_on=form.goes_on)


def sent(request: SignedInRequest, became: Outgoing | Ticket, *, goes_on: bool) -> HttpResponse:
    """Where the writer goes on: with what waits at hand, or after what has left."""
    if isinstance(became, Ticket):
        return working.done(request, became, goes_on=goes_on)
    ticket = became.ticket
    if goes_on:
        response = working.to_next(request, ticket, said=_waits(became))
    else:
        if _is_after_the_promise(became):
            messages.warning(request, _waits(became))
        response = workspace.show(request, ticket) if request.htmx else redirect(ticket)
    return trigger_client_event(response, "outgoing:held", {"until": became.release_at.isoformat()})


def _waits(held: Outgoing) -> str:
    told = {"number": held.ticket_id, "moment": plain_moment(held.release_at)}
    if held.is_scheduled:
        if _is_after_the_promise(held):
            return _("Leaves %(moment)s: after the promise on #%(number)d runs out.") % told
        return _("Your reply to #%(number)d leaves %(moment)s.") % told
    seconds = round((held.release_at - held.created_at).total_seconds())
    if held.then == Then.RESOLVE:
        sentence = ngettext(
            "#%(number)d is resolved in %(seconds)d second.",
            "#%(number)d is resolved in %(seconds)d seconds.",
            seconds,
        )
        return sentence % {**told, "seconds": seconds}
    sentence = ngettext(
        "Your reply to #%(number)d leaves in %(seconds)d second.",
        "Your reply to #%(number)d leaves in %(seconds)d seconds.",
        seconds,
    )
    return sentence % {**told, "seconds": seconds}


def _is_after_the_promise(held: Outgoing) -> bool:
    due_at = held.ticket.next_due_at
    return held.is_scheduled and due_at is not None and due_at < held.release_at


def _held_back(request: SignedInRequest, overtaken: Overtaken, form: ReplyForm) -> HttpResponse:
    """The reply with what was said meanwhile above it. What is shown counts as read: it is held back once."""
    ticket = overtaken.ticket
    new = read_now(overtaken, request.user)
    if not request.htmx:
        form.hold_back(new)
        return workspace.show(request, ticket, form=form, status=409)
    context = {"entries": new, "read": ticket.chain_length, "reason": overtaken}
    response = render(request, "composing/_held_back.html", context, status=409)
    response["HX-Retarget"] = "#composer-errors"
    response["HX-Reswap"] = "outerHTML"
    return response


def read_now(overtaken: Overtaken, reader: User) -> list[timeline.Entry]:
    """What others said meanwhile, to be shown to who writes."""
    entries = timeline.since(overtaken.ticket, reader, overtaken.read)
    return [one for one in entries if (one.message or one.note) and one.event.actor_id != reader.pk]


@login_required
@require_POST
@vary_on_headers("HX-Request")
def note(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = working.ticket_at_work(request, number)
    form = NoteForm(request.POST, request.FILES, ticket=ticket, user=request.user, auto_id="note_%s")
    if not form.is_valid():
        return workspace.show(request, ticket, form=form, status=refusal_status(form))
    try:
        ticket = ticket_actions.note(ticket, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return workspace.show(request, ticket, form=form, status=refusal.status)
    drafts.discard(request.user, f"note-{number}")
    return working.done(request, ticket)


# --- What has not left yet


def _held(request: SignedInRequest, pk: int, may: Any) -> Outgoing:
    """404 for who works elsewhere, 403 for whose reply it is not."""
    visible = Outgoing.objects.visible_to(request.user).select_related("ticket", "author")
    held = get_object_or_404(visible, pk=pk)
    if not may(request.user, held):
        raise PermissionDenied
    return held


@require_POST
@staff_required
@vary_on_headers("HX-Request")
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Undo: nothing has left, and the text stands in its author's composer again."""
    held = actions.take_back(_held(request, pk, can_take_back), by=request.user)
    is_mine = held.author_id == request.user.pk
    form = deeds.form_of(held) if is_mine else ""
    if held.what == "macro":
        _say_nothing_left(request, 1)
    if not request.htmx:
        return _returned(request, held, form, is_mine=is_mine)
    response = render(request, "_messages.html") if held.what == "macro" else HttpResponse(status=204)
    returned = {"number": held.ticket_id, "url": held.ticket.get_absolute_url()}
    if form:
        trigger_client_event(response, "outgoing:again", {**returned, "form": form})
    elif is_mine and held.what == "reply":
        trigger_client_event(response, "outgoing:returned", {**returned, "body": held.body})
    return trigger_client_event(response, "outgoing:changed")


def _returned(request: SignedInRequest, held: Outgoing, form: str, *, is_mine: bool) -> HttpResponse:
    """Without a script: the form again, or the ticket with the text in its composer."""
    if form:
        return redirect(form)
    if not is_mine or held.what != "reply":
        return redirect(held.ticket)
    said = SayForm(ticket=held.ticket, user=request.user, auto_id="reply_%s", initial={"body": held.body})
    return workspace.show(request, held.ticket, form=said)


@require_POST
@staff_required
@vary_on_headers("HX-Request")
def take_back_run(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    """Undo a macro on all tickets where it has not left yet. 404 for one that somebody else ran."""
    began = get_object_or_404(Run, pk=key, by=request.user)
    _say_nothing_left(request, len(running.take_back(began)))
    if not request.htmx:
        return redirect("queue")
    return trigger_client_event(render(request, "_messages.html"), "outgoing:changed")


def _say_nothing_left(request: SignedInRequest, count: int) -> None:
    text = ngettext(
        "Taken back: nothing happened on %(count)d ticket.",
        "Taken back: nothing happened on %(count)d tickets.",
        count,
    )
    messages.success(request, text % {"count": count})


@require_POST
@staff_required
@vary_on_headers("HX-Request")
def send_now(request: SignedInRequest, pk: int) -> HttpResponse:
    held = actions.send_now(_held(request, pk, can_send_now), by=request.user)
    if held.state != Outgoing.State.SENT:
        messages.warning(request, _stayed(held))
    if not request.htmx:
        return redirect(held.ticket)
    return trigger_client_event(workspace.show(request, held.ticket), "outgoing:changed")


def _stayed(held: Outgoing) -> str:
    if held.what == "reply":
        return _("It was not sent: the ticket says why, and the text is your draft again.")
    return _("It was not done: the ticket says why.")


@require_POST
@staff_required
@vary_on_headers("HX-Request")
def set_undo(request: SignedInRequest) -> HttpResponse:
    """Whether one's own replies wait for a change of mind."""
    can_undo = request.POST.get("can_undo") == "1"
    habits.remember(request, request.user, can_undo=can_undo)
    text = (
        _("Your replies wait a moment and can be undone.") if can_undo else _("Your replies leave at once.")
    )
    messages.success(request, text)
    if not request.htmx:
        return redirect("queue")
    context = {"habits": habits.of(request.user), "undo_seconds": settings.UNDO_SEND_SECONDS}
    return render(request, "composing/_undo_switch.html", context)
