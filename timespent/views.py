"""Time on a ticket, and the manager's report."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput, Refused
from sla.views import managers_only
from tickets.models import Ticket
from tickets.views import working
from timespent import actions, reports
from timespent.forms import TimeReportForm
from timespent.models import TimeEntry, Timer

SHOWN = 8


@require_safe
@login_required
def card(request: SignedInRequest, number: int) -> HttpResponse:
    """The sum, the last entries and the stopwatch of a ticket: loaded after the conversation."""
    return _card(request, working.ticket_at_work(request, number))


def _card(
    request: SignedInRequest, ticket: Ticket, *, status: int = 200, refused: str = "", typed: str = ""
) -> HttpResponse:
    if request.method == "POST" and not request.htmx:
        if refused:
            raise InvalidInput(refused)
        return redirect(ticket)
    entries = TimeEntry.objects.visible_to(request.user).on(ticket)
    total = entries.counted().aggregate(total=Sum("minutes"))["total"] or 0
    context = {
        "ticket": ticket,
        "total": timedelta(minutes=total),
        "entries": entries.select_related("person")[:SHOWN],
        "timer": Timer.objects.filter(person=request.user).first(),
        "refused": refused,
        "typed": typed,
    }
    return render(request, "timespent/_card.html", context, status=status)


@login_required
@require_POST
def log(request: SignedInRequest, number: int) -> HttpResponse:
    ticket = working.ticket_at_work(request, number)
    typed = request.POST.get("typed", "")
    try:
        actions.log(ticket, by=request.user, typed=typed)
    except Refused as refusal:
        return _card(request, ticket, status=refusal.status, refused=str(refusal), typed=typed)
    return _card(request, ticket)


@login_required
@require_POST
def timer(request: SignedInRequest, number: int) -> HttpResponse:
    """`do`: start, stop (with `typed`) or discard."""
    ticket = working.ticket_at_work(request, number)
    typed = request.POST.get("typed", "")
    try:
        match request.POST.get("do"):
            case "start":
                actions.start_timer(ticket, by=request.user)
            case "stop":
                actions.stop_timer(ticket, by=request.user, typed=typed)
            case "discard":
                actions.discard_timer(ticket, by=request.user)
            case _other:
                raise InvalidInput(_("This form is incomplete. Open it again."))
    except Refused as refusal:
        return _card(request, ticket, status=refusal.status, refused=str(refusal), typed=typed)
    return _card(request, ticket)


@login_required
@require_POST
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct one's own entry, or void it with a reason."""
    visible = TimeEntry.objects.visible_to(request.user).select_related("ticket")
    entry = get_object_or_404(visible, pk=pk)
    try:
        if "void" in request.POST:
            actions.void(entry, by=request.user, reason=request.POST.get("reason", ""))
        else:
            actions.edit(entry, by=request.user, typed=request.POST.get("typed", ""))
    except Refused as refusal:
        return _card(request, entry.ticket, status=refusal.status, refused=str(refusal))
    return _card(request, entry.ticket)


# --- The report


@managers_only
def report(request: HttpRequest) -> HttpResponse:
    form = TimeReportForm(request.GET)
    context = {"place": "reports", "report": "time", "form": form, "now": timezone.now()}
    if not form.is_valid():
        return render(request, "timespent/report.html", context, status=422)
    question = form.question()
    lines = reports.lines(question)
    total = sum(line.minutes for line in lines)
    context |= {
        "question": question,
        "lines": lines,
        "most": max((line.minutes for line in lines), default=0),
        "total": timedelta(minutes=total),
    }
    return render(request, "timespent/report.html", context)


@managers_only
def report_csv(request: HttpRequest) -> HttpResponseBase:
    form = TimeReportForm(request.GET)
    if not form.is_valid():
        return render(request, "timespent/report.html", {"form": form, "place": "reports"}, status=422)
    question = form.question()
    response = StreamingHttpResponse(reports.csv(question), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="time-{question.since}-{question.until}.csv"'
    return response
