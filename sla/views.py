"""The manager's report. Everybody else has no such page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from sla import export, reports
from sla.forms import ReportForm
from sla.models import Clock

ROWS_PER_PAGE = 50


View = Callable[[HttpRequest], HttpResponseBase]


def managers_only(view: View) -> View:
    """404 for whoever has no business with reports."""

    @login_required
    @require_safe
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponseBase:
        if not (request.user.is_authenticated and request.user.is_manager):
            raise Http404
        return view(request)

    return checked


@managers_only
def report(request: HttpRequest) -> HttpResponse:
    form = ReportForm(request.GET)
    if not form.is_valid():
        return render(request, "sla/report.html", {"form": form, "place": "reports"}, status=422)
    question, now = form.question(), timezone.now()
    return render(
        request,
        "sla/report.html",
        {
            "place": "reports",
            "form": form,
            "question": question,
            "totals": reports.in_total(question, now),
            "lines": reports.by_month(question, now),
            "source": reports.as_told_by_source(question, now),
            "targets": dict(Clock.Target.choices),
        },
    )


@managers_only
def report_rows(request: HttpRequest) -> HttpResponse:
    form = ReportForm(request.GET)
    if not form.is_valid():
        return render(request, "sla/report_rows.html", {"form": form, "place": "reports"}, status=422)
    question = form.question()
    page = Paginator(reports.rows(question, timezone.now()), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "sla/report_rows.html",
        {"place": "reports", "form": form, "question": question, "page": page},
    )


@managers_only
def report_csv(request: HttpRequest) -> HttpResponseBase:
    form = ReportForm(request.GET)
    if not form.is_valid():
        return render(request, "sla/report.html", {"form": form, "place": "reports"}, status=422)
    question = form.question()
    response = StreamingHttpResponse(
        export.lines(question, timezone.now()), content_type="text/csv; charset=utf-8"
    )
    name = f"sla-{form.cleaned_data['since']}-{form.cleaned_data['until']}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
