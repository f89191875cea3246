"""What a calendar's form refuses, warns of and rewrites."""

from datetime import date

import pytest
from django.utils.translation import override

from sla.calendar_rules import SENTENCES, explain, split_overnight, validate
from sla.worktime import WEEKDAYS, Calendar, Problem

TODAY = date(2026, 7, 13)
OFFICE = [["09:00", "17:30"]]


def definition(tz="America/New_York", hours=None, holidays=(), shifts=None):
    return {"tz": tz, "hours": hours or {}, "holidays": list(holidays), "shifts": shifts or {}}


def codes(problems):
    return [problem.code for problem in problems]


def test_a_usual_week_has_no_problem():
    assert validate(definition(hours={"mon": OFFICE}), TODAY) == []
    assert validate(Calendar.from_definition(definition(hours={"mon": OFFICE})), TODAY) == []


def test_what_cannot_be_read_is_named():
    assert codes(validate(definition(tz="Mars", hours={"mon": [["9", "10"]]}), TODAY)) == [
        "unknown_zone",
        "bad_time",
    ]


def test_a_calendar_that_does_not_open_within_a_year_is_refused():  # A9
    assert codes(validate(definition(), TODAY)) == ["never_open"]
    last_year = definition(shifts={"2025-07-14": OFFICE})
    assert codes(validate(last_year, TODAY)) == ["never_open"]
    once = definition(shifts={"2027-07-13": [["09:00", "09:01"]]})
    assert validate(once, TODAY) == []


def test_night_hours_in_a_zone_that_changes_its_clocks_are_doubtful():  # A5
    nights = {"sat": [["00:00", "03:30"]]}
    (opening, closing) = validate(definition(hours=nights), TODAY)
    assert opening.is_warning
    assert closing.is_warning
    assert (opening.params["time"], closing.params["time"]) == ("00:00", "03:30")
    assert validate(definition("Asia/Shanghai", nights), TODAY) == []


def test_going_on_past_midnight_is_no_edge():
    around_the_clock = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
    assert validate(definition(hours=around_the_clock), TODAY) == []
    override_too = definition(hours=around_the_clock, shifts={"2026-07-20": [["00:00", "04:00"]]})
    assert validate(override_too, TODAY) == []


def test_an_overnight_shift_is_cut_at_midnight():  # A7
    form = definition(hours={"mon": [["22:00", "06:00"]], "sun": [["20:00", "00:00"]]})
    assert split_overnight(form)["hours"] == {
        "mon": [["22:00", "24:00"]],
        "tue": [["00:00", "06:00"]],
        "sun": [["20:00", "24:00"]],
    }


def test_the_morning_part_of_a_sunday_night_is_on_monday():
    split = split_overnight(definition(hours={"mon": OFFICE, "sun": [["22:00", "06:00"]]}))
    assert Calendar.from_definition(split).definition()["hours"]["mon"] == [["00:00", "06:00"], *OFFICE]


class TestAnOvernightShiftOnOneDate:  # A7
    NIGHT = {"2026-07-20": [["22:00", "06:00"]]}  # a Monday

    def shifts(self, **fields):
        form = definition(**{"shifts": self.NIGHT, **fields})
        split = split_overnight(form)
        assert form["shifts"] == fields.get("shifts", self.NIGHT)  # the form is left as it was
        assert not any(not problem.is_warning for problem in validate(split, TODAY))
        return split["shifts"]

    def test_the_morning_part_opens_the_next_date(self):
        assert self.shifts() == {"2026-07-20": [["22:00", "24:00"]], "2026-07-21": [["00:00", "06:00"]]}

    def test_the_next_date_keeps_the_hours_of_its_week(self):
        assert self.shifts(hours={"tue": OFFICE})["2026-07-21"] == [["00:00", "06:00"], *OFFICE]

    def test_a_week_that_is_open_then_anyway_needs_no_hours_of_its_own(self):
        nights = {day: [["22:00", "06:00"]] for day in WEEKDAYS}
        assert self.shifts(hours=nights) == {"2026-07-20": [["22:00", "24:00"]]}

    def test_hours_of_the_week_that_overlap_the_morning_are_joined(self):
        early = {"tue": [["05:00", "14:00"]]}
        assert self.shifts(hours=early)["2026-07-21"] == [["00:00", "14:00"]]

    def test_a_next_date_with_hours_of_its_own_gets_the_morning_too(self):
        both = {**self.NIGHT, "2026-07-21": [["10:00", "11:00"]]}
        assert self.shifts(shifts=both)["2026-07-21"] == [["10:00", "11:00"], ["00:00", "06:00"]]

    def test_a_next_date_that_is_closed_stays_closed(self):
        assert self.shifts(holidays=["2026-07-21"]) == {"2026-07-20": [["22:00", "24:00"]]}
        closed = {**self.NIGHT, "2026-07-21": []}
        assert self.shifts(shifts=closed)["2026-07-21"] == []

    def test_until_midnight_it_touches_no_other_date(self):
        assert self.shifts(shifts={"2026-07-20": [["20:00", "00:00"]]}) == {
            "2026-07-20": [["20:00", "24:00"]]
        }

    def test_the_morning_is_called_as_the_night_is(self):
        named = {**definition(shifts=self.NIGHT), "names": {"2026-07-20": {"en": "Big match"}}}
        assert split_overnight(named)["names"]["2026-07-21"] == {"en": "Big match"}

    def test_typed_hours_that_overlap_the_morning_are_refused(self):
        both = definition(shifts={**self.NIGHT, "2026-07-21": [["05:00", "11:00"]]})
        assert codes(validate(split_overnight(both), TODAY)) == ["overlap"]

    def test_the_last_date_there_is_has_no_morning_after(self):
        last = definition(hours={"mon": OFFICE}, shifts={"9999-12-31": [["22:00", "06:00"]]})
        assert codes(validate(split_overnight(last), TODAY)) == ["ends_before_start"]


def test_hours_that_cannot_be_read_are_left_for_the_refusal_to_name():
    split = split_overnight(
        definition(hours={"mon": [["late", "early"]], "noday": [["22:00", "06:00"]], "tue": 9})
    )
    assert codes(validate(split, TODAY)) == ["unknown_weekday", "bad_time", "bad_time"]
    assert codes(validate(split_overnight({"tz": "UTC", "hours": 9, "shifts": 9}), TODAY)) == ["bad_form"] * 2


@pytest.mark.parametrize("code", SENTENCES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_problem_has_a_sentence(code, language):
    params = {"day": "mon", "time": "02:00", "zone": "Europe/London", "date": "2026-07-13", "key": "x"}
    with override(language):
        sentence = explain(Problem(code, params))
    assert "%(" not in sentence
    assert "mon:" not in sentence
