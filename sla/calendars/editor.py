"""Editing a calendar: changes are prepared in a draft, reviewed, and put in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import manager_required
from accounts.requests import SignedInRequest
from helpdesk.errors import InvalidInput
from helpdesk.templatetags.look import babel_locale
from sla import calendar_rules
from sla.calendars import drafts, editing, previews, public_holidays, words
from sla.calendars.editing import Choice
from sla.calendars.forms import DayForm, HolidaysForm, WeekForm, written_hours
from sla.calendars.pages import draft_by_key, page, trying_of, year_of, zone_choices
from sla.models import CalendarDraft
from sla.worktime import WEEKDAYS

WORKDAYS, ALL_DAYS = WEEKDAYS[:5], WEEKDAYS


@manager_required
@require_safe
def draft(request: SignedInRequest, key: str) -> HttpResponse:
    edited = draft_by_key(request.user, key)
    counted_on = previews.with_rules_of_today(edited.definition)
    return page(
        request,
        "draft.html",
        {
            **_of_draft(edited, key),
            "counted_on": counted_on,
            "is_current": True,
            **year_of(request, counted_on, edited.definition),
            **trying_of(request, key, counted_on.zone),
        },
    )


def _of_draft(edited: CalendarDraft, key: str) -> dict[str, Any]:
    before = edited.based_on.definition if edited.based_on else None
    problems = calendar_rules.validate(edited.definition, timezone.now().date())
    return {
        "key": key,
        "draft": edited,
        "is_draft": True,
        "calendar": edited.calendar,
        "definition": edited.definition,
        "changes": words.differences(before, edited.definition) if before else [],
        "refusals": [calendar_rules.explain(one) for one in problems if not one.is_warning],
        "warnings": [calendar_rules.explain(one) for one in problems if one.is_warning],
        "is_overtaken": bool(edited.pk and edited.calendar and edited.calendar.current != edited.based_on),
    }


def _to_draft(key: str, day: date | None = None) -> HttpResponseRedirect:
    address = reverse("calendar_draft", args=[key])
    return HttpResponseRedirect(f"{address}?year={day.year}#d{day.isoformat()}" if day else address)


@manager_required
def week(request: SignedInRequest, key: str) -> HttpResponse:
    edited = draft_by_key(request.user, key)
    if request.method != "POST":
        hours = edited.definition.get("hours", {})
        initial = {"zone": edited.definition["tz"]}
        initial |= {day: written_hours(hours.get(day, ())) for day in WEEKDAYS}
        return _week_page(request, edited, key, WeekForm(initial=initial))
    if copied := request.POST.get("copy"):
        return _week_page(request, edited, key, WeekForm(initial=_copied(request.POST, copied)))
    form = WeekForm(request.POST)
    if not form.is_valid():
        return _week_page(request, edited, key, form, status=422)
    drafts.change(edited, editing.with_week(edited.definition, form.cleaned_data["zone"], form.hours()))
    return _to_draft(key)


def _copied(typed: Mapping[str, str], what: str) -> dict[str, str]:
    """The form as typed, with the hours of one day on others: "mon:workdays", "mon:all"."""
    day, _colon, onto = what.partition(":")
    targets = ALL_DAYS if onto == "all" else WORKDAYS
    fields = {name: str(typed.get(name, "")) for name in ("zone", *WEEKDAYS)}
    return fields | {target: fields.get(day, "") for target in targets}


def _week_page(
    request: SignedInRequest, edited: CalendarDraft, key: str, form: WeekForm, status: int = 200
) -> HttpResponse:
    return page(
        request, "week.html", {**_of_draft(edited, key), "form": form, "zones": zone_choices()}, status=status
    )


@manager_required
def day(request: SignedInRequest, key: str) -> HttpResponse:
    edited = draft_by_key(request.user, key)
    if request.method == "POST":
        form = DayForm(request.POST)
        if form.is_valid():
            definition: Mapping[str, Any] = edited.definition
            for one in form.dates():
                definition = editing.with_day(
                    definition,
                    one,
                    Choice(form.cleaned_data["choice"]),
                    form.cleaned_data["hours"],
                    form.cleaned_data["name"].strip(),
                )
            try:
                drafts.change(edited, definition)
            except InvalidInput as refused:
                form.add_error("hours", str(refused))
            else:
                return _to_draft(key, form.cleaned_data["day"])
        return _day_page(request, edited, key, form, status=422)
    return _day_page(request, edited, key, DayForm(initial=_day_now(edited, request.GET.get("day", ""))))


def _day_now(edited: CalendarDraft, asked: str) -> dict[str, Any]:
    """What the draft says about a date, as the form shows it; usual hours are ready for a make-up workday."""
    definition = edited.definition
    usual = _usual_hours(definition)
    try:
        asked_day = date.fromisoformat(asked)
    except ValueError:
        return {"choice": Choice.HOLIDAY.value, "hours": written_hours(usual)}
    choice = editing.choice_of(definition, asked_day)
    of_week = definition["hours"].get(WEEKDAYS[asked_day.weekday()]) or usual
    own = definition.get("shifts", {}).get(asked_day.isoformat()) or of_week
    return {
        "day": asked_day,
        "choice": choice.value,
        "hours": written_hours(own),
        "name": editing.name_of(definition, asked_day),
    }


def _day_page(
    request: SignedInRequest, edited: CalendarDraft, key: str, form: DayForm, status: int = 200
) -> HttpResponse:
    return page(request, "day.html", {**_of_draft(edited, key), "form": form}, status=status)


@manager_required
@require_POST
def forget_days(request: SignedInRequest, key: str) -> HttpResponse:
    """Let the ticked dates be like their week again."""
    edited = draft_by_key(request.user, key)
    days = _ticked(request)
    if days:
        drafts.change(edited, editing.without_days(edited.definition, days))
    return _to_draft(key, days[0] if days else None)


def _ticked(request: SignedInRequest) -> list[date]:
    days = []
    for text in request.POST.getlist("day"):
        try:
            days.append(date.fromisoformat(text))
        except ValueError:
            raise InvalidInput(_("“%s” is not a date.") % text) from None
    return days


@manager_required
def holidays(request: SignedInRequest, key: str) -> HttpResponse:
    """A country's holidays as a proposal; what is ticked goes into the draft (rule A4)."""
    edited = draft_by_key(request.user, key)
    asked = request.POST if request.method == "POST" else request.GET
    country = str(asked.get("country", ""))
    known = dict(public_holidays.countries(babel_locale()))
    form = HolidaysForm(asked if country else None, country=country if country in known else "")
    context: dict[str, Any] = {**_of_draft(edited, key), "form": form, "this_year": timezone.now().year}
    if not form.is_bound:
        return page(request, "holidays.html", context)
    if not form.is_valid():
        return page(request, "holidays.html", context, status=422)
    wanted = form.cleaned_data
    proposed = public_holidays.propose(
        country, wanted["subdivision"], range(wanted["first"], wanted["last"] + 1)
    )
    if request.method == "POST":
        return _take(request, edited, key, proposed)
    context["country"] = known[country]
    context["unannounced"] = public_holidays.unannounced(country, wanted["subdivision"], proposed)
    context["rows"] = [_Row.of(edited.definition, one) for one in proposed]
    context["works_like"] = written_hours(_usual_hours(edited.definition))
    return page(request, "holidays.html", context)


@dataclass(frozen=True)
class _Row:
    """A proposed date beside what the draft has there already."""

    proposed: public_holidays.Proposed
    name: str
    has: Choice
    is_same: bool

    @classmethod
    def of(cls, definition: Mapping[str, Any], one: public_holidays.Proposed) -> _Row:
        has = editing.choice_of(definition, one.day)
        name = str(one.names.get(editing.language()) or next(iter(one.names.values()), ""))
        wanted = Choice.HOURS if one.works else Choice.HOLIDAY
        return cls(one, name, has, has is wanted)

    @property
    def is_conflict(self) -> bool:
        """The date is something else already: taking it needs a second look (A6)."""
        return self.has is not Choice.USUAL and not self.is_same


def _usual_hours(definition: Mapping[str, Any]) -> list[list[str]]:
    """Those of the first day of the week that has any."""
    hours: dict[str, list[list[str]]] = definition["hours"]
    return next((hours[day] for day in WEEKDAYS if hours.get(day)), [])


def _take(
    request: SignedInRequest,
    edited: CalendarDraft,
    key: str,
    proposed: list[public_holidays.Proposed],
) -> HttpResponse:
    ticked = set(_ticked(request))
    taken = [one for one in proposed if one.day in ticked]
    hours = _usual_hours(edited.definition)
    if any(one.works for one in taken) and not hours:
        raise InvalidInput(_("The week has no hours for a make-up workday. Enter them first."))
    drafts.change(edited, editing.with_proposals(edited.definition, taken, hours))
    told = ngettext("%s day taken over.", "%s days taken over.", len(taken)) % len(taken)
    messages.success(request, told)
    return _to_draft(key, taken[0].day if taken else None)


@manager_required
def review(request: SignedInRequest, key: str) -> HttpResponse:
    """What would change and which deadlines move; then put it in force."""
    edited = draft_by_key(request.user, key)
    if request.method == "POST":
        if not edited.pk:
            raise InvalidInput(_("Nothing is changed."))
        version = drafts.put_in_force(edited, by=request.user, note=request.POST.get("note", ""))
        messages.success(
            request,
            _("Version %(number)s of “%(calendar)s” is in force. Open tickets follow within seconds.")
            % {"number": version.number, "calendar": version.calendar}
            if version.number > 1
            else _("“%s” is ready. Policies can count on it now.") % version.calendar,
        )
        return redirect("calendar", version.calendar_id)
    context = _of_draft(edited, key)
    if edited.calendar and not context["refusals"] and not context["is_overtaken"]:
        counted_on = previews.with_rules_of_today(edited.definition)
        context["preview"] = previews.preview(edited.calendar, counted_on, timezone.now())
    return page(request, "review.html", context)


@manager_required
@require_POST
def discard(request: SignedInRequest, key: str) -> HttpResponse:
    edited = draft_by_key(request.user, key)
    drafts.discard(edited)
    messages.success(request, _("Your changes are thrown away. The calendar is as it was."))
    return redirect("calendar", edited.calendar_id) if edited.calendar_id else redirect("calendars")
