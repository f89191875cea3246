"""What a requester sees: the portal, filing a ticket, the list of tickets, one ticket."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from drafts import actions as drafts
from helpdesk.errors import InvalidInput
from intake import asking
from intake.definition import Need
from tickets import actions, progress, timeline
from tickets.facts import Facts, with_file_names
from tickets.forms.facts import AnswerForm
from tickets.forms.files import refusal_status
from tickets.forms.filing import ReopenForm, ReplyForm
from tickets.mine import Asked, Part, leads_somebody, with_rows
from tickets.models import Ticket
from tickets.permissions import can_confirm_solved, can_reply, can_watch
from tickets.promises import shown_clocks
from tickets.views import workspace

OPEN_ON_HOME = 5


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
        "problems": asked.reading(request.user).problems,
        "newer": asked.query(before=page.newer) if page.newer else "",
        "older": asked.query(after=page.older) if page.older else "",
        "everywhere": asked.query(part=Part.ALL),
        "leads": leads_somebody(request.user),
    }
    return render(request, "tickets/my_tickets.html", context)


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
def answer(request: SignedInRequest, number: int) -> HttpResponse:
    """Answer what an engineer asked for, or add what was left open when the ticket was filed."""
    ticket = _find(request.user, number)
    if request.method != "POST":
        return redirect(ticket)
    if not can_reply(request.user, ticket):
        raise PermissionDenied

    form = _answering(request.user, ticket, Facts(ticket), request.POST, request.FILES)
    if form is None:
        # Answered meanwhile, by a colleague or in another window.
        return redirect(ticket)
    if not form.is_valid():
        return show(request, ticket, answering=form, status=refusal_status(form))
    try:
        actions.answer(ticket, by=request.user, is_all="done" in request.POST, **form.answers())
    except InvalidInput as refusal:
        form.add_error(None, str(refusal))
        return show(request, ticket, answering=form, status=422)
    drafts.discard(request.user, f"answers-{ticket.pk}")
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
    answering: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The requester's page of a ticket."""
    user = request.user
    facts = Facts(ticket)
    before = _number(request.GET.get("before", ""))
    is_followed = getattr(ticket, "is_followed", True)
    # Engineers follow by being named in notes: a customer reads of neither.
    following = ticket.watchers.exclude(user__role__in=User.STAFF_ROLES).select_related("user")
    watchers = list(following.order_by("pk")) if is_followed else []
    context = {
        "place": "tickets",
        "ticket": ticket,
        "timeline": timeline.latest(ticket, user, before=before),
        "is_latest": before is None,
        "steps": progress.steps(ticket),
        "clocks": shown_clocks(ticket),
        "facts": facts,
        "answering": answering or _answering(user, ticket, facts),
        "opens_facts": any(one.need == Need.REQUIRED for one in facts.open),
        "zones": asking.ZONES,
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


def _answering(
    user: User, ticket: Ticket, facts: Facts, data: QueryDict | None = None, files: Any = None
) -> AnswerForm | None:
    """The questions to answer in place: those of the engineer first of all. None where nothing is open."""
    if not ticket.is_active or ticket.request_type is None:
        return None
    waits = ticket.status == Ticket.Status.PENDING and facts.asked_back
    asked = facts.asked_back if waits else facts.open
    if not asked:
        return None
    return AnswerForm(data, files, ticket=ticket, author=user, asked=asked, auto_id="answer_%s")


def _find(user: User, number: int) -> Ticket:
    tickets = Ticket.objects.visible_to(user).select_related(
        *("requester", "organization", "assignee", "product", "application", "follows", "came_from"),
        "request_type",
    )
    # What most tickets do not have is looked for only where there is some.
    this = Ticket.objects.filter(pk=OuterRef("pk"))
    tickets = with_file_names(tickets).annotate(
        is_followed=Exists(this.filter(watchers__isnull=False)),
        has_hand_overs=Exists(this.filter(hand_overs__isnull=False)),
        has_known_issues=Exists(
            this.filter(Q(known_issue_links__isnull=False) | Q(merged__known_issue_links__isnull=False))
        ),
    )
    return get_object_or_404(tickets.prefetch_related("clocks"), number=number)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _sent(request: SignedInRequest, ticket: Ticket) -> HttpResponse:
    """Back to the ticket, telling the page which draft has arrived, so that the browser may forget it."""
    try:
        draft = uuid.UUID(request.POST.get("draft", ""))
    except ValueError:
        return redirect(ticket)
    return redirect(f"{ticket.get_absolute_url()}?sent={draft}#latest")
