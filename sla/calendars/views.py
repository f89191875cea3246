"""The pages of business calendars in the settings, for managers and admins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import manager_required
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput
from sla import worktime
from sla.calendars import drafts, previews, trying, words, zones
from sla.calendars.forms import NameForm, NewForm, TryForm
from sla.calendars.pages import draft_by_key, own_zone, page, trying_of, year_of, zone_choices
from sla.defaults import AROUND_THE_CLOCK, BUSINESS_HOURS
from sla.models import Calendar, CalendarVersion, ZoneDatabase
from sla.worktime import NoOpenTime

FAR = timedelta(days=400)


@manager_required
@require_safe
def calendars(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    listed = [_Listed.of(calendar, now) for calendar in Calendar.objects.all()]
    return page(
        request,
        "list.html",
        {
            "listed": listed,
            "drafts": request.user.calendar_drafts.select_related("calendar"),
            "zone_database": ZoneDatabase.objects.order_by("-first_seen_at").first(),
            "release": zones.database_version(),
        },
    )


@dataclass(frozen=True)
class _Listed:
    """A calendar as a row of the list."""

    calendar: Calendar
    version: CalendarVersion
    worktime: worktime.Calendar
    policies: list[Any]
    is_open: bool
    changes_at: datetime | None

    @classmethod
    def of(cls, calendar: Calendar, now: datetime) -> _Listed:
        version = calendar.current
        counted_on = version.worktime()
        is_open, changes_at = _open_now(counted_on, now)
        return cls(calendar, version, counted_on, previews.policies_on(calendar, now), is_open, changes_at)

    @property
    def week(self) -> list[tuple[str, str]]:
        return words.week(self.worktime)


def _open_now(calendar: worktime.Calendar, now: datetime) -> tuple[bool, datetime | None]:
    """Whether it is open, and when that ends: None for a calendar without an end, or one that never opens."""
    if calendar.is_always_open:
        return True, None
    try:
        opens = worktime.next_open(calendar, now)
    except NoOpenTime:
        return False, None
    if opens > now:
        return False, opens
    until = now + FAR
    closes = next(closes for _opens, closes in worktime.segments(calendar, now, until))
    return True, closes if closes < until else None


@manager_required
def new(request: SignedInRequest) -> HttpResponse:
    form = NewForm(request.POST or None, initial={"zone": timezone.get_current_timezone_name()})
    if request.method == "POST" and form.is_valid():
        drafts.begin(
            request.user,
            name=form.cleaned_data["name"],
            name_zh=form.cleaned_data["name_zh"],
            definition={**_beginning(form.cleaned_data["like"]), "tz": form.cleaned_data["zone"]},
        )
        return redirect("calendar_draft", "new")
    status = 422 if form.is_bound else 200
    return page(request, "new.html", {"form": form, "zones": zone_choices()}, status=status)


def _beginning(like: str) -> Mapping[str, Any]:
    """The contents that a new calendar begins with."""
    if like == "office":
        return BUSINESS_HOURS
    if like == "always":
        return AROUND_THE_CLOCK
    definition: Mapping[str, Any] = get_object_or_404(Calendar, pk=like).current.definition
    return definition


@manager_required
@require_safe
def calendar(request: SignedInRequest, pk: int) -> HttpResponse:
    """One calendar as it is in force, or as an earlier version had it."""
    shown = get_object_or_404(Calendar, pk=pk)
    current = shown.current
    version = current
    if number := request.GET.get("version", ""):
        version = get_object_or_404(shown.versions, number=number if number.isdigit() else 0)
    now, counted_on = timezone.now(), version.worktime()
    is_open, changes_at = _open_now(counted_on, now)
    return page(
        request,
        "calendar.html",
        {
            "calendar": shown,
            "version": version,
            "is_current": version == current,
            "definition": version.definition,
            "counted_on": counted_on,
            "is_open": is_open,
            "changes_at": changes_at,
            "policies": previews.policies_on(shown, now),
            "versions": _told_versions(shown),
            "draft": request.user.calendar_drafts.filter(calendar=shown).first(),
            "name_form": NameForm(calendar=shown),
            **year_of(request, counted_on, version.definition),
            **trying_of(request, str(shown.pk), counted_on.zone),
            # An earlier version is looked at, not changed.
            "day_key": str(shown.pk) if version == current else "",
            "version_query": "" if version == current else f"&version={version.number}",
        },
    )


def _told_versions(calendar: Calendar) -> list[tuple[CalendarVersion, list[words.Difference]]]:
    """Newest first, each with what it changed about the one before."""
    versions = list(calendar.versions.select_related("created_by").order_by("number"))
    before = [None, *versions[:-1]]
    told = [
        (version, words.differences(earlier.definition, version.definition) if earlier else [])
        for earlier, version in zip(before, versions, strict=True)
    ]
    return told[::-1]


@manager_required
@require_POST
def rename(request: SignedInRequest, pk: int) -> HttpResponse:
    named = get_object_or_404(Calendar, pk=pk)
    form = NameForm(request.POST, calendar=named)
    if not form.is_valid():
        raise InvalidInput(" ".join(str(error) for errors in form.errors.values() for error in errors))
    drafts.rename(named, **form.cleaned_data)
    messages.success(request, _("The calendar has its new name."))
    return redirect("calendar", pk)


@manager_required
@require_safe
def try_it(request: SignedInRequest, key: str) -> HttpResponse:
    """When something filed then would be due; of a draft with ?draft=1."""
    draft = draft_by_key(request.user, key)
    is_draft = "draft" in request.GET or draft.calendar is None
    definition = draft.definition
    if draft.calendar is not None and not is_draft:
        definition = draft.calendar.current.definition
    counted_on = previews.with_rules_of_today(definition)
    form = TryForm(request.GET, calendar_zone=counted_on.zone, own_zone=own_zone())
    context: dict[str, Any] = {
        "key": key,
        "calendar": draft.calendar,
        "draft": draft,
        "is_draft": is_draft,
        "try_form": form,
        "counted_on": counted_on,
        "own_zone": own_zone(),
    }
    status = 200 if form.is_valid() else 422
    if form.is_valid():
        try:
            context["answer"] = trying.answer(counted_on, form.instant(), form.target())
        except NoOpenTime:
            context["never"] = True
    template = "sla/calendars/_try.html" if request.htmx else "sla/calendars/try.html"
    return render(request, template, {"place": "settings", "section": "calendars", **context}, status=status)
