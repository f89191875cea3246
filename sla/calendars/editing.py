"""Changes of a calendar's plain form. Each gives a new form and leaves the old one as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language

from sla import worktime
from sla.calendar_rules import split_overnight
from sla.calendars.public_holidays import Proposed

Definition = dict[str, Any]
Hours = Sequence[Sequence[str]]


class Choice(StrEnum):
    """What a person says about one date."""

    USUAL = "usual"  # as its week says
    HOLIDAY = "holiday"
    CLOSED = "closed"
    HOURS = "hours"  # its own


def language() -> str:
    """The key of names in the reader's language."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def name_of(definition: Mapping[str, Any], day: date) -> str:
    """What the date is called, in the reader's language if it has a name there."""
    names = (definition.get("names") or {}).get(day.isoformat()) or {}
    return str(names.get(language()) or next(iter(names.values()), ""))


def choice_of(definition: Mapping[str, Any], day: date) -> Choice:
    key = day.isoformat()
    if key in definition.get("holidays", ()):
        return Choice.HOLIDAY
    shifts = definition.get("shifts", {})
    if key not in shifts:
        return Choice.USUAL
    return Choice.HOURS if shifts[key] else Choice.CLOSED


def with_week(definition: Mapping[str, Any], zone: str, hours: Mapping[str, Hours]) -> Definition:
    """The form in another zone and with other weekly hours; overnight shifts are cut at midnight (A7)."""
    return split_overnight({**_copied(definition), "tz": zone, "hours": {**hours}})


def with_day(
    definition: Mapping[str, Any], day: date, choice: Choice, hours: Hours = (), name: str = ""
) -> Definition:
    """The form with one date changed: it is a holiday, closed, has hours of its own, or none of these (A6).

    A name that is not changed keeps its other languages.
    """
    known = (definition.get("names") or {}).get(day.isoformat()) or {}
    names = known if name and name == name_of(definition, day) else {language(): name}
    changed = _without(definition, [day])
    _set(changed, day, choice, hours, names)
    return split_overnight(changed)


def with_proposals(
    definition: Mapping[str, Any], taken: Iterable[Proposed], works_like: Hours = ()
) -> Definition:
    """The form with these dates as holidays, and those that are worked with hours of their own."""
    taken = list(taken)
    changed = _without(definition, [one.day for one in taken])
    for one in taken:
        choice = Choice.HOURS if one.works else Choice.HOLIDAY
        _set(changed, one.day, choice, works_like, one.names)
    return split_overnight(changed)


def without_days(definition: Mapping[str, Any], days: Iterable[date]) -> Definition:
    """The form in which these dates are like their week again."""
    return _without(definition, list(days))


def tidied(definition: Mapping[str, Any]) -> Definition:
    """The form as it is kept: sorted, touching hours joined, names only of dates that are not as usual.

    Raises InvalidCalendar.
    """
    plain = worktime.Calendar.from_definition(definition).definition()
    special = {*plain["holidays"], *plain["shifts"]}
    names = {
        day: called
        for day, called in sorted((definition.get("names") or {}).items())
        if day in special and any(called.values())
    }
    return {**plain, "names": names} if names else plain


def _copied(definition: Mapping[str, Any]) -> Definition:
    return {
        "tz": definition.get("tz", ""),
        "hours": dict(definition.get("hours") or {}),
        "holidays": list(definition.get("holidays") or ()),
        "shifts": dict(definition.get("shifts") or {}),
        "names": dict(definition.get("names") or {}),
    }


def _without(definition: Mapping[str, Any], days: Iterable[date]) -> Definition:
    changed, gone = _copied(definition), {day.isoformat() for day in days}
    changed["holidays"] = [day for day in changed["holidays"] if day not in gone]
    for part in ("shifts", "names"):
        changed[part] = {day: value for day, value in changed[part].items() if day not in gone}
    return changed


def _set(changed: Definition, day: date, choice: Choice, hours: Hours, names: Mapping[str, str]) -> None:
    key = day.isoformat()
    if choice is Choice.HOLIDAY:
        changed["holidays"] = sorted([*changed["holidays"], key])
    elif choice is Choice.CLOSED:
        changed["shifts"][key] = []
    elif choice is Choice.HOURS:
        changed["shifts"][key] = [list(pair) for pair in hours]
    if choice is not Choice.USUAL and any(names.values()):
        changed["names"][key] = {**names}
