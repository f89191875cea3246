"""Business time where clocks do strange things, against an oracle that reads wall time one way only (A5).

Half an hour of summer time, clocks changed at midnight or for Ramadan, a winter time below zero, a
Friday that never was, zones that moved for good: with hours, holidays and starts laid around those
instants.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.worktime import WEEKDAYS, Calendar, add, elapsed, segments
from tests.sla.oracle import ScannedCalendar

SECOND = timedelta(seconds=1)

STRANGE = {
    "Africa/Cairo": (2014, 2023),  # back and forth, at midnight
    "Africa/Casablanca": (2019, 2026),  # an hour less during Ramadan
    "Africa/Monrovia": (1972,),  # 44 minutes and 30 seconds
    "America/Asuncion": (2024,),  # the last change for good
    "America/Caracas": (2007, 2016),  # half an hour, for good
    "America/Havana": (2026,),  # midnight does not exist
    "America/Nuuk": (2023, 2024),
    "America/Sao_Paulo": (2012, 2018),
    "America/St_Johns": (2006,),  # at 00:01
    "Antarctica/Troll": (2026,),  # two hours
    "Asia/Gaza": (2024,),
    "Asia/Kathmandu": (1985,),
    "Asia/Pyongyang": (2015, 2018),
    "Asia/Tehran": (1978, 2022),
    "Australia/Lord_Howe": (2026,),  # half an hour
    "Europe/Dublin": (1971, 2026),  # a winter time below zero
    "Europe/Lisbon": (1992, 1996),
    "Pacific/Apia": (2011,),  # 30 December never was
    "Pacific/Chatham": (2026,),
    "Pacific/Kwajalein": (1993,),  # nor 21 August here
}


@cache
def changes(zone, year):
    """The instants at which the zone's clocks change about then."""
    nothing = {"tz": zone, "hours": {}, "holidays": [], "shifts": {}}
    found = [end for _, end, _ in ScannedCalendar(nothing, year).pieces[:-1]]
    return found or [datetime(year, 6, 1, tzinfo=UTC)]


clocks_of_day = st.one_of(
    st.sampled_from([0, 1, 30, 60, 90, 120, 150, 180, 210, 540, 1050, 1380, 1410, 1439, 1440]),
    st.integers(0, 1440),
)


@st.composite
def hours(draw):
    edges = sorted(draw(st.sets(clocks_of_day, max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return [[f"{m // 60:02d}:{m % 60:02d}" for m in pair] for pair in pairs]


@st.composite
def questions(draw):
    """A definition, the year it is asked about, and two instants near a change of clocks."""
    zone = draw(st.sampled_from(sorted(STRANGE)))
    year = draw(st.sampled_from(STRANGE[zone]))
    near = draw(st.sampled_from(changes(zone, year)))
    dates = st.integers(-3, 3).map(lambda n: (near + timedelta(days=n)).date().isoformat())
    shifts = draw(st.dictionaries(dates, hours(), max_size=2))
    holidays = draw(st.sets(dates, max_size=2)) - shifts.keys()
    if draw(st.integers(0, 20)) == 0:
        holidays = {(date(year, 1, 1) + timedelta(days=n)).isoformat() for n in range(365)} - shifts.keys()
    definition = {
        "tz": zone,
        "hours": {day: draw(hours()) for day in WEEKDAYS},
        "holidays": sorted(holidays),
        "shifts": shifts,
    }
    offset = draw(st.one_of(st.sampled_from([-1, 0, 1]), st.integers(-250_000, 250_000)))
    start = min(
        max(near + offset * SECOND, datetime(year, 1, 1, tzinfo=UTC)), datetime(year + 1, 6, 1, tzinfo=UTC)
    )
    return definition, year, start, draw(st.integers(0, 3_000_000)) * SECOND


@settings(max_examples=60, deadline=None)
@given(questions())
def test_it_agrees_with_an_oracle_that_scans(question):
    definition, year, start, length = question
    calendar, oracle = Calendar.from_definition(definition), ScannedCalendar(definition, year)
    end = start + length

    assert elapsed(calendar, start, end) == oracle.elapsed(start, end)
    cut = [(max(o, start), min(c, end)) for o, c in oracle.intervals]
    assert list(segments(calendar, start, end)) == [(o, c) for o, c in cut if o < c]
    expected = oracle.add(start, length / 7)
    if expected is not None:
        assert add(calendar, start, length / 7) == expected


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Pacific/Apia", "2011-12-29", 24),
        ("Africa/Cairo", "2023-04-28", 23),
        ("Africa/Casablanca", "2026-02-15", 25),
        ("Asia/Tehran", "2022-03-22", 23),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("Antarctica/Troll", "2026-03-29", 22),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ],
)
def test_a_whole_day_has_the_hours_it_has(zone, day, hours):
    open_only_then = Calendar.from_definition(
        {"tz": zone, "hours": {}, "shifts": {day: [["00:00", "24:00"]]}}
    )
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=2)
    assert elapsed(open_only_then, begin, begin + timedelta(days=5)) == timedelta(hours=hours)
