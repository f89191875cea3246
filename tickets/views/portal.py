"""What a requester sees: the portal, filing a ticket, the list of tickets, one ticket."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from drafts import actions as drafts
from tickets import actions, came_from, progress, timeline
from tickets.forms.files import refusal_status
from tickets.forms.filing import IMPACT, FileTicketForm, ReopenForm, ReplyForm
from tickets.mine import Asked, Part, leads_somebody, with_rows
from tickets.models import Ticket
from tickets.permissions import can_confirm_solved, can_reply, can_watch
from tickets.promises import shown_clocks
from tickets.views import workspace

OPEN_ON_HOME = 5
_KNOWABLE = (
    *("subject", "priority", "organization", "application", "product", "platform", "sdk_version", "body"),
)


@require_safe
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """The portal: find it in the documents, file a ticket, see where the own tickets stand."""
    mine = Ticket.objects.visible_to(request.user).filter(requester=request.user).active()
    active = list(with_rows(mine).order_by("-number")[: OPEN_ON_HOME + 1])
    context = {
        "tickets": active[:OPEN_ON_HOME],
        "has_more": len(active) > OPEN_ON_HOME,
        "hotline": settings.HOTLINE,
    }
    return render(request, "tickets/portal.html", context)


@require_safe
@login_required
def my_tickets(request: SignedInRequest) -> HttpResponse:
    """Own tickets; for a lead those of the organisation."""
    asked = Asked.read(request.GET)
    page = asked.page(request.user)
    context = {
        "place": "tickets",
        "asked": asked,
        "tabs": asked.tabs(request.user),
        "tickets": page.rows,
        "newer": asked.query(before=page.newer) if page.newer else "",
        "older": asked.query(after=page.older) if page.older else "",
        "everywhere": asked.query(part=Part.ALL),
        "leads": leads_somebody(request.user),
    }
    return render(request, "tickets/my_tickets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def file_ticket(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, FileTicketForm(requester=request.user, initial=_known(request)))
    form = FileTicketForm(request.POST, request.FILES, requester=request.user)
    if not form.is_valid():
        return _form(request, form, status=refusal_status(form))
    article = came_from.article_of(request.user, request.POST.get("article", ""))
    ticket = actions.create(requester=request.user, by=request.user, came_from=article, **form.facts())
    drafts.discard(request.user, "ticket")
    return redirect(ticket)


@require_safe
@login_required
def ticket(request: SignedInRequest, number: int) -> HttpResponse:
    """One address for everybody: the desk gets its workspace, a requester the page of the portal."""
    found = _find(request.user, number)
    return (workspace.show if request.user.is_staff_member else show)(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reply(request: SignedInRequest, number: int) -> HttpResponse:
    """Answer. On a closed ticket the answer becomes a new one that follows it."""
    ticket = _find(request.user, number)
    if request.method != "POST":
        # Where the sign-in leads after it interrupted an answer; the text waits in the browser.
        return redirect(ticket)
    if not can_reply(request.user, ticket):
        raise PermissionDenied

    form = ReplyForm(request.POST, request.FILES, ticket=ticket, author=request.user)
    if not form.is_valid():
        return show(request, ticket, form=form, status=refusal_status(form))

    drafted = f"reply-{ticket.pk}"
    ticket = actions.reply(
        ticket,
        by=request.user,
        body=form.cleaned_data["body"],
        files=form.cleaned_data["attachments"],
    )
    drafts.discard(request.user, drafted)
    return _sent(request, ticket)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def solved(request: SignedInRequest, number: int) -> HttpResponse:
    """The customer says that it is solved: an active ticket is resolved, a resolved one closed."""
    ticket = _find(request.user, number)
    if request.method != "POST":
        return redirect(ticket)
    if not can_confirm_solved(request.user, ticket):
        raise PermissionDenied

    if ticket.status == Ticket.Status.RESOLVED:
        actions.close(ticket, by=request.user)
    else:
        actions.resolve(ticket, by=request.user)
    return redirect(ticket)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reopen(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = _find(request.user, number)
    if request.method != "POST":
        return redirect(ticket)
    if not can_confirm_solved(request.user, ticket):
        raise PermissionDenied

    form = ReopenForm(request.POST)
    if not form.is_valid():
        return show(request, ticket, reopen_form=form, status=422)

    actions.reopen(ticket, by=request.user, **form.cleaned_data)
    return redirect(ticket)


def show(
    request: SignedInRequest,
    ticket: Ticket,
    *,
    form: Form | None = None,
    reopen_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """The requester's page of a ticket."""
    user = request.user
    before = _number(request.GET.get("before", ""))
    is_followed = getattr(ticket, "is_followed", True)
    watchers = list(ticket.watchers.select_related("user").order_by("pk")) if is_followed else []
    context = {
        "place": "tickets",
        "ticket": ticket,
        "timeline": timeline.latest(ticket, user, before=before),
        "is_latest": before is None,
        "steps": progress.steps(ticket),
        "clocks": shown_clocks(ticket),
        "form": form or ReplyForm(ticket=ticket, author=user),
        "reopen_form": reopen_form or ReopenForm(),
        "can_reply": can_reply(user, ticket),
        "can_watch": can_watch(user, ticket),
        "watchers": watchers,
        "is_watching": any(one.user_id == user.pk for one in watchers),
        "can_confirm_solved": can_confirm_solved(user, ticket),
        "done_drafts": [str(ticket.submission_key), request.GET.get("sent", "")],
    }
    return render(request, "tickets/my_ticket.html", context, status=status)


def _find(user: User, number: int) -> Ticket:
    tickets = Ticket.objects.visible_to(user).select_related(
        "requester", "organization", "assignee", "product", "application", "follows"
    )
    # What most tickets do not have is looked for only where there is some.
    this = Ticket.objects.filter(pk=OuterRef("pk"))
    tickets = tickets.annotate(
        is_followed=Exists(this.filter(watchers__isnull=False)),
        has_known_issues=Exists(this.filter(known_issue_links__isnull=False)),
    )
    return get_object_or_404(tickets.prefetch_related("clocks"), number=number)


def _form(request: SignedInRequest, form: FileTicketForm, status: int = 200) -> HttpResponse:
    slug = request.POST.get("article") or request.GET.get("article", "")
    context = {
        "place": "new",
        "form": form,
        "impact": IMPACT,
        "organization": form.chosen_organization,
        "came_from": came_from.article_of(request.user, slug),
    }
    return render(request, "tickets/file_ticket.html", context, status=status)


def _known(request: SignedInRequest) -> dict[str, Any]:
    """What an article, a chat or another page already knows of the problem."""
    known: dict[str, Any] = {name: request.GET[name] for name in _KNOWABLE if request.GET.get(name)}
    article = came_from.article_of(request.user, request.GET.get("article", ""))
    return {**(came_from.known_from(article) if article else {}), **known}


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _sent(request: SignedInRequest, ticket: Ticket) -> HttpResponse:
    """Back to the ticket, telling the page which draft has arrived, so that the browser may forget it."""
    try:
        draft = uuid.UUID(request.POST.get("draft", ""))
    except ValueError:
        return redirect(ticket)
    return redirect(f"{ticket.get_absolute_url()}?sent={draft}#latest")
