"""How calendars are told: hours, weeks, and what one version changed about another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Literal

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from helpdesk.templatetags.look import babel_locale, day
from sla.calendars.editing import Choice, choice_of, name_of
from sla.worktime import MINUTES_A_DAY, ONE_DAY, WEEKDAYS, Calendar, Segment, format_time

HOUR = timedelta(hours=1)

Width = Literal["abbreviated", "narrow", "wide"]


def weekday(number: int, width: Width = "wide") -> str:
    """Monday is 0."""
    return str(get_day_names(width, "stand-alone", babel_locale())[number])


def hours(segments: Iterable[Segment]) -> str:
    """09:00–12:00, 13:30–18:00"""
    told = [_segment(segment) for segment in segments]
    return pgettext("between hours of a day", ", ").join(told) or pgettext("hours of a day", "closed")


def _segment(segment: Segment) -> str:
    if segment == (0, MINUTES_A_DAY):
        return _("24 hours")
    return "–".join(format_time(edge) for edge in segment)


def amount(open_time: timedelta) -> str:
    """Open time in hours with at most two digits after the point: "2,108", "8.5"."""
    return str(format_decimal(round(open_time / HOUR, 2), format="#,##0.##", locale=babel_locale()))


def week(calendar: Calendar) -> list[tuple[str, str]]:
    """Days with the same hours together: ("Mon–Fri", "09:00–17:30"), ("Sat, Sun", "closed")."""
    told = []
    for segments, numbers in groupby(range(7), key=lambda number: calendar.weekly[number]):
        told.append((_days(list(numbers)), hours(segments)))
    return told


def _days(numbers: Sequence[int]) -> str:
    first, last = weekday(numbers[0], "abbreviated"), weekday(numbers[-1], "abbreviated")
    if len(numbers) == 7:
        return _("every day")
    return first if len(numbers) == 1 else pgettext("days of the week", "%s – %s") % (first, last)


def long_day(value: date) -> str:
    """Thursday, 1 October 2026 · 2026年10月1日星期四"""
    return str(format_date(value, "full", locale=babel_locale()))


def short_day(value: date) -> str:
    """With its day of the week: Thu 1 Oct 2026 · 2026年10月1日 周四"""
    told = {"weekday": weekday(value.weekday(), "abbreviated"), "day": day(value)}
    return pgettext("a date", "%(weekday)s %(day)s") % told


@dataclass(frozen=True)
class Difference:
    """A sentence about what changed, `before` and `after`."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What the new form says otherwise than the old: the zone, days of the week, dates."""
    before, after = Calendar.from_definition(old), Calendar.from_definition(new)
    found = []
    if before.zone != after.zone:
        found.append(Difference(_("Time zone"), before.zone, after.zone))
    found += [
        Difference(weekday(number), hours(before.weekly[number]), hours(after.weekly[number]))
        for number in range(len(WEEKDAYS))
        if before.weekly[number] != after.weekly[number]
    ]
    return [*found, *_dates(old, new)]


def _dates(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Dates one after the other that changed alike are told together."""
    changed = [
        (key, _on(old, key), _on(new, key))
        for key in sorted(_special(old) | _special(new))
        if _differs(old, new, key)
    ]
    run: list[date] = []
    told = ("", "")
    for key, before, after in changed:
        if run and (key != run[-1] + ONE_DAY or told != (before, after)):
            yield Difference(_span(run), *told)
            run = []
        told = before, after
        run.append(key)
    if run:
        yield Difference(_span(run), *told)


def _special(definition: Mapping[str, Any]) -> set[date]:
    return {
        date.fromisoformat(key) for key in (*definition.get("holidays", ()), *definition.get("shifts", {}))
    }


def _differs(old: Mapping[str, Any], new: Mapping[str, Any], key: date) -> bool:
    """By what is kept, not by how it is told: a name may differ in the other language only."""
    return any(_kept(old, part, key) != _kept(new, part, key) for part in ("holidays", "shifts", "names"))


def _kept(definition: Mapping[str, Any], part: str, key: date) -> Any:
    kept = definition.get(part) or {}
    return kept.get(key.isoformat()) if isinstance(kept, dict) else key.isoformat() in kept


def _on(definition: Mapping[str, Any], key: date) -> str:
    """What a date is by itself, with its name: "holiday (National Day)", "09:00–13:00 (Christmas Eve)"."""
    choice, name = choice_of(definition, key), name_of(definition, key)
    if choice is Choice.USUAL:
        return _("as every week")
    told = {Choice.HOLIDAY: _("holiday"), Choice.CLOSED: pgettext("hours of a day", "closed")}.get(choice)
    if told is None:
        told = hours(dict(Calendar.from_definition(definition).overrides)[key])
    return f"{told} ({name})" if name else told


def _span(run: Sequence[date]) -> str:
    if len(run) == 1:
        return short_day(run[0])
    return _("%(first)s to %(last)s") % {"first": short_day(run[0]), "last": short_day(run[-1])}


def working_days(count: int) -> str:
    return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}
