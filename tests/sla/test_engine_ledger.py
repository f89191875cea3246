"""The ledger answers "why is this due then?" (E3)."""

from datetime import timedelta

import pytest

from sla.engine import Activity, fold, ledger
from tests.sla.stories import (
    AROUND_THE_CLOCK,
    HOUR,
    LOWER_ROWS_IN_THE_OFFICE,
    MINUTE,
    NEXT_RESPONSE,
    RESOLUTION,
    RESPONSE,
    agreed,
    ana_replies,
    at,
    clock,
    filed,
    held,
    promise,
    resolved,
    resumed,
    rui_writes,
    set_to,
)

STORY = [filed("P3"), ana_replies(30), held(60, "bug with the codec team"), resumed(120), set_to("P1", 180)]


def explain(story, minutes, policy=AROUND_THE_CLOCK, target=RESOLUTION):
    return ledger(fold(story), policy, at(minutes), target)


def test_it_lists_what_was_counted_and_what_was_not_with_the_reason():
    entries = explain(STORY[:-1], 180).entries

    assert [(e.start, e.end, e.activity, e.reason) for e in entries] == [
        (at(0), at(60), Activity.COUNTED, ""),
        (at(60), at(120), Activity.PAUSED, "bug with the codec team"),
        (at(120), at(180), Activity.COUNTED, ""),
    ]
    assert [e.counted for e in entries] == [HOUR, timedelta(0), HOUR]


def test_the_counted_time_adds_up_to_what_the_clock_shows():
    for story in (STORY, [*STORY, resolved(400)], [*STORY, resolved(300), rui_writes(500)]):
        told = explain(story, 600)

        assert sum((e.counted for e in told.entries), timedelta(0)) == told.clock.elapsed
        assert told.clock == clock(RESOLUTION, story, 600)


def test_time_at_a_lower_priority_is_not_charged_to_the_row_that_governs_now():
    told = explain(STORY, 200)

    assert told.clock.governing_row == "P1"
    assert [e.counted for e in told.entries] == [timedelta(0)] * 3 + [20 * MINUTE]


def test_every_row_tells_its_budget():
    p1, p2, p3, p4 = explain(STORY, 200).rows

    assert (p1.used, p1.left, p1.runs_out_at, p1.governs) == (20 * MINUTE, 220 * MINUTE, at(420), True)
    assert (p2.used, p2.runs_out_at, p2.governs) == (20 * MINUTE, at(660), False)
    assert (p3.used, p3.runs_out_at, p3.counts_now) == (140 * MINUTE, at(24 * 60 + 60), True)
    assert (p4.budget, p4.left, p4.runs_out_at) == (None, None, None)


def test_a_row_above_the_severity_does_not_count():
    p1, *_ = explain([filed("P1"), set_to("P3", 100)], 200).rows

    assert (p1.used, p1.counts_now, p1.runs_out_at) == (100 * MINUTE, False, None)


def test_resolved_time_is_neither_counted_nor_paused():
    told = explain([filed("P2"), resolved(60), rui_writes(100)], 120)

    assert [e.activity for e in told.entries] == [Activity.COUNTED, Activity.STOPPED, Activity.COUNTED]


def test_open_time_is_that_of_the_governing_calendar():
    (entry,) = explain([filed("P3")], 24 * 60, LOWER_ROWS_IN_THE_OFFICE).entries

    assert (entry.end - entry.start, entry.open_time) == (24 * HOUR, 8.5 * HOUR)


def test_it_names_every_date_that_was_agreed():
    story = [filed("P4"), ana_replies(10), agreed(3000, 20), agreed(6000, 30)]

    assert [a.due_at for a in explain(story, 40).agreements] == [at(3000), at(6000)]
    assert explain(story, 40, target=RESPONSE).agreements == ()


def test_a_clock_that_is_not_there_has_no_ledger():
    with pytest.raises(LookupError):
        explain([filed("P2")], 10, target=NEXT_RESPONSE)
    with pytest.raises(LookupError):
        ledger(fold([filed("P2")]), promise(next_response=True), at(10), NEXT_RESPONSE, cycle=2)
