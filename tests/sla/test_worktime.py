"""Business time, day by day. The rule ids are those of the SLA rules, part A."""

import time as process_time
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from sla.worktime import (
    WEEKDAYS,
    Calendar,
    InvalidCalendar,
    NoOpenTime,
    add,
    elapsed,
    last_open,
    next_open,
    segments,
    shift_open_days,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
OFFICE = [["09:00", "17:30"]]


def calendar(tz="UTC", holidays=(), shifts=None, **hours):
    return Calendar.from_definition(
        {"tz": tz, "hours": hours, "holidays": list(holidays), "shifts": shifts or {}}
    )


def every_day(tz, *hours):
    return calendar(tz, **{day: [list(pair) for pair in hours] for day in WEEKDAYS})


def office_week(tz="UTC", holidays=(), shifts=None, hours=OFFICE):
    return calendar(tz, holidays, shifts, **dict.fromkeys(WEEKDAYS[:5], hours))


def at(text, tz="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz))


MONDAY = at("2026-07-13 00:00")
ROUND_THE_CLOCK = every_day("UTC", ("00:00", "24:00"))


class TestAdding:
    def test_a_target_that_fits_into_the_day_is_due_that_day(self):
        assert add(office_week(), at("2026-07-13 09:00"), 2 * HOUR) == at("2026-07-13 11:00")

    def test_a_target_that_ends_at_closing_time_is_due_then_and_not_the_next_morning(self):  # A3
        assert add(office_week(), at("2026-07-13 15:30"), 2 * HOUR) == at("2026-07-13 17:30")

    def test_a_target_begun_before_opening_counts_from_the_opening(self):
        assert add(office_week(), at("2026-07-13 03:00"), HOUR) == at("2026-07-13 10:00")

    def test_24_business_hours_are_nearly_three_days(self):
        assert add(office_week(), at("2026-07-13 09:00"), 24 * HOUR) == at("2026-07-15 16:00")

    def test_a_weekend_is_passed_over(self):
        assert add(office_week(), at("2026-07-17 17:00"), HOUR) == at("2026-07-20 09:30")

    def test_a_lunch_break_is_not_counted(self):
        split = office_week(hours=[["09:00", "12:00"], ["13:30", "18:00"]])
        assert add(split, at("2026-07-13 11:30"), HOUR) == at("2026-07-13 14:00")

    def test_nothing_added_is_the_start_even_when_closed(self):  # A3
        assert add(office_week(), at("2026-07-12 03:00"), timedelta(0)) == at("2026-07-12 03:00")

    def test_round_the_clock_it_is_plain_arithmetic(self):
        assert add(ROUND_THE_CLOCK, MONDAY, 500 * HOUR) == MONDAY + 500 * HOUR

    def test_microseconds_are_not_rounded(self):  # A8
        tiny = timedelta(microseconds=1)
        assert add(office_week(), at("2026-07-13 17:30") - tiny, 2 * tiny) == at("2026-07-14 09:00") + tiny

    def test_a_target_of_years_goes_through_every_year(self):
        only_new_year = calendar(shifts={f"{year}-01-01": [["00:00", "01:00"]] for year in range(2026, 2036)})
        assert add(only_new_year, MONDAY, 8 * HOUR) == at("2034-01-01 01:00")

    def test_it_gives_up_after_ten_years(self):  # A9
        with pytest.raises(NoOpenTime):
            add(calendar(), MONDAY, SECOND)
        with pytest.raises(NoOpenTime):
            add(ROUND_THE_CLOCK, MONDAY, timedelta(days=3654))
        with pytest.raises(NoOpenTime):
            add(calendar(sun=[["00:00", "00:01"]]), MONDAY, 9 * HOUR)

    def test_negative_time_is_refused(self):
        with pytest.raises(ValueError, match="never taken away"):
            add(office_week(), MONDAY, -SECOND)


class TestElapsed:
    def test_counts_the_open_part_only(self):
        assert elapsed(office_week(), at("2026-07-13 17:00"), at("2026-07-14 10:00")) == 1.5 * HOUR

    def test_the_closing_instant_is_not_open(self):  # half-open segments
        assert elapsed(office_week(), at("2026-07-13 17:30"), at("2026-07-14 09:00")) == timedelta(0)

    def test_backwards_nothing_passes(self):
        assert elapsed(ROUND_THE_CLOCK, MONDAY + HOUR, MONDAY) == timedelta(0)

    def test_over_the_years(self):
        weeks = elapsed(office_week(), MONDAY, MONDAY + timedelta(weeks=300))
        assert weeks == 300 * 42.5 * HOUR

    def test_an_offset_or_a_zone_is_converted_first(self):  # A1
        shanghai = timezone(8 * HOUR)
        start = datetime(2026, 7, 13, 17, tzinfo=shanghai)  # 09:00 UTC
        assert elapsed(office_week(), start, start + HOUR) == HOUR
        new_york = ZoneInfo("America/New_York")
        night = datetime(2026, 11, 1, 0, tzinfo=new_york), datetime(2026, 11, 1, 6, tzinfo=new_york)
        assert elapsed(ROUND_THE_CLOCK, *night) == 7 * HOUR

    def test_an_instant_without_offset_is_refused(self):  # A1
        naive = MONDAY.replace(tzinfo=None)
        with pytest.raises(ValueError, match="no offset"):
            elapsed(ROUND_THE_CLOCK, naive, MONDAY)
        with pytest.raises(ValueError, match="no offset"):
            add(ROUND_THE_CLOCK, naive, HOUR)


class TestDatesOfTheirOwn:
    def test_a_holiday_closes_the_local_date(self):  # A4
        tokyo = every_day("Asia/Tokyo", ("00:00", "24:00"))
        closed = Calendar(tokyo.zone, tokyo.weekly, frozenset({date(2026, 7, 20)}))
        assert elapsed(closed, at("2026-07-19", "Asia/Tokyo"), at("2026-07-22", "Asia/Tokyo")) == 48 * HOUR
        assert next_open(closed, at("2026-07-20 12:00", "Asia/Tokyo")) == at("2026-07-21", "Asia/Tokyo")

    def test_a_make_up_saturday_is_open(self):  # A6
        makes_up = office_week(shifts={"2026-07-18": OFFICE})
        assert add(makes_up, at("2026-07-17 17:00"), HOUR) == at("2026-07-18 09:30")

    def test_an_override_replaces_the_hours_of_the_week(self):  # A6
        short = office_week(shifts={"2026-07-13": [["10:00", "11:00"]], "2026-07-14": []})
        assert add(short, at("2026-07-13 09:00"), 2 * HOUR) == at("2026-07-15 10:00")


class TestClockChanges:  # A5
    def test_a_night_has_five_hours_in_spring_and_seven_in_autumn(self):
        nights = every_day("America/New_York", ("00:00", "06:00"))
        for day, hours in (("2026-03-07", 6), ("2026-03-08", 5), ("2026-11-01", 7)):
            midnight = at(day, "America/New_York")
            assert elapsed(nights, midnight, midnight + timedelta(hours=12)) == hours * HOUR

    def test_lord_howe_moves_by_half_an_hour(self):
        nights = every_day("Australia/Lord_Howe", ("00:00", "06:00"))
        for day, hours in (("2026-10-04", 5.5), ("2026-04-05", 6.5)):
            midnight = at(day, "Australia/Lord_Howe")
            assert elapsed(nights, midnight, midnight + timedelta(hours=12)) == hours * HOUR

    def test_an_opening_in_the_gap_is_pushed_forward_by_the_gap(self):
        early = calendar("America/New_York", sun=[["02:15", "05:00"]])
        assert next_open(early, at("2026-03-08", "America/New_York")) == at("2026-03-08 07:15")  # 03:15 EDT

    def test_a_closing_in_the_fold_is_the_first_occurrence(self):
        early = calendar("America/New_York", sun=[["00:30", "01:30"]])
        midnight = at("2026-11-01", "America/New_York")
        assert list(segments(early, midnight, midnight + 6 * HOUR)) == [
            (at("2026-11-01 04:30"), at("2026-11-01 05:30"))
        ]

    def test_a_shift_that_the_gap_turns_round_is_empty(self):
        turned = calendar("America/New_York", sun=[["02:30", "03:15"]])
        midnight = at("2026-03-08", "America/New_York")
        assert elapsed(turned, midnight, midnight + timedelta(days=1)) == timedelta(0)

    def test_shifts_that_the_gap_pushes_over_each_other_count_once(self):
        pushed = calendar("America/New_York", sun=[["02:10", "02:50"], ["03:00", "04:00"]])
        midnight = at("2026-03-08", "America/New_York")
        assert elapsed(pushed, midnight, midnight + timedelta(days=1)) == HOUR

    def test_a_whole_day_has_23_or_25_hours(self):
        daily = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
        london = calendar("Europe/London", ["2026-03-28"], **daily)
        assert (
            elapsed(london, at("2026-03-29", "Europe/London"), at("2026-03-30", "Europe/London")) == 23 * HOUR
        )
        assert (
            elapsed(london, at("2026-10-25", "Europe/London"), at("2026-10-26", "Europe/London")) == 25 * HOUR
        )

    def test_midnight_itself_may_not_exist(self):
        havana = calendar("America/Havana", sun=[["00:00", "02:00"]])  # clocks go from 00:00 to 01:00
        assert elapsed(havana, at("2026-03-08"), at("2026-03-09")) == HOUR


def test_the_end_of_the_calendar_is_no_error():
    last_day = datetime(9999, 12, 31, 12, tzinfo=UTC)
    assert elapsed(office_week("Pacific/Kiritimati"), last_day - timedelta(days=30), last_day) > 100 * HOUR
    assert last_open(office_week(), last_day) < last_day


def test_only_so_many_years_are_kept():
    week = office_week()
    assert elapsed(week, MONDAY, MONDAY.replace(year=2126)) == 26_090 * 8.5 * HOUR
    assert len(week._years) <= 64


class TestSegments:
    def test_touching_ones_are_one(self):  # A2
        nights = calendar(mon=[["22:00", "24:00"]], tue=[["00:00", "03:00"], ["03:00", "06:00"]])
        assert list(segments(nights, MONDAY, MONDAY + timedelta(days=7))) == [
            (at("2026-07-13 22:00"), at("2026-07-14 06:00"))
        ]

    def test_they_go_on_over_new_year(self):
        nights = every_day("UTC", ("22:00", "24:00"), ("00:00", "06:00"))
        assert list(segments(nights, at("2026-12-31 12:00"), at("2027-01-01 12:00"))) == [
            (at("2026-12-31 22:00"), at("2027-01-01 06:00"))
        ]

    def test_they_are_cut_to_what_was_asked(self):
        assert list(segments(office_week(), at("2026-07-13 10:00"), at("2026-07-13 11:00"))) == [
            (at("2026-07-13 10:00"), at("2026-07-13 11:00"))
        ]
        assert list(segments(ROUND_THE_CLOCK, MONDAY, MONDAY)) == []


class TestBusinessDays:
    def test_five_of_them_are_a_week(self):
        assert shift_open_days(office_week(), at("2026-07-13 10:00"), 5) == at("2026-07-20 10:00")

    def test_one_before_a_monday_is_the_friday(self):
        assert shift_open_days(office_week(), at("2026-07-20 10:00"), -1) == at("2026-07-17 10:00")

    def test_holidays_are_none(self):
        assert shift_open_days(office_week(holidays=["2026-07-14"]), at("2026-07-13 10:00"), 1) == at(
            "2026-07-15 10:00"
        )

    def test_a_calendar_that_never_opens_has_none(self):
        with pytest.raises(NoOpenTime):
            shift_open_days(calendar(), MONDAY, 1)

    def test_the_nearest_open_instants(self):
        evening = at("2026-07-17 20:00")
        assert last_open(office_week(), evening) == at("2026-07-17 17:30")
        assert next_open(office_week(), evening) == at("2026-07-20 09:00")
        noon = at("2026-07-17 12:00")
        assert (last_open(office_week(), noon), next_open(office_week(), noon)) == (noon, noon)


class TestDefinitions:
    def test_a_calendar_and_its_plain_form_are_the_same(self):
        plain = {
            "tz": "Asia/Shanghai",
            "hours": {"mon": [["09:00", "12:00"], ["13:30", "18:00"]], "sun": [["00:00", "24:00"]]},
            "holidays": ["2026-10-01"],
            "shifts": {"2026-10-10": [["09:00", "17:30"]], "2026-12-31": []},
        }
        assert Calendar.from_definition(plain).definition() == plain
        assert Calendar.from_definition(plain) == Calendar.from_definition(plain)

    def test_unsorted_and_touching_hours_are_tidied(self):
        tidied = calendar(mon=[["12:00", "17:00"], ["09:00", "12:00"]])
        assert tidied.definition()["hours"] == {"mon": [["09:00", "17:00"]]}

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"tz": "Mars/Olympus"}, "unknown_zone"),
            ({"tz": ""}, "unknown_zone"),
            ({"tz": "../etc/passwd"}, "unknown_zone"),
            ({"hours": {"monday": OFFICE}}, "unknown_weekday"),
            ({"hours": {"mon": [["9", "17:30"]]}}, "bad_time"),
            ({"hours": {"mon": [["09:00", "24:01"]]}}, "bad_time"),
            ({"hours": {"mon": [["09:00"]]}}, "bad_time"),
            ({"hours": {"mon": [["22:00", "06:00"]]}}, "ends_before_start"),
            ({"hours": {"mon": [["09:00", "12:00"], ["11:59", "13:00"]]}}, "overlap"),
            ({"shifts": {"2026-07-13": [["09:00", "12:00"], ["09:00", "12:00"]]}}, "overlap"),
            ({"holidays": ["2026-02-30"]}, "bad_date"),
            ({"holidays": ["2026-07-13"], "shifts": {"2026-07-13": OFFICE}}, "holiday_and_override"),
            ({"lunch": "12:00"}, "unknown_key"),
            ({"hours": 8}, "bad_form"),
            ({"hours": {"mon": "09:00-17:30"}}, "bad_time"),
            ({"hours": {"mon": [9]}}, "bad_time"),
            ({"hours": {"mon": [[9, 17]]}}, "bad_time"),
            ({"holidays": "2026-07-13"}, "bad_form"),
            ({"holidays": [None]}, "bad_date"),
            ({"shifts": [["2026-07-13", OFFICE]]}, "bad_form"),
        ],
    )
    def test_what_cannot_be_counted_on_is_refused(self, change, code):
        sound = {"tz": "UTC", "hours": {"mon": OFFICE}, "holidays": [], "shifts": {}}
        Calendar.from_definition(sound)

        with pytest.raises(InvalidCalendar) as refused:
            Calendar.from_definition({**sound, **change})

        assert [problem.code for problem in refused.value.problems] == [code]

    def test_every_problem_is_named_at_once(self):
        with pytest.raises(InvalidCalendar) as refused:
            Calendar.from_definition({"tz": "nowhere", "hours": {"mon": [["a", "b"]]}, "holidays": ["x"]})

        assert {problem.code for problem in refused.value.problems} == {
            "unknown_zone",
            "bad_time",
            "bad_date",
        }


@pytest.mark.parametrize("server_zone", ["UTC", "America/New_York", "Australia/Lord_Howe"])
def test_the_servers_time_zone_does_not_matter(server_zone, monkeypatch):
    monkeypatch.setenv("TZ", server_zone)
    process_time.tzset()
    try:
        week = office_week("Europe/London")
        assert add(week, datetime(2026, 3, 27, 17, tzinfo=UTC), HOUR) == at("2026-03-30 08:30")
    finally:
        monkeypatch.undo()
        process_time.tzset()
