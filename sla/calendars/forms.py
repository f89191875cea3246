"""What a person may say about a calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from helpdesk.templatetags.look import babel_locale
from sla import calendar_rules, worktime
from sla.calendars import public_holidays, words, zones
from sla.calendars.editing import Choice
from sla.models import Calendar
from sla.worktime import ONE_DAY, WEEKDAYS, InvalidCalendar, format_time, parse_time

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2200, 12, 31)
LONGEST_RUN = timedelta(days=62)
MOST_HOURS = 10_000

AROUND_THE_CLOCK = re.compile(r"24(?::00)?\s*(?:h|hours?|小时)|全天", re.IGNORECASE)
CLOSED = re.compile(r"closed|off|休息?|关闭|-*", re.IGNORECASE)
BETWEEN_SEGMENTS = re.compile(r"[,;，；、\n]")
BETWEEN_TIMES = re.compile(r"\s*(?:-|–|—|~|～|to|至|到)\s*", re.IGNORECASE)
TIME = re.compile(r"(\d{1,2})(?:[:.：h](\d{2})?)?", re.IGNORECASE)


def read_hours(text: str) -> list[list[str]]:
    """Pairs of "HH:MM" from "9-12, 13:30–18:00"; none from nothing or "closed".

    Raises ValueError with the part that cannot be read.
    """
    text = text.strip()
    if CLOSED.fullmatch(text):
        return []
    if AROUND_THE_CLOCK.fullmatch(text):
        return [["00:00", "24:00"]]
    return [_read_pair(part.strip()) for part in BETWEEN_SEGMENTS.split(text) if part.strip()]


def _read_pair(text: str) -> list[str]:
    edges = BETWEEN_TIMES.split(text)
    if len(edges) != 2:
        raise ValueError(text)
    return [_read_time(edge) for edge in edges]


def _read_time(text: str) -> str:
    match = TIME.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    return format_time(parse_time(f"{int(match[1]):02d}:{match[2] or '00'}"))


class HoursField(forms.CharField):
    """Hours of a day as people write them; gives pairs of times, as the calendar's plain form has them."""

    default_error_messages = {
        "unreadable": _("“%(text)s” cannot be read. Write hours like 09:00–12:00, 13:30–18:00.")
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "max_length": 200, **options})
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "class": "hours"}

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_hours(text)
        except ValueError as error:
            raise ValidationError(
                self.error_messages["unreadable"], code="unreadable", params={"text": str(error)}
            ) from None


def written_hours(pairs: Sequence[Sequence[str]]) -> str:
    """As the field shows it: 09:00–12:00, 13:30–18:00"""
    return ", ".join("–".join(pair) for pair in pairs)


class ZoneField(forms.CharField):
    """A time zone, searched by its name or its city."""

    default_error_messages = {"unknown": _("“%(zone)s” is not a known time zone. Choose one from the list.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(label=_("Time zone"), max_length=64, **options)
        self.widget.attrs |= {"list": "zones", "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        zone = str(super().clean(value)).strip()
        by_label = {label.casefold(): name for name, label in zones.choices(babel_locale())}
        by_name = {name.casefold(): name for name in (zone, *zones.names())}
        found = by_label.get(zone.casefold()) or by_name[zone.casefold()]
        try:
            ZoneInfo(found)
        except (KeyError, ValueError, OSError):
            message = self.error_messages["unknown"]
            raise ValidationError(message, code="unknown", params={"zone": zone}) from None
        return found


class NameForm(forms.Form):
    """What a calendar is called; `calendar` is the one that has the name already."""

    name = forms.CharField(label=_("Name"), max_length=80)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=80, required=False)

    def __init__(self, *args: Any, calendar: Calendar | None = None, **options: Any) -> None:
        names = {"name": calendar.name, "name_zh": calendar.name_zh} if calendar else {}
        super().__init__(*args, **{"initial": names, **options})
        self.calendar = calendar

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        others = Calendar.objects.filter(name__iexact=name)
        if self.calendar:
            others = others.exclude(pk=self.calendar.pk)
        if others.exists():
            raise ValidationError(_("There is a calendar called “%s” already.") % name)
        return name


class NewForm(NameForm):
    """A new calendar: called how, in which zone, beginning with which hours."""

    zone = ZoneField()
    like = forms.ChoiceField(label=_("Begin with"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        copies = [(str(one.pk), _("The hours and dates of “%s”") % one) for one in Calendar.objects.all()]
        self.fields["like"] = forms.ChoiceField(
            label=_("Begin with"),
            choices=[
                ("office", _("Monday to Friday, 09:00–17:30")),
                ("always", _("Around the clock, every day")),
                *copies,
            ],
        )


class WeekForm(forms.Form):
    """The zone, and the hours of each day of the week. Asks the calendar's rules about the whole week."""

    zone = ZoneField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for number, day in enumerate(WEEKDAYS):
            self.fields[day] = HoursField(label=words.weekday(number))

    @property
    def days(self) -> Iterator[forms.BoundField]:
        for day in WEEKDAYS:
            yield self[day]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            week = {"tz": cleaned["zone"], "hours": self.hours()}
            try:
                worktime.Calendar.from_definition(calendar_rules.split_overnight(week))
            except InvalidCalendar as refused:
                for problem in refused.problems:
                    day = problem.params.get("day")
                    self.add_error(day if day in WEEKDAYS else None, calendar_rules.explain(problem))
        return cleaned

    def hours(self) -> dict[str, list[list[str]]]:
        return {day: self.cleaned_data[day] for day in WEEKDAYS}


class DayForm(forms.Form):
    """One date, or a run of dates: like its week, a holiday, closed, or with hours of its own."""

    day = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(
        label=_("and every day up to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    choice = forms.ChoiceField(
        label=_("On this date"),
        widget=forms.RadioSelect,
        choices=[
            (Choice.USUAL.value, _("As every week")),
            (Choice.HOLIDAY.value, _("Public holiday: closed all day")),
            (Choice.CLOSED.value, _("Closed for another reason")),
            (Choice.HOURS.value, _("Hours of its own: a make-up workday, a short day")),
        ],
    )
    hours = HoursField(label=_("Hours on this date"))
    name = forms.CharField(
        label=_("Called"),
        required=False,
        max_length=80,
        help_text=_("The name of the holiday, or the reason. People see it in the year."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("day"), cleaned.get("until")
        if first and not FIRST_DAY <= first <= LAST_DAY:
            self.add_error("day", _("Choose a date between 1970 and 2200."))
        elif first and last and last < first:
            self.add_error("until", _("The end lies before the start."))
        elif first and last and last - first > LONGEST_RUN:
            self.add_error("until", _("At most two months at a time."))
        if cleaned.get("choice") == Choice.HOURS and not cleaned.get("hours") and "hours" not in self.errors:
            self.add_error("hours", _("Enter the hours, or choose “closed”."))
        return cleaned

    def dates(self) -> list[date]:
        first = self.cleaned_data["day"]
        last = self.cleaned_data["until"] or first
        return [first + number * ONE_DAY for number in range((last - first).days + 1)]


class HolidaysForm(forms.Form):
    """Which country's holidays, and of which years."""

    country = forms.ChoiceField(label=_("Country"))
    subdivision = forms.ChoiceField(label=_("State or province"), required=False)
    first = forms.IntegerField(label=_("From year"), min_value=public_holidays.FIRST_YEAR, max_value=2100)
    last = forms.IntegerField(label=_("to year"), min_value=public_holidays.FIRST_YEAR, max_value=2100)

    def __init__(self, data: Any, *, country: str) -> None:
        super().__init__(data)
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"), choices=[("", ""), *public_holidays.countries(babel_locale())]
        )
        parts = public_holidays.subdivisions(country) if country else []
        self.fields["subdivision"] = forms.ChoiceField(
            label=_("State or province"), required=False, choices=[("", _("the whole country")), *parts]
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and not first <= last <= first + 4:
            self.add_error("last", _("One to five years at a time."))
        return cleaned


class WallTimeField(forms.CharField):
    """A moment as a clock on the wall tells it, without a zone: another field says which."""

    default_error_messages = {"unreadable": _("Choose a date between 1970 and 2200, and a time.")}
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value))
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is not None or not FIRST_DAY <= at.date() <= LAST_DAY:
            raise ValidationError(self.error_messages["unreadable"], code="unreadable")
        return at


class TryForm(forms.Form):
    """An instant and a target."""

    at = WallTimeField(label=_("Filed at"))
    zone = forms.ChoiceField(label=_("on the clock of"))
    hours = forms.IntegerField(label=_("Target, hours"), min_value=0, max_value=MOST_HOURS)
    minutes = forms.IntegerField(
        label=pgettext_lazy("part of a target", "minutes"), min_value=0, max_value=59, required=False
    )

    def __init__(self, *args: Any, calendar_zone: str, own_zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = dict.fromkeys((calendar_zone, own_zone))
        self.fields["zone"] = forms.ChoiceField(label=_("on the clock of"), choices=[(z, z) for z in choices])

    def instant(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        return at.replace(tzinfo=ZoneInfo(self.cleaned_data["zone"])).astimezone(UTC)

    def target(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["hours"], minutes=self.cleaned_data["minutes"] or 0)
