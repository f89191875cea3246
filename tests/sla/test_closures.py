"""Closed time, told apart by what closes it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.closures import Why, closures, gaps, totals
from sla.worktime import WEEKDAYS, Calendar, elapsed
from tests.sla.test_properties import calendars, instants

OFFICE = Calendar.from_definition(
    {
        "tz": "Asia/Shanghai",
        "hours": {day: [["09:00", "12:00"], ["13:00", "17:30"]] for day in WEEKDAYS[:5]},
        "holidays": ["2026-10-01"],
        "shifts": {"2026-10-10": [["10:00", "16:00"]]},
    }
)
HOUR = timedelta(hours=1)


def shanghai(day, hour, minute=0):
    return datetime(2026, 10, day, hour - 8, minute, tzinfo=UTC) if hour >= 8 else None


def test_a_night_a_weekend_and_a_lunch_are_told_apart():
    friday, monday = shanghai(9, 9), shanghai(12, 9)
    assert totals(closures(OFFICE, friday, monday)) == {
        # Lunch, the evening of Friday, the early Monday.
        Why.NIGHT: 1 * HOUR + 6.5 * HOUR + 9 * HOUR,
        Why.DAY_OFF: 24 * HOUR,
        # The make-up Saturday before and after its own hours.
        Why.EXCEPTION: 10 * HOUR + 8 * HOUR,
    }


def test_a_holiday_is_a_whole_local_date():
    wednesday, friday = datetime(2026, 9, 30, 9, 30, tzinfo=UTC), shanghai(2, 9)
    found = totals(closures(OFFICE, wednesday, friday))
    assert found[Why.HOLIDAY] == 24 * HOUR
    assert found[Why.NIGHT] == 15.5 * HOUR


def test_an_open_hour_has_no_closures():
    assert list(closures(OFFICE, shanghai(9, 9), shanghai(9, 10))) == []
    assert list(gaps(OFFICE, shanghai(9, 10), shanghai(9, 10))) == []


@settings(max_examples=40, deadline=None)
@given(calendars, instants, st.integers(0, 400))
def test_open_and_closed_time_add_up(calendar, start, hours):
    end = start + hours * HOUR
    closed = list(closures(calendar, start, end))
    assert sum((one.end - one.start for one in closed), timedelta(0)) == end - start - elapsed(
        calendar, start, end
    )
    assert all(one.start < one.end for one in closed)
    assert all(a.end <= b.start for a, b in pairwise(closed))
