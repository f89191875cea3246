"""How the pages of calendars tell days, hours and amounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.templatetags.look import babel_locale
from sla.calendars import words
from sla.calendars.years import Day, Kind
from sla.reapplying import Standing
from sla.templatetags.sla_moves import told_standing
from sla.worktime import Calendar, Segment

register = template.Library()

KINDS: dict[Kind, str | Promise] = {
    Kind.OPEN: gettext_lazy("open as every week"),
    Kind.OFF: gettext_lazy("closed every week"),
    Kind.HOLIDAY: gettext_lazy("public holiday"),
    Kind.CLOSING: gettext_lazy("closed for another reason"),
    Kind.MAKE_UP: gettext_lazy("make-up workday"),
    Kind.SHORT: gettext_lazy("short day"),
    Kind.OTHER: gettext_lazy("other hours"),
}
MARKS: dict[Kind, str | Promise] = {
    Kind.HOLIDAY: pgettext_lazy("mark of a holiday in the year", "H"),
    Kind.CLOSING: pgettext_lazy("mark of an extra closing in the year", "×"),
    Kind.MAKE_UP: pgettext_lazy("mark of a make-up workday in the year", "+"),
    Kind.SHORT: pgettext_lazy("mark of a short day in the year", "½"),
    Kind.OTHER: pgettext_lazy("mark of a day with other hours in the year", "~"),
}

register.filter("hours_told", words.hours)
register.filter("amount", words.amount)
register.filter("long_day", words.long_day)
register.filter("short_day", words.short_day)
register.filter("working_days", words.working_days)


@register.filter
def kind_name(kind: Kind) -> str:
    return str(KINDS[kind])


@register.filter
def mark(kind: Kind) -> str:
    return str(MARKS.get(kind, ""))


@register.simple_tag
def marked_kinds() -> list[tuple[Kind, str, str]]:
    """For the legend: each kind with its mark and its name."""
    return [(kind, mark(kind), kind_name(kind)) for kind in Kind]


@register.filter
def told(day: Day) -> str:
    """A day of the year in a sentence: Thursday, 1 October 2026: public holiday, National Day."""
    parts = [kind_name(day.kind)]
    if day.name:
        parts.append(day.name)
    if day.hours:
        parts.append(words.hours(day.hours))
        parts.append(_("%s h") % words.amount(day.open_time))
    return f"{words.long_day(day.date)}: {', '.join(parts)}"


@register.filter
def standing(where: Standing) -> str:
    """Where a promise stands: due, or what is left in a pause."""
    return told_standing(where.state, where.due_at, where.remaining)


@register.filter
def month_name(first: date) -> str:
    return str(format_date(first, "LLLL", locale=babel_locale()))


@register.simple_tag
def weekdays(width: words.Width = "narrow") -> list[str]:
    return [words.weekday(number, width) for number in range(7)]


@register.simple_tag
def week_bars(
    calendar: Calendar,
) -> list[tuple[str, list[tuple[float, float]], tuple[Segment, ...], timedelta]]:
    """For the drawing of a week: day, (start, width) in percent of the day, hours and their sum."""
    return [
        (
            words.weekday(number, "abbreviated"),
            [(opens / 14.4, (closes - opens) / 14.4) for opens, closes in segments],
            segments,
            _sum(segments),
        )
        for number, segments in enumerate(calendar.weekly)
    ]


def _sum(segments: Iterable[Segment]) -> timedelta:
    return timedelta(minutes=sum(closes - opens for opens, closes in segments))


@register.simple_tag
def week_sum(calendar: Calendar) -> timedelta:
    return sum((_sum(segments) for segments in calendar.weekly), timedelta(0))


@register.simple_tag
def wall_time(instant: datetime, zone: str) -> str:
    """An instant on the clock of a zone: Thu 1 Oct 2026, 09:30"""
    local = instant.astimezone(ZoneInfo(zone))
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{words.short_day(local.date())} {clock}"
