"""Changes of a calendar's plain form, its year at a glance, and how versions are told."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from sla.calendars import words
from sla.calendars.editing import (
    Choice,
    choice_of,
    name_of,
    tidied,
    with_day,
    with_proposals,
    with_week,
    without_days,
)
from sla.calendars.forms import WeekForm, ZoneField, read_hours
from sla.calendars.public_holidays import Proposed, propose, subdivisions, unannounced
from sla.calendars.years import Kind, kind_of, lay_out
from sla.worktime import WEEKDAYS, Calendar

OFFICE = [["09:00", "17:30"]]
HOUR = timedelta(hours=1)
NATIONAL_DAY = date(2026, 10, 1)  # a Thursday
SATURDAY = date(2026, 10, 10)


def definition(**fields):
    week = dict.fromkeys(WEEKDAYS[:5], OFFICE)
    return {"tz": "Asia/Shanghai", "hours": week, "holidays": [], "shifts": {}, **fields}


class TestOneDate:
    def test_it_is_holiday_or_has_hours_of_its_own_never_both(self):  # A6
        changed = with_day(definition(), NATIONAL_DAY, Choice.HOLIDAY, name="National Day")
        changed = with_day(changed, NATIONAL_DAY, Choice.HOURS, [["10:00", "12:00"]], "Half a day")
        assert changed["holidays"] == []
        assert changed["shifts"] == {"2026-10-01": [["10:00", "12:00"]]}
        Calendar.from_definition(changed)

    def test_it_goes_back_to_its_week_without_a_trace(self):
        holiday = with_day(definition(), NATIONAL_DAY, Choice.HOLIDAY, name="National Day")
        assert tidied(with_day(holiday, NATIONAL_DAY, Choice.USUAL)) == definition()
        assert tidied(without_days(holiday, [NATIONAL_DAY])) == definition()

    def test_the_form_that_is_changed_stays_as_it_was(self):
        before = definition()
        with_day(before, NATIONAL_DAY, Choice.CLOSED)
        assert before == definition()

    @pytest.mark.parametrize("choice", Choice)
    def test_what_was_chosen_is_read_back(self, choice):
        assert choice_of(with_day(definition(), SATURDAY, choice, OFFICE), SATURDAY) is choice

    def test_a_name_that_is_not_touched_keeps_its_other_language(self):
        taken = with_proposals(definition(), [Proposed(NATIONAL_DAY, {"en": "National Day", "zh": "国庆节"})])
        with override("en"):
            kept = with_day(taken, NATIONAL_DAY, Choice.CLOSED, name="National Day")
            renamed = with_day(taken, NATIONAL_DAY, Choice.HOLIDAY, name="Golden Week")
        with override("zh-hans"):
            assert name_of(kept, NATIONAL_DAY) == "国庆节"
            assert name_of(renamed, NATIONAL_DAY) == "Golden Week"

    def test_a_night_shift_goes_on_into_the_next_date(self):  # A7
        night = with_day(definition(), SATURDAY, Choice.HOURS, [["22:00", "06:00"]], "Big match")
        assert night["shifts"] == {"2026-10-10": [["22:00", "24:00"]], "2026-10-11": [["00:00", "06:00"]]}
        assert name_of(night, date(2026, 10, 11)) == "Big match"


def test_the_definition_with_names_is_still_a_definition():
    named = tidied(with_day(definition(), NATIONAL_DAY, Choice.HOLIDAY, name="National Day"))
    assert named["names"] == {"2026-10-01": {"en": "National Day"}}
    assert Calendar.from_definition(named) == Calendar.from_definition({**named, "names": {}})


def test_a_week_with_nights_is_cut_at_midnight():  # A7
    changed = with_week(definition(), "Europe/Lisbon", {"sun": [["22:00", "06:00"]], "mon": OFFICE})
    assert changed["tz"] == "Europe/Lisbon"
    assert tidied(changed)["hours"] == {"mon": [["00:00", "06:00"], *OFFICE], "sun": [["22:00", "24:00"]]}


class TestHoursAsPeopleWriteThem:
    @pytest.mark.parametrize(
        ("text", "pairs"),
        [
            ("09:00-17:30", OFFICE),
            ("9-17:30", OFFICE),
            ("9:00 – 12:00, 13.30—18", [["09:00", "12:00"], ["13:30", "18:00"]]),
            ("9：00至12：00，13:30到18:00", [["09:00", "12:00"], ["13:30", "18:00"]]),
            ("09:00 to 12:00; 13:00 to 14:00", [["09:00", "12:00"], ["13:00", "14:00"]]),
            ("22:00–06:00", [["22:00", "06:00"]]),
            ("24h", [["00:00", "24:00"]]),
            ("24 小时", [["00:00", "24:00"]]),
            ("全天", [["00:00", "24:00"]]),
            ("", []),
            ("closed", []),
            ("休息", []),
            ("-", []),
        ],
    )
    def test_they_are_read(self, text, pairs):
        assert read_hours(text) == pairs

    @pytest.mark.parametrize("text", ["nine to five", "9", "9-10-11", "25:00-26:00", "9:60-10", "09:00-"])
    def test_what_cannot_be_read_is_refused(self, text):
        with pytest.raises(ValueError, match=r".*"):
            read_hours(text)

    def test_hours_that_overlap_are_explained_beside_their_day(self):  # A2
        form = WeekForm({"zone": "UTC", "mon": "09:00-12:00, 11:00-13:00"})
        assert not form.is_valid()
        assert "overlap" in form.errors["mon"][0]

    def test_a_night_that_runs_into_the_morning_of_the_next_day_is_explained_there(self):
        form = WeekForm({"zone": "UTC", "mon": "22:00-06:00", "tue": "05:00-09:00"})
        assert not form.is_valid()
        assert list(form.errors) == ["tue"]

    @pytest.mark.parametrize(
        ("typed", "zone"),
        [("asia/shanghai", "Asia/Shanghai"), ("UTC", "UTC"), ("Asia/Calcutta", "Asia/Calcutta")],
    )
    def test_a_zone_is_found_by_its_name(self, typed, zone):
        assert ZoneField().clean(typed) == zone

    @pytest.mark.parametrize(
        "typed", ["Mars/Olympus", "../etc/passwd", "Asia", "/etc/localtime", "tzdata.zi"]
    )
    def test_what_is_no_zone_is_refused(self, typed):
        with pytest.raises(Exception, match="not a known time zone"):
            ZoneField().clean(typed)


class TestTheProposal:  # A4
    def test_chinas_make_up_workdays_come_along(self):
        proposed = {one.day: one for one in propose("CN", "", [2026])}
        assert proposed[date(2026, 10, 10)].works
        assert not proposed[NATIONAL_DAY].works
        assert proposed[NATIONAL_DAY].names == {"en": "National Day", "zh": "国庆节"}

    def test_only_the_years_asked_for_are_proposed(self):
        assert {one.day.year for one in propose("CN", "", [2025, 2026])} == {2025, 2026}

    def test_a_province_has_days_of_its_own(self):
        assert ("ON", "Ontario") in subdivisions("CA")
        assert len(propose("CA", "ON", [2026])) > len(propose("CA", "", [2026]))

    def test_a_year_that_is_not_announced_yet_is_named(self):
        far = propose("CN", "", [2026, 2099])
        assert unannounced("CN", "", far) == [2099]
        assert unannounced("US", "", propose("US", "", [2026])) == []

    def test_what_is_taken_becomes_holidays_and_workdays(self):
        taken = with_proposals(definition(), propose("CN", "", [2026]), OFFICE)
        calendar = Calendar.from_definition(taken)
        assert kind_of(calendar, NATIONAL_DAY) is Kind.HOLIDAY
        assert kind_of(calendar, SATURDAY) is Kind.MAKE_UP
        again = with_proposals(taken, propose("CN", "", [2026]), OFFICE)
        assert tidied(again) == tidied(taken)


class TestTheYear:
    def year(self, **fields):
        plain = definition(**fields)
        return lay_out(Calendar.from_definition(plain), plain, 2026)

    def test_it_has_every_day_once_and_adds_up(self):
        year = self.year()
        assert [day.date for day in year.days] == [date(2026, 1, 1) + timedelta(n) for n in range(365)]
        assert year.working_days == 261
        assert year.open_time == 261 * 8.5 * HOUR
        assert sum((month.open_time for month in year.months), timedelta(0)) == year.open_time

    def test_each_day_says_what_it_is(self):
        year = self.year(
            holidays=["2026-10-01"],
            shifts={
                "2026-10-10": OFFICE,
                "2026-12-24": [["09:00", "12:00"]],
                "2026-12-28": [],
                "2026-12-29": [["09:00", "20:00"]],
                "2026-12-30": OFFICE,
            },
        )
        kinds = {day.date.isoformat(): day.kind for day in year.days}
        assert kinds["2026-10-01"] is Kind.HOLIDAY
        assert kinds["2026-10-10"] is Kind.MAKE_UP
        assert kinds["2026-12-24"] is Kind.SHORT
        assert kinds["2026-12-28"] is Kind.CLOSING
        assert kinds["2026-12-29"] is Kind.OTHER
        assert kinds["2026-12-30"] is Kind.OPEN  # an override that says what the week says
        assert kinds["2026-12-26"] is Kind.OFF
        assert len(year.dates_of_their_own) == 6

    def test_the_night_of_a_clock_change_has_its_real_hours(self):  # A5
        always = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
        year = self.year(tz="Europe/London", hours=always)
        hours = {day.date: day.open_time / HOUR for day in year.days}
        assert (hours[date(2026, 3, 29)], hours[date(2026, 10, 25)]) == (23, 25)
        assert year.open_time == 365 * 24 * HOUR


class TestTelling:
    def test_days_alike_are_told_together(self):
        assert words.week(Calendar.from_definition(definition())) == [
            ("Mon – Fri", "09:00–17:30"),
            ("Sat – Sun", "closed"),
        ]

    def test_a_version_says_what_it_changed(self):
        before = definition(shifts={"2026-12-24": [["09:00", "12:00"]]})
        after = definition(
            tz="Europe/Lisbon",
            hours={**before["hours"], "fri": [["09:00", "15:00"]]},
            holidays=["2026-10-01", "2026-10-02", "2026-10-03"],
            names={"2026-10-01": {"en": "National Day"}, "2026-10-02": {"en": "National Day"}},
        )
        assert [str(one) for one in words.differences(before, after)] == [
            "Time zone: Asia/Shanghai → Europe/Lisbon",
            "Friday: 09:00–17:30 → 09:00–15:00",
            "Thu 1 Oct 2026 to Fri 2 Oct 2026: as every week → holiday (National Day)",
            "Sat 3 Oct 2026: as every week → holiday",
            "Thu 24 Dec 2026: 09:00–12:00 → as every week",
        ]
        assert words.differences(after, after) == []

    def test_in_chinese_too(self):
        with override("zh-hans"):
            (told,) = words.differences(definition(), definition(holidays=["2026-10-01"]))
            assert told.what == "2026年10月1日 周四"
            assert words.weekday(0) == "星期一"
