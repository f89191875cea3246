"""Macros: the list and the editor. They are run by `composing.views.running`."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from accounts.sharing import can_edit
from helpdesk.errors import Refused
from macros import actions, placeholders
from macros.forms import MacroForm, step_forms
from macros.models import Macro


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
