"""Business time: how much open time lies between two instants, and when an amount of it is used up.

Plain arithmetic without database, clock or settings. The rule ids (A1 ... A9) are those of docs/sla_rules.md.
Instants go in with any offset and come out in UTC (A1); open time is counted in real seconds (A5) and never
rounded (A8).

How it is fast: the open time of a calendar year (UTC) is laid out once as sorted intervals with running
totals and kept on the calendar. After that a question costs two bisections, however long the target.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60
MINUTE_MICROS = 60_000_000
KEYS = frozenset({"tz", "hours", "holidays", "shifts", "names"})  # of a definition
HORIZON_YEARS = 10  # A9
HORIZON = timedelta(days=3653)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGINNING_OF_TIME = datetime.min.replace(tzinfo=UTC)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
YEARS_KEPT = 64  # of a calendar; a date typed in the year 9000 must not fill the memory
ONE_DAY = timedelta(days=1)
ZERO = timedelta(0)

T = TypeVar("T")
Segment = tuple[int, int]
"""Local wall time [open, close) in minutes after midnight; close may be 1440, which is 24:00 (A2)."""

TIME_OF_DAY = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a calendar, or doubtful; `sla.calendar_rules.explain` has the sentence for it."""

    code: str
    params: Mapping[str, str]
    is_warning: bool = False


class InvalidCalendar(ValueError):
    """A calendar that cannot be counted on; `problems` names every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.code} {dict(p.params)}" for p in problems))


class NoOpenTime(ArithmeticError):
    """The calendar does not open for long enough in the ten years after the start (A9)."""


@dataclass(frozen=True)
class Calendar:
    """A zone with its weekly hours, closed dates and dates with hours of their own (A2).

    Immutable; two calendars with the same definition are equal. Keep and reuse an instance: it remembers
    the years it has laid out.
    """

    zone: str
    weekly: tuple[tuple[Segment, ...], ...]  # Monday first
    holidays: frozenset[date] = frozenset()
    overrides: tuple[tuple[date, tuple[Segment, ...]], ...] = ()
    zone_data: bytes = field(default=b"", repr=False)
    """The zone's rules as a TZif file has them (RFC 9636); empty: those of this machine."""

    @classmethod
    def from_definition(cls, definition: Mapping[str, Any], zone_data: bytes = b"") -> Calendar:
        """Build from `{"tz", "hours": {"mon": [["09:00", "17:30"]]}, "holidays": [...], "shifts": {...}}`.

        `"names"` may say what the dates are called; it moves nothing. Raises InvalidCalendar with every
        problem found: overlapping segments (A2), a date that is holiday and override at once (A6), an unknown
        zone, times or dates that cannot be read.
        """
        calendar = _Reader(definition).calendar()
        return replace(calendar, zone_data=zone_data) if zone_data else calendar

    def definition(self) -> dict[str, Any]:
        """The plain form that `from_definition` reads, with touching segments joined."""
        return {
            "tz": self.zone,
            "hours": {
                day: _written(hours) for day, hours in zip(WEEKDAYS, self.weekly, strict=True) if hours
            },
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "shifts": {day.isoformat(): _written(hours) for day, hours in self.overrides},
        }

    @cached_property
    def tzinfo(self) -> ZoneInfo:
        if self.zone_data:
            return ZoneInfo.from_file(BytesIO(self.zone_data), key=self.zone)
        return ZoneInfo(self.zone)

    @cached_property
    def is_always_open(self) -> bool:
        """24x7 without exceptions: business time is plain time."""
        return (
            not self.holidays and not self.overrides and all(h == ((0, MINUTES_A_DAY),) for h in self.weekly)
        )

    def hours_on(self, day: date) -> tuple[Segment, ...]:
        """The segments of one local date: a holiday closes it (A4), an override replaces its week's (A6)."""
        if day in self.holidays:
            return ()
        return self._hours_by_date.get(day, self.weekly[day.weekday()])

    @cached_property
    def _hours_by_date(self) -> dict[date, tuple[Segment, ...]]:
        return dict(self.overrides)

    @cached_property
    def _years(self) -> dict[int, _OpenYear]:
        return {}

    def _year(self, year: int) -> _OpenYear:
        laid_out = self._years.get(year)
        if laid_out is None:
            if len(self._years) >= YEARS_KEPT:
                self._years.clear()
            laid_out = self._years[year] = _lay_out(self, year)
        return laid_out


def add(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The earliest instant by which `duration` of open time has passed since `start` (A3).

    A target that ends exactly at closing time is therefore due at closing time. Raises NoOpenTime when that
    lies more than ten years ahead (A9), ValueError for a negative duration or a start without offset.
    """
    start = to_utc(start)
    if duration < ZERO:
        raise ValueError("business time is added, never taken away")
    if duration == ZERO:
        return start
    if duration > HORIZON:
        raise _no_open_time(start, duration)
    try:
        due = start + duration if calendar.is_always_open else _add_open_time(calendar, start, duration)
    except OverflowError:  # past the year 9999
        raise _no_open_time(start, duration) from None
    if due - start > HORIZON:
        raise _no_open_time(start, duration)
    return due


def elapsed(calendar: Calendar, a: datetime, b: datetime) -> timedelta:
    """The open time in [a, b), in real seconds (A3, A5); nothing when b is not after a."""
    a, b = to_utc(a), to_utc(b)
    if b <= a:
        return ZERO
    if calendar.is_always_open:
        return b - a
    first, last = calendar._year(a.year), calendar._year(b.year)
    counted = last.passed_by(_micros(b)) - first.passed_by(_micros(a))
    for year in range(a.year, b.year):
        counted += calendar._year(year).total
    return timedelta(microseconds=counted)


def count_alike(one: Calendar, other: Calendar, years: Iterable[int]) -> bool:
    """Whether two calendars are open at the same instants of these (UTC) years."""
    return all(one._year(year) == other._year(year) for year in years)


def segments(calendar: Calendar, a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open intervals of [a, b) in order, in UTC; intervals that touch come as one."""
    a, b = to_utc(a), to_utc(b)
    if b <= a:
        return
    if calendar.is_always_open:
        yield a, b
        return
    pending: tuple[int, int] | None = None
    for opens, closes in _open_between(calendar, a, b):
        if pending is None:
            pending = opens, closes
        elif pending[1] == opens:  # midnight of the New Year
            pending = pending[0], closes
        else:
            yield _instant(pending[0]), _instant(pending[1])
            pending = opens, closes
    if pending is not None:
        yield _instant(pending[0]), _instant(pending[1])


def shift_open_days(calendar: Calendar, instant: datetime, days: int) -> datetime:
    """The same local wall time `days` business days later (or earlier, when negative).

    A business day is a local date with open time. Raises NoOpenTime like `add`.
    """
    local = to_utc(instant).astimezone(calendar.tzinfo)
    step = ONE_DAY if days > 0 else -ONE_DAY
    day, left = local.date(), abs(days)
    try:
        for _ in range(HORIZON.days):
            if not left:
                return to_utc(datetime.combine(day, local.time(), calendar.tzinfo))
            day += step
            left -= bool(calendar.hours_on(day))
    except OverflowError:  # before the year 1 or past 9999
        pass
    raise NoOpenTime(f"fewer than {abs(days)} business days within {HORIZON_YEARS} years of {instant}")


def next_open(calendar: Calendar, instant: datetime) -> datetime:
    """`instant` itself when the calendar is open then, else the next opening. Raises NoOpenTime (A9)."""
    instant = to_utc(instant)
    for opens, _ in segments(calendar, instant, _shifted(instant, HORIZON)):
        return opens
    raise _no_open_time(instant, ZERO)


def last_open(calendar: Calendar, instant: datetime) -> datetime:
    """`instant` itself when the calendar is open until then, else the closing before it (A9)."""
    instant = to_utc(instant)
    reach = timedelta(days=8)
    while reach < HORIZON * 2:
        closings = [closes for _, closes in segments(calendar, _shifted(instant, -reach), instant)]
        if closings:
            return closings[-1]
        reach *= 4
    raise _no_open_time(instant, ZERO)


def to_utc(instant: datetime) -> datetime:
    """The instant in UTC (A1). Raises ValueError when it has no offset: the server's zone must not decide."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError(f"{instant} has no offset from UTC")
    return instant.astimezone(UTC)


def parse_time(text: str) -> int:
    """Minutes after midnight of "HH:MM", up to "24:00". Raises ValueError."""
    match = TIME_OF_DAY.fullmatch(text)
    minutes = int(match[1]) * 60 + int(match[2]) if match else None
    if minutes is None or minutes > MINUTES_A_DAY:
        raise ValueError(f"{text!r} is not a time of day")
    return minutes


def format_time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class _OpenYear(NamedTuple):
    """The open intervals of one UTC year, in microseconds since the epoch, with running totals."""

    opens: list[int]
    closes: list[int]
    before: list[int]  # open time of the year before each interval
    through: list[int]  # and up to its end
    total: int

    def passed_by(self, micros: int) -> int:
        """Open time of this year up to the instant."""
        index = bisect_right(self.opens, micros) - 1
        if index < 0:
            return 0
        return self.before[index] + min(micros, self.closes[index]) - self.opens[index]

    def reaches(self, amount: int) -> int:
        """The earliest instant by which `amount` (above 0, at most the total) of open time has passed."""
        index = bisect_left(self.through, amount)
        return self.opens[index] + amount - self.before[index]


def _add_open_time(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    wanted = duration // timedelta(microseconds=1)
    wanted += calendar._year(start.year).passed_by(_micros(start))
    for number in range(start.year, min(start.year + HORIZON_YEARS, MAXYEAR) + 1):
        year = calendar._year(number)
        if wanted <= year.total:
            return _instant(year.reaches(wanted))
        wanted -= year.total
    raise _no_open_time(start, duration)


def _lay_out(calendar: Calendar, year: int) -> _OpenYear:
    """Lay out one UTC year. Local dates reach a little over both ends; what lies outside is cut off."""
    begin = _micros(datetime(year, 1, 1, tzinfo=UTC))
    end = _micros(datetime(year + 1, 1, 1, tzinfo=UTC)) if year < MAXYEAR else _micros(END_OF_TIME)
    laid_out = _OpenYear([], [], [], [], 0)
    total = 0
    for opens, closes in _joined(_local_intervals(calendar, year)):
        opens, closes = max(opens, begin), min(closes, end)
        if opens < closes:
            laid_out.opens.append(opens)
            laid_out.closes.append(closes)
            laid_out.before.append(total)
            total += closes - opens
            laid_out.through.append(total)
    return laid_out._replace(total=total)


def _local_intervals(calendar: Calendar, year: int) -> Iterator[tuple[int, int]]:
    """The segments of a year's local dates, and of two days before and after, as instants.

    Wall time becomes an instant by PEP 495 with fold=0 (A5): in a gap the end is pushed forward by the gap,
    in a fold it is the first occurrence. A segment that a gap turns round is empty.
    """
    first = max(date(year, 1, 1).toordinal() - 2, 1)
    last = min(date(year, 12, 31).toordinal() + 2, END_OF_TIME.toordinal() - 1)
    zone, offset_known_for, offset = calendar.tzinfo, 0, None
    for ordinal in range(first, last + 1):
        day = date.fromordinal(ordinal)
        hours = calendar.hours_on(day)
        if not hours:
            continue
        midnight = datetime.combine(day, time.min, zone)
        before = offset if offset_known_for == ordinal else midnight.utcoffset()
        offset_known_for, offset = ordinal + 1, (midnight + ONE_DAY).utcoffset()
        if before == offset:  # no clock changes on this date: plain arithmetic, many times as fast
            start = _micros(midnight)
            for opens, closes in hours:
                yield start + opens * MINUTE_MICROS, start + closes * MINUTE_MICROS
            continue
        for opens, closes in hours:
            begins = _micros(midnight + timedelta(minutes=opens))
            ends = _micros(midnight + timedelta(minutes=closes))
            if begins < ends:
                yield begins, ends


def _joined(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted, with what touches made one (A2); a gap may also push one segment over the next (A5)."""
    joined: list[tuple[int, int]] = []
    for opens, closes in sorted(intervals):
        if joined and opens <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], closes)
        else:
            joined.append((opens, closes))
    return joined


def _open_between(calendar: Calendar, a: datetime, b: datetime) -> Iterator[tuple[int, int]]:
    begin, end = _micros(a), _micros(b)
    for number in range(a.year, b.year + 1):
        year = calendar._year(number)
        for index in range(bisect_right(year.closes, begin), bisect_left(year.opens, end)):
            yield max(year.opens[index], begin), min(year.closes[index], end)


def _shifted(instant: datetime, by: timedelta) -> datetime:
    """`instant + by`, or the end of the years that Python counts."""
    try:
        return instant + by
    except OverflowError:
        return END_OF_TIME if by > ZERO else BEGINNING_OF_TIME


def _micros(instant: datetime) -> int:
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def _no_open_time(start: datetime, duration: timedelta) -> NoOpenTime:
    return NoOpenTime(f"{duration} of open time does not fit into the {HORIZON_YEARS} years after {start}")


def _written(hours: Iterable[Segment]) -> list[list[str]]:
    return [[format_time(opens), format_time(closes)] for opens, closes in hours]


class _Reader:
    """Reads a definition and gathers every problem, so that a form can show them all at once."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.definition = definition
        self.problems: list[Problem] = []

    def calendar(self) -> Calendar:
        for key in set(self.definition) - KEYS:
            self._complain("unknown_key", key=str(key))
        zone = self._zone()
        weekly = self._weekly()
        holidays = frozenset(self._dates(self._part("holidays", list, [])))
        overrides = self._overrides()
        for day in sorted(holidays & overrides.keys()):
            self._complain("holiday_and_override", date=day.isoformat())  # A6
        if self.problems:
            raise InvalidCalendar(self.problems)
        return Calendar(zone, weekly, holidays, tuple(sorted(overrides.items())))

    def _part(self, key: str, form: type[T], empty: T) -> T:
        """A part of the definition, empty where it is missing or of another form."""
        part = self.definition.get(key)
        if part is None:
            return empty
        if not isinstance(part, form):
            self._complain("bad_form", key=key)
            return empty
        return part

    def _complain(self, code: str, **params: str) -> None:
        self.problems.append(Problem(code, params))

    def _zone(self) -> str:
        name = str(self.definition.get("tz") or "")
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # unknown; not a key; a directory
            self._complain("unknown_zone", zone=name)
        return name

    def _weekly(self) -> tuple[tuple[Segment, ...], ...]:
        hours = self._part("hours", dict, {})
        for key in set(hours) - set(WEEKDAYS):
            self._complain("unknown_weekday", day=str(key))
        return tuple(self._segments(hours.get(day) or (), where=day) for day in WEEKDAYS)

    def _overrides(self) -> dict[date, tuple[Segment, ...]]:
        overrides: dict[date, tuple[Segment, ...]] = {}
        for key, hours in self._part("shifts", dict, {}).items():
            for day in self._dates([key]):
                overrides[day] = self._segments(hours or (), where=day.isoformat())
        return overrides

    def _dates(self, texts: Iterable[Any]) -> Iterator[date]:
        for text in texts:
            try:
                yield text if isinstance(text, date) else date.fromisoformat(str(text))
            except ValueError:
                self._complain("bad_date", date=str(text))

    def _segments(self, pairs: Any, where: str) -> tuple[Segment, ...]:
        """Sorted segments, touching ones made one, overlapping ones refused (A2)."""
        joined: list[Segment] = []
        for opens, closes in sorted(self._times(pairs, where)):
            if joined and opens < joined[-1][1]:
                self._complain("overlap", day=where, time=format_time(opens))
            elif joined and opens == joined[-1][1]:
                joined[-1] = joined[-1][0], closes
            else:
                joined.append((opens, closes))
        return tuple(joined)

    def _times(self, pairs: Any, where: str) -> Iterator[Segment]:
        if not isinstance(pairs, list | tuple):
            self._complain("bad_time", day=where, time=str(pairs))
            return
        for pair in pairs:
            try:
                opens, closes = (parse_time(text) for text in pair)
            except (ValueError, TypeError):
                self._complain("bad_time", day=where, time=_as_typed(pair))
                continue
            if opens < closes:
                yield opens, closes
            else:
                self._complain("ends_before_start", day=where, time=_as_typed(pair))


def _as_typed(pair: Any) -> str:
    return "-".join(str(text) for text in pair) if isinstance(pair, list | tuple) else str(pair)
