from datetime import timedelta

import pytest
from django.utils import translation

from helpdesk.errors import InvalidInput
from sla import defaults
from sla.durations import in_working_days, parse, tell
from sla.worktime import Calendar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("30 min", 30 * MINUTE),
        ("30min", 30 * MINUTE),
        ("2.5 h", 2.5 * HOUR),
        ("2,5 h", 2.5 * HOUR),
        ("1 d 4 h", 28 * HOUR),
        ("1 hour, 30 minutes", 1.5 * HOUR),
        ("1d and 2h", 26 * HOUR),
        ("90 Min", 90 * MINUTE),
        ("2 weeks", 14 * DAY),
        ("30 分钟", 30 * MINUTE),
        ("2小时30分", 2.5 * HOUR),
        ("1天4小时", 28 * HOUR),
        ("半小时", 30 * MINUTE),
        ("1个半小时", 1.5 * HOUR),
        ("２．５小时", 2.5 * HOUR),
    ],
)
def test_durations_are_read_as_people_write_them(typed, meant):
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("", "Write a duration, such as 30 min"),
        ("30", "30 of what\\? Add a unit: 30 min"),
        ("soon", "“soon” cannot be read"),
        ("4 h 1 d", "cannot be read"),
        ("1 h 1 h", "cannot be read"),
        ("-2 h", "cannot be read"),
        ("3 working days", "cannot be read"),
        ("600 w", "longer than ten years"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_can(typed, answer):
    with pytest.raises(InvalidInput, match=answer):
        parse(typed)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("minutes", [1, 15, 90, 480, 1440, 2880, 2910, 4320, 10085])
def test_what_is_told_is_read_back(language, minutes):
    with translation.override(language):
        assert parse(tell(minutes * MINUTE)) == minutes * MINUTE


def test_a_day_and_two_are_told_in_hours_as_promises_are_written():
    assert [tell(hours * HOUR) for hours in (24, 48, 72)] == ["24 h", "48 h", "3 d"]


def test_hours_on_a_business_calendar_are_told_in_working_days():
    office = Calendar.from_definition(defaults.BUSINESS_HOURS)
    assert in_working_days(24 * HOUR, office) == "= 2.82 working days of 8.5 h"
    assert in_working_days(2 * HOUR, office) == ""
    assert in_working_days(24 * HOUR, Calendar.from_definition(defaults.AROUND_THE_CLOCK)) == ""
