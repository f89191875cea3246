"""What speaks against a draft of a policy, in sentences."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sla import defaults, ladder
from sla.ladder import Ladder, Role, Step
from sla.policies.drafts import Draft, DraftRow
from sla.policies.rules import objections
from sla.worktime import Calendar

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ALWAYS, OFFICE = 1, 2
CALENDARS = {
    ALWAYS: Calendar.from_definition(defaults.AROUND_THE_CLOCK),
    OFFICE: Calendar.from_definition(defaults.BUSINESS_HOURS),
}


@pytest.fixture
def draft():
    rows = (
        DraftRow(priority.value, response, resolution, ALWAYS, ("pending", "on_hold"))
        for priority, (response, resolution) in defaults.TARGETS.items()
    )
    return Draft(tuple(rows), tuple(defaults.LEVELS), ladder.read(defaults.LADDER))


def changed(draft, priority, **fields):
    rows = tuple(replace(row, **fields) if row.priority == priority else row for row in draft.rows)
    return replace(draft, rows=rows)


def told(draft):
    return [(o.field, o.sentence, o.is_warning) for o in objections(draft, CALENDARS)]


def test_nothing_speaks_against_the_default(draft):
    assert told(draft) == []


def test_the_more_severe_ticket_must_not_wait_longer(draft):
    ((field, sentence, is_warning),) = told(changed(draft, "P1", response=HOUR))
    assert (field, is_warning) == ("p1_response", False)
    assert sentence == (
        "P1 is more severe than P2, but 1 h is slower than its 30 min. "
        "The shorter promise of P2 would hold for P1 too."
    )


def test_on_different_calendars_longer_is_only_doubtful(draft):
    office = changed(draft, "P3", resolution=6 * HOUR, calendar=OFFICE)
    ((field, sentence, is_warning),) = told(office)
    assert (field, is_warning) == ("p2_resolution", True)
    assert "whichever is due first" in sentence


def test_what_is_more_severe_cannot_be_left_to_agreement(draft):
    ((field, sentence, _),) = told(changed(draft, "P2", resolution=None))
    assert field == "p2_resolution"
    assert "P3 is promised a solution within 24 h" in sentence


def test_an_answer_comes_before_the_solution(draft):
    assert told(changed(draft, "P1", resolution=10 * MINUTE))[0][0] == "p1_response"


def test_no_time_at_all_and_an_unknown_calendar_are_refused(draft):
    assert told(changed(draft, "P1", response=timedelta(0)))[0][0] == "p1_response"
    assert told(changed(draft, "P1", calendar=99))[0][0] == "p1_calendar"


def test_a_clock_that_never_waits_for_the_customer_is_doubtful(draft):
    ((field, sentence, is_warning),) = told(changed(draft, "P1", pauses=()))
    assert (field, is_warning) == ("p1_pauses", True)
    assert "P1" in sentence
    assert told(changed(draft, "P1", pauses=("pending",))) == []


@pytest.mark.parametrize("levels", [(90, 75, 100), (75, 75), (0, 100), (100, 1001), tuple(range(1, 12))])
def test_levels_have_an_order_and_bounds(draft, levels):
    found = told(replace(draft, levels=levels, ladder=Ladder((Step("breach", (Role.MANAGERS,)),))))
    assert any(field == "levels" and not is_warning for field, _, is_warning in found)


def test_nobody_warned_and_nobody_told_are_doubtful(draft):
    silent = replace(draft, levels=(100,), ladder=Ladder())
    assert [(field, is_warning) for field, _, is_warning in told(silent)] == [
        ("levels", True),
        ("ladder", True),
    ]


def test_a_step_at_a_level_that_is_not_there_is_refused(draft):
    ((field, sentence, is_warning),) = told(replace(draft, levels=(75, 90, 100)))
    assert (field, is_warning) == ("ladder", False)
    assert "150 %" in sentence


def test_a_draft_is_read_back_as_it_was_written(draft):
    full = replace(draft, next_response=True, reopen_floor=HOUR, renotice_every=4 * HOUR)
    assert Draft.read(full.dump()) == full
