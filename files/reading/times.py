"""The first and the last moment of a log, in the forms that logs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from files.reading.findings import Moment

LOOKED_AT = 400

_CLOCK = r"(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?:[.,:](?P<fraction>\d{1,9}))?"
_ZONE = r"(?:\s?(?P<zone>Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}\b))?"
_FORMS = [
    re.compile(pattern)
    for pattern in (
        # 2026-07-13T09:00:00.123+08:00, 2026/07/13 09:00:00, [2026-07-13 09:00:00:123]
        r"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>[01]?\d)[-/.](?P<day>[0-3]?\d)[T ]\s?" + _CLOCK + _ZONE,
        # 20260713-09:00:00
        r"(?<!\d)(?P<year>20\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)[-T _]" + _CLOCK + _ZONE,
        # 07-13 09:00:00.123, logcat: no year
        r"^\W{0,2}(?P<month>[01]\d)-(?P<day>[0-3]\d)\s+" + _CLOCK + _ZONE,
        # Jul 13 09:00:00, a syslog: no year
        r"^(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(?P<day>[0-3]?\d)\s+" + _CLOCK + _ZONE,
    )
]
_EPOCH = re.compile(r"^\W{0,3}(1[5-9]\d{8})(?:\.?(\d{3}))?(?!\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment_in(line: str, number: int, now: datetime) -> Moment | None:
    """The moment a line names, or None. A day without a year is the last one there was."""
    for form in _FORMS:
        if found := form.search(line[:200]):
            return _built(found.groupdict(), number, now)
    if found := _EPOCH.search(line):
        at = datetime.fromtimestamp(int(found[1]), UTC)
        return Moment(at, "+00:00", number)
    return None


def first_moment(lines: Iterable[tuple[int, str]], now: datetime) -> Moment | None:
    """The moment of the first line that names one; for the last one give the lines backwards."""
    for seen, (number, line) in enumerate(lines):
        if seen > LOOKED_AT:
            return None
        if moment := moment_in(line, number, now):
            return moment
    return None


def _built(parts: dict[str, str | None], line: int, now: datetime) -> Moment | None:
    month = _MONTHS.index(parts["name"]) + 1 if parts.get("name") else int(parts["month"] or 0)
    fraction = (parts["fraction"] or "0")[:6].ljust(6, "0")
    try:
        at = datetime(  # noqa: DTZ001  (the zone follows, where the log names one)
            int(parts.get("year") or now.year),
            month,
            int(parts["day"] or 0),
            int(parts["hour"] or 0),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            int(fraction),
        )
        if not parts.get("year") and at > now.replace(tzinfo=None) + timedelta(days=2):
            at = at.replace(year=at.year - 1)
    except ValueError:
        return None
    zone = _offset(parts["zone"])
    return Moment(at.replace(tzinfo=zone), _spelled(zone), line)


def _offset(zone: str | None) -> timezone | None:
    if not zone:
        return None
    if zone in ("Z", "UTC", "GMT"):
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 14 or minutes > 59:
        return None
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if zone[0] == "-" else offset)


def _spelled(zone: timezone | None) -> str:
    return "" if zone is None else ("+00:00" if zone is UTC else str(zone)[3:])
