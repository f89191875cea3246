"""What a calendar's form refuses, warns of and rewrites."""

from datetime import date

import pytest
from django.utils.translation import override

from sla.calendar_rules import SENTENCES, explain, split_overnight, validate
from sla.worktime import WEEKDAYS, Calendar, InvalidCalendar, Problem

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


def test_an_overnight_shift_on_a_single_date_is_refused():
    with pytest.raises(InvalidCalendar) as refused:
        split_overnight(definition(shifts={"2026-07-20": [["22:00", "06:00"]]}))
    assert codes(refused.value.problems) == ["overnight_override"]


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
