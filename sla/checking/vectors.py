"""Business-time vectors: `start` + `minutes` = `due`, and `from` to `to` = `business_seconds`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sla.checking.report import Report, UnknownForm, amount, instant, mapping, need, sequence
from sla.worktime import Calendar, InvalidCalendar, NoOpenTime, add, elapsed

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NAMES = ("id", "name", "note", "comment", "description", "tag")  # of a calendar: what people say about it


def check_vectors(document: Mapping[str, Any]) -> Report:
    report = Report()
    calendars = Calendars(mapping(document.get("calendars", {}), "calendars"))
    for form in ("due", "elapsed", "vectors"):
        for position, entry in enumerate(sequence(document.get(form, []), form)):
            where = f"{form}[{position}]"
            try:
                vector = mapping(entry, where)
                where = str(vector.get("id", where))
                _check(report, vector, where, calendars)
            except UnknownForm as error:
                report.give_up(where, error, 1)
    return report


class Calendars:
    """Calendars built once for each definition, or looked up by the name a file gives them."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self.named = named
        self.built: dict[str, Calendar] = {}

    def get(self, reference: Any, where: str) -> Calendar:
        definition = need(self.named, reference, where) if isinstance(reference, str) else reference
        key = json.dumps(mapping(definition, where), sort_keys=True)
        if key not in self.built:
            try:
                self.built[key] = Calendar.from_definition(
                    {name: part for name, part in definition.items() if name not in NAMES}
                )
            except InvalidCalendar as error:
                raise UnknownForm(f"{where}: calendar: {error}") from None
        return self.built[key]


def _check(report: Report, vector: Mapping[str, Any], where: str, calendars: Calendars) -> None:
    calendar = calendars.get(need(vector, "calendar", where), where)
    if "minutes" in vector:
        key = "due_at_close" if "due_at_close" in vector else "due"
        expected = need(vector, key, where)
        start = instant(need(vector, "start", where), where)
        target = amount(vector["minutes"], MINUTE, where)
        report.compare(
            where, None if expected is None else instant(expected, where), _due(calendar, start, target)
        )
    elif "business_seconds" in vector:
        a, b = (instant(need(vector, key, where), where) for key in ("from", "to"))
        report.compare(where, amount(vector["business_seconds"], SECOND, where), elapsed(calendar, a, b))
    else:
        raise UnknownForm(f"{where}: has neither 'minutes' nor 'business_seconds'")


def _due(calendar: Calendar, start: datetime, target: timedelta) -> datetime | str | None:
    """The due; None, like a null in the file, when the calendar gives none within ten years (A9)."""
    try:
        return add(calendar, start, target)
    except NoOpenTime:
        return None
    except (ValueError, OverflowError) as error:
        return str(error)
