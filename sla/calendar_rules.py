"""What a form does with a calendar before saving it: overnight shifts, refusals, warnings (A2, A5-A7, A9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sla.worktime import (
    MINUTES_A_DAY,
    ONE_DAY,
    WEEKDAYS,
    Calendar,
    InvalidCalendar,
    Problem,
    elapsed,
    format_time,
    parse_time,
)

LOOK_AHEAD = timedelta(days=366)  # A9
TRANSITIONS_UNTIL = parse_time("03:30")  # A5

WEEKDAY_NAMES: Mapping[str, Promise] = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}

SENTENCES: Mapping[str, Promise] = {
    "unknown_key": _("“%(key)s” is not a part of a calendar."),
    "bad_form": _("“%(key)s” has not the form that a calendar needs there."),
    "unknown_zone": _("“%(zone)s” is not a known time zone. Choose one such as Asia/Shanghai."),
    "unknown_weekday": _("“%(day)s” is not a day of the week."),
    "bad_date": _("“%(date)s” is not a date. Write it like 2026-10-01."),
    "bad_time": _("%(day)s: “%(time)s” cannot be read. Write opening and closing like 09:00 and 17:30."),
    "ends_before_start": _("%(day)s: %(time)s ends before it starts."),
    "overlap": _("%(day)s: the hours overlap at %(time)s."),
    "holiday_and_override": _(
        "%(date)s is both a holiday and a date with hours of its own. Keep one of the two."
    ),
    "never_open": _("This calendar does not open at all in the coming year, so nothing would ever be due."),
    "near_clock_change": _(
        "%(day)s: %(time)s lies in the night hours in which %(zone)s changes its clocks. On those nights the "
        "shift is an hour or half an hour longer or shorter."
    ),
}


def explain(problem: Problem) -> str:
    """The sentence for a problem, in the reader's language."""
    params = dict(problem.params)
    if "day" in params:
        params["day"] = str(WEEKDAY_NAMES.get(params["day"], params["day"]))
    return str(SENTENCES[problem.code]) % params


def validate(calendar: Calendar | Mapping[str, Any], today: date) -> list[Problem]:
    """Everything that speaks against saving a calendar, or its plain form; warnings come last.

    A calendar with no problem but warnings (`Problem.is_warning`) may be saved.
    """
    if not isinstance(calendar, Calendar):
        try:
            calendar = Calendar.from_definition(calendar)
        except InvalidCalendar as refused:
            return list(refused.problems)
    return [*_never_open(calendar, today), *_near_clock_changes(calendar, today)]


def split_overnight(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The plain form with overnight shifts cut at midnight: 22:00-06:00 on a Monday becomes 22:00-24:00 on
    Monday and 00:00-06:00 on Tuesday (A7).

    A holiday cuts by local date, so the morning after a holiday eve stays unless that date is closed too.
    On a date with hours of its own the morning part goes to the next date, which gets hours of its own for
    it: those of its week and the morning. Times that cannot be read stay as they are, for `validate` to name.
    """
    split = dict(definition)
    if isinstance(definition.get("hours"), dict):
        split["hours"] = _split_week(definition["hours"])
    if isinstance(definition.get("shifts"), dict):
        _split_dates(split)
    return split


def _split_week(hours: Mapping[str, Any]) -> dict[str, Any]:
    split = {day: list(pairs) if isinstance(pairs, list | tuple) else pairs for day, pairs in hours.items()}
    for day, pair in _overnight(hours):
        if day not in WEEKDAYS:
            continue
        split[day].remove(pair)
        split[day].append([pair[0], "24:00"])
        if parse_time(pair[1]) > 0:
            morning = WEEKDAYS[(WEEKDAYS.index(day) + 1) % 7]
            split.setdefault(morning, []).append(["00:00", pair[1]])
    return split


def _split_dates(definition: dict[str, Any]) -> None:
    """Cut the overnight shifts of single dates in place of `shifts` and `names`."""
    before = definition["shifts"]
    shifts = definition["shifts"] = {
        day: list(pairs) if isinstance(pairs, list | tuple) else pairs for day, pairs in before.items()
    }
    for day, pair in _overnight(before):
        try:
            following = date.fromisoformat(day) + ONE_DAY
        except (ValueError, OverflowError):
            continue
        shifts[day].remove(pair)
        shifts[day].append([pair[0], "24:00"])
        if parse_time(pair[1]) > 0:
            _open_in_the_morning(definition, day, following, pair[1])


def _open_in_the_morning(definition: dict[str, Any], day: str, following: date, until: str) -> None:
    """Let `following` be open from midnight `until`, unless it is closed by itself."""
    shifts, key = definition["shifts"], following.isoformat()
    holidays = definition.get("holidays")
    if (isinstance(holidays, list) and key in holidays) or shifts.get(key) == []:
        return
    morning = ["00:00", until]
    if key in shifts:
        shifts[key] = [*shifts[key], morning]  # two shifts typed for one date must not overlap: `validate`
        return
    week = definition.get("hours")
    usual = _united(week.get(WEEKDAYS[following.weekday()]) if isinstance(week, dict) else ())
    together = _united([*usual, morning])
    if together != usual:
        shifts[key] = together
        names = definition.get("names") or {}
        if day in names and key not in names:
            definition["names"] = {**names, key: names[day]}


def _united(pairs: Any) -> list[list[str]]:
    """The hours sorted, with those that touch or overlap made one; without those that cannot be read."""
    united: list[list[str]] = []
    for opens, closes in sorted(_readable(pairs)):
        if united and opens <= united[-1][1]:
            united[-1][1] = max(united[-1][1], closes)
        else:
            united.append([opens, closes])
    return united


def _readable(pairs: Any) -> Iterator[tuple[str, str]]:
    for pair in pairs if isinstance(pairs, list | tuple) else ():
        try:
            opens, closes = (format_time(parse_time(text)) for text in pair)
        except (ValueError, TypeError):
            continue
        yield opens, closes


def _overnight(part: Any) -> Iterator[tuple[str, Sequence[str]]]:
    """The day and the pair of times of every shift that ends before it begins."""
    for day, pairs in part.items() if isinstance(part, dict) else ():
        for pair in pairs if isinstance(pairs, list | tuple) else ():
            for opens, closes in _readable([pair]):
                if closes < opens < "24:00":
                    yield str(day), pair


def _never_open(calendar: Calendar, today: date) -> Iterator[Problem]:
    """A9: at least one open minute in the coming 366 days."""
    midnight = datetime.combine(today, time.min, calendar.tzinfo)
    if elapsed(calendar, midnight, midnight + LOOK_AHEAD) < timedelta(minutes=1):
        yield Problem("never_open", {})


def _near_clock_changes(calendar: Calendar, today: date) -> Iterator[Problem]:
    """A5: an opening or closing between 00:00 and 03:30 in a zone that changes its clocks."""
    if not _changes_clocks(calendar, today):
        return
    for number, day in enumerate(WEEKDAYS):
        opens_from_yesterday = _closes_at_midnight(calendar.weekly[number - 1])
        for edge in _edges(calendar.weekly[number], opens_from_yesterday):
            yield _near_clock_change(calendar, day, edge)
    for override, hours in calendar.overrides:
        opens_from_yesterday = _closes_at_midnight(calendar.hours_on(override - ONE_DAY))
        for edge in _edges(hours, opens_from_yesterday):
            yield _near_clock_change(calendar, override.isoformat(), edge)


def _near_clock_change(calendar: Calendar, day: str, edge: int) -> Problem:
    params = {"day": day, "time": format_time(edge), "zone": calendar.zone}
    return Problem("near_clock_change", params, is_warning=True)


def _edges(hours: Sequence[tuple[int, int]], opens_from_yesterday: bool) -> Iterator[int]:
    """Openings and closings in the hours of clock changes; going on past midnight is neither."""
    for segment in hours:
        for edge in segment:
            if edge <= TRANSITIONS_UNTIL and not (edge == 0 and opens_from_yesterday):
                yield edge


def _closes_at_midnight(hours: Sequence[tuple[int, int]]) -> bool:
    return bool(hours) and hours[-1][1] == MINUTES_A_DAY


def _changes_clocks(calendar: Calendar, today: date) -> bool:
    noon = datetime.combine(today, time(12), calendar.tzinfo)
    return len({(noon + n * ONE_DAY).utcoffset() for n in range(LOOK_AHEAD.days)}) > 1
