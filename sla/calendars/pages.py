"""What the pages of calendars share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import User
from accounts.requests import SignedInRequest
from helpdesk.templatetags.look import babel_locale
from sla import worktime
from sla.calendars import drafts, years, zones
from sla.calendars.forms import TryForm
from sla.models import Calendar, CalendarDraft

FIRST_YEAR, LAST_YEAR = 1971, 2199


def page(
    request: SignedInRequest, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    shell = {"place": "settings", "section": "calendars"}
    return render(request, f"sla/calendars/{template}", {**shell, **context}, status=status)


def year_of(
    request: SignedInRequest, counted_on: worktime.Calendar, definition: Mapping[str, Any]
) -> dict[str, Any]:
    today = timezone.now().astimezone(counted_on.tzinfo).date()
    asked = request.GET.get("year", "")
    is_year = asked.isdecimal() and len(asked) == 4
    number = min(max(int(asked), FIRST_YEAR), LAST_YEAR) if is_year else today.year
    return {
        "year": years.lay_out(counted_on, definition, number),
        "today": today,
        "previous_year": number - 1 if number > FIRST_YEAR else None,
        "next_year": number + 1 if number < LAST_YEAR else None,
    }


def trying_of(request: SignedInRequest, key: str, zone: str) -> dict[str, Any]:
    initial = {"at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "zone": own_zone(), "hours": 8, "minutes": 0}
    return {"try_form": TryForm(initial=initial, calendar_zone=zone, own_zone=own_zone()), "key": key}


def own_zone() -> str:
    return timezone.get_current_timezone_name()


def zone_choices() -> list[tuple[str, str]]:
    return zones.choices(babel_locale())


def draft_by_key(author: User, key: str) -> CalendarDraft:
    """This person's draft of the calendar; 404 without such a calendar, or a new one that was not begun."""
    if key == "new":
        return get_object_or_404(CalendarDraft, author=author, calendar=None)
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        raise Http404
    return drafts.draft_of(author, get_object_or_404(Calendar, pk=key))
