"""Bookmarks, reminders and checklists: on a ticket, on the list of what to come back to, in the settings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.doors import manager_required, staff_required
from accounts.requests import SignedInRequest
from followups import actions, moments
from followups.forms import RemindForm, TemplateForm
from followups.models import Bookmark, Checklist, ChecklistItem, ChecklistTemplate, Reminder
from helpdesk.errors import InvalidInput, Refused
from helpdesk.templatetags.look import plain_moment
from tickets.models import Ticket
from tickets.views import working

SHOWN = 100
LATELY = 10

# --- On a ticket


@require_safe
@login_required
def card(request: SignedInRequest, number: int) -> HttpResponse:
    """Star, reminders and checklists of one ticket: loaded after the conversation."""
    return _card(request, working.ticket_at_work(request, number))


def _card(request: SignedInRequest, ticket: Ticket, *, status: int = 200, refused: str = "") -> HttpResponse:
    """The card for htmx; without a script back to the ticket."""
    if request.method == "POST" and not request.htmx:
        if refused:
            raise InvalidInput(refused)
        return redirect(ticket)
    user = request.user
    context = {
        "ticket": ticket,
        "is_starred": Bookmark.objects.filter(ticket=ticket, user=user).exists(),
        "reminders": Reminder.objects.visible_to(user).waiting().filter(ticket=ticket).order_by("due_at"),
        "checklists": ticket.checklists.visible_to(user).prefetch_related("items__done_by"),
        "templates": ChecklistTemplate.objects.filter(is_archived=False),
        "refused": refused,
    }
    return render(request, "followups/_card.html", context, status=status)


@login_required
@require_POST
def bookmark(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = working.ticket_at_work(request, number)
    actions.toggle_bookmark(ticket, by=request.user)
    return _card(request, ticket)


def _reminded(request: SignedInRequest, reminder: Reminder) -> HttpResponse:
    messages.success(request, _told(reminder))
    if not request.htmx:
        return redirect(reminder.ticket)
    return trigger_client_event(render(request, "_messages.html"), "followups:changed")


remind = working.with_form(
    RemindForm,
    actions.remind,
    title=gettext_lazy("Remind me"),
    verb=gettext_lazy("Remind me"),
    then=_reminded,
)


def _told(reminder: Reminder) -> str:
    if reminder.due_at is None:
        return _("You will be reminded when the customer answers.")
    return _("You will be reminded: %(when)s.") % {"when": plain_moment(reminder.due_at, "full")}


@require_safe
@staff_required
def read_moment(request: SignedInRequest) -> HttpResponse:
    """How `when` would be understood, while it is typed."""
    typed = request.GET.get("when", "")[:80]
    if not typed.strip():
        return HttpResponse("")
    try:
        moment = moments.read(typed, timezone.now(), request.user.zone)
    except InvalidInput as refusal:
        return render(request, "followups/_moment.html", {"refused": str(refusal)})
    return render(request, "followups/_moment.html", {"moment": moment, "zone": request.user.time_zone})


@login_required
@require_POST
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    reminder = get_object_or_404(Reminder.objects.visible_to(request.user).select_related("ticket"), pk=pk)
    actions.cancel(reminder)
    if request.POST.get("from") == "list":
        return redirect("followups")
    return _card(request, reminder.ticket)


# --- Checklists of a ticket


@login_required
@require_POST
def checklist_add(request: SignedInRequest, number: int) -> HttpResponse:
    """A template's checklist, or one of one's own with its first item."""
    ticket = working.ticket_at_work(request, number)
    chosen = request.POST.get("template", "")
    template = None
    if chosen.isdecimal():
        template = get_object_or_404(ChecklistTemplate, pk=int(chosen), is_archived=False)
    text = request.POST.get("text", "").strip()
    if template is None and not text:
        return _card(request, ticket, status=422, refused=_("Write what is to be done."))
    try:
        actions.add_checklist(
            ticket, by=request.user, template=template, items=[text], is_private="private" in request.POST
        )
    except Refused as refusal:
        return _card(request, ticket, status=refusal.status, refused=str(refusal))
    return _card(request, ticket)


@login_required
@require_POST
def checklist_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add an item to a checklist, or take the checklist away."""
    found = Checklist.objects.visible_to(request.user).select_related("ticket")
    checklist = get_object_or_404(found, pk=pk)
    if "remove" in request.POST:
        actions.remove_checklist(checklist, by=request.user)
        return _card(request, checklist.ticket)
    try:
        actions.add_item(checklist, text=request.POST.get("text", ""))
    except Refused as refusal:
        return _card(request, checklist.ticket, status=refusal.status, refused=str(refusal))
    return _card(request, checklist.ticket)


@login_required
@require_POST
def item_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """`do`: tick, untick, up, down or remove."""
    checklists = Checklist.objects.visible_to(request.user)
    item = get_object_or_404(
        ChecklistItem.objects.filter(checklist__in=checklists).select_related("checklist__ticket"), pk=pk
    )
    match request.POST.get("do"):
        case "tick" | "untick" as asked:
            actions.tick(item, by=request.user, is_done=asked == "tick")
        case "up" | "down" as asked:
            actions.move_item(item, up=asked == "up")
        case "remove":
            actions.remove_item(item)
        case _other:
            raise InvalidInput(_("This form is incomplete. Open it again."))
    return _card(request, item.checklist.ticket)


# --- What to come back to


@require_safe
@staff_required
def followups(request: SignedInRequest) -> HttpResponse:
    mine = Reminder.objects.visible_to(request.user).select_related("ticket")
    starred = Ticket.objects.visible_to(request.user).bookmarked_by(request.user)
    context = {
        "place": "followups",
        "reminders": mine.waiting().order_by("due_at", "pk")[:SHOWN],
        "lately": mine.filter(fired_at__isnull=False).order_by("-fired_at")[:LATELY],
        "starred": starred.select_related("organization", "assignee").order_by("-bookmarks__since")[:SHOWN],
    }
    return render(request, "followups/followups.html", context)


# --- Settings


@require_safe
@manager_required
def templates(request: SignedInRequest) -> HttpResponse:
    rows = ChecklistTemplate.objects.filter(is_archived=False)
    return render(
        request, "followups/templates.html", {"place": "settings", "section": "checklists", "rows": rows}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def template(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    row = get_object_or_404(ChecklistTemplate, pk=pk, is_archived=False) if pk else None
    context: dict[str, Any] = {"place": "settings", "section": "checklists", "row": row}
    if request.method != "POST":
        return render(request, "followups/template.html", {**context, "form": TemplateForm(template=row)})
    form = TemplateForm(request.POST, template=row)
    if form.is_valid():
        try:
            saved = actions.save_template(row, is_archived="archive" in request.POST, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            gone, kept = _("“%(name)s” is gone from the lists."), _("“%(name)s” is saved.")
            messages.success(request, (gone if saved.is_archived else kept) % {"name": saved})
            return redirect("checklist_templates")
    return render(request, "followups/template.html", {**context, "form": form}, status=422)
