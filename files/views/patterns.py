"""Settings: how logs are read, and a box to try it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import admin_required
from accounts.requests import SignedInRequest
from files import proposing
from files.forms import PatternForm, TryForm
from files.masking import masked_text
from files.models import LogPattern
from files.reading import read_text


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def patterns(request: SignedInRequest) -> HttpResponse:
    """All patterns in their order. A text that is posted is read by those in use, and shown masked."""
    form = TryForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"section": "log_patterns", "place": "settings", "form": form}
    status = 200
    if form.is_bound and form.is_valid():
        found = read_text(form.cleaned_data["text"])
        context["found"] = proposing.from_findings(request.user, found, get_language() or "")
        context["lines"] = found.facts
        masked, report = masked_text(form.cleaned_data["text"])
        context["masked"], context["masked_text"] = report, masked
    elif form.is_bound:
        status = 422
    context["patterns"] = LogPattern.objects.select_related("product")
    return render(request, "files/patterns.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def pattern(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Write a pattern, or change one."""
    row = get_object_or_404(LogPattern, pk=pk) if pk else None
    form = PatternForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Logs that arrive from now on are read with it."))
        return redirect("log_patterns")
    context = {"section": "log_patterns", "place": "settings", "form": form, "pattern": row}
    return render(request, "files/pattern.html", context, status=422 if form.is_bound else 200)


@require_POST
@admin_required
def remove_pattern(request: SignedInRequest, pk: int) -> HttpResponse:
    """Only patterns that were written here: a shipped one is switched off instead."""
    row = get_object_or_404(LogPattern.objects.filter(key=None), pk=pk)
    row.delete()
    messages.success(request, _("The pattern is removed."))
    return redirect("log_patterns")
