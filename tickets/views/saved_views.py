"""Saved views: the list, the form, and what one press does to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import staff_required
from accounts.requests import SignedInRequest
from accounts.sharing import can_edit
from helpdesk.errors import Refused
from saved_views import actions, shipped
from saved_views.models import SavedView, arranged
from tickets import counting
from tickets.asked import Asked
from tickets.forms.saved_views import SavedViewForm
from tickets.query.asker import Asker
from tickets.query.reading import read
from tickets.views import queue


@require_safe
@staff_required
def views(request: SignedInRequest) -> HttpResponse:
    """Every view this person may use: those in the menu first, in its order."""
    user = request.user
    found = list(
        SavedView.objects.visible_to(user)
        .select_related("owner")
        .with_pins_of(user)
        .order_by("position", "pk")
    )
    pinned = arranged(found)
    asker = Asker(user, timezone.now())
    counts = counting.counted([view.query for view in found], asker)
    places = {view.pk: place for place, view in enumerate(pinned, start=1)}
    rows = [
        {
            "view": view,
            "place": places.get(view.pk),
            "count": counting.shown(counts[view.query]),
            "chips": read(view.query, asker).chips,
            "can_edit": can_edit(user, view),
        }
        for view in (*pinned, *(one for one in found if one.pk not in places))
    ]
    return render(request, "tickets/saved_views.html", {"place": "views", "rows": rows, "last": len(pinned)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def write(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Make a view of the list in the address, or change one."""
    view = _editable(request, pk) if pk else None
    asked = Asked.saved(view) if view else replace(queue.asked_of(request), view=None)
    if request.method != "POST":
        return _form(request, SavedViewForm(user=request.user, asked=asked), view, 200)
    form = SavedViewForm(request.POST, user=request.user, asked=asked)
    if not form.is_valid():
        return _form(request, form, view, 422)
    words = form.cleaned_data
    if view and view.code and words["name"] == str(shipped.NAMES.get(view.code, "")):
        # The name that it came with stays in both languages.
        words["name"] = ""
    try:
        saved = actions.save(view, by=request.user, **words)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _form(request, form, view, 422)
    messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
    return redirect(_address(saved))


def _form(request: SignedInRequest, form: SavedViewForm, view: SavedView | None, status: int) -> HttpResponse:
    context = {"place": "views", "form": form, "view": view}
    return render(request, "tickets/saved_view.html", context, status=status)


@require_POST
@staff_required
def keep(request: SignedInRequest, pk: int) -> HttpResponse:
    """Save a view as it is looked at now: `queue` is the list's query."""
    view = _editable(request, pk)
    asked = queue.asked_of(request, QueryDict(request.POST.get("queue", "")[:2000]))
    reading = read(asked.text, Asker(request.user, timezone.now()))
    if asked.view != view or reading.problems:
        raise PermissionDenied
    kept = {"sort": asked.sort, "group": asked.group, "columns": list(asked.columns)}
    actions.save(
        view, by=request.user, name=view.name, share=view.share, tier=view.tier, query=reading.text, **kept
    )
    messages.success(request, _("“%(name)s” is saved.") % {"name": view})
    return redirect(_address(view))


@require_POST
@staff_required
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    view = _editable(request, pk)
    actions.delete(view, by=request.user)
    messages.success(request, _("“%(name)s” is gone from the lists.") % {"name": view})
    return redirect("saved_views")


def _at_once(act: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """A view for what one does to one's own menu: whoever may use a view may put it there."""

    @require_POST
    @staff_required
    def at_once(request: SignedInRequest, pk: int) -> HttpResponse:
        act(_visible(request, pk), by=request.user)
        return redirect("saved_views")

    return at_once


pin = _at_once(actions.pin)
unpin = _at_once(actions.unpin)
up = _at_once(partial(actions.move, up=True))
down = _at_once(partial(actions.move, up=False))


def _visible(request: SignedInRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)


def _editable(request: SignedInRequest, pk: int) -> SavedView:
    view = _visible(request, pk)
    if not can_edit(request.user, view):
        raise PermissionDenied
    return view


def _address(view: SavedView) -> str:
    return f"{reverse('queue')}?view={view.pk}"
