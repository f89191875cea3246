"""Row budgets: what upgrades and downgrades do to a deadline (B10, B11)."""

from datetime import timedelta

import pytest

from sla.engine import Policy, Row, State
from tests.sla.stories import (
    ALWAYS,
    HOUR,
    LOWER_ROWS_IN_THE_OFFICE,
    MINUTE,
    RESOLUTION,
    RESPONSE,
    ana_replies,
    at,
    clock,
    filed,
    held,
    resumed,
    set_to,
    waits_for_rui,
)


def test_an_upgrade_gives_the_new_target_from_the_upgrade_on():
    resolution = clock(RESOLUTION, [filed("P3"), set_to("P1", 5 * 60)], 5 * 60)

    assert (resolution.due_at, resolution.governing_row, resolution.elapsed) == (at(9 * 60), "P1", 0 * HOUR)


def test_an_upgrade_never_makes_the_deadline_later():
    late = clock(RESOLUTION, [filed("P3"), set_to("P1", 23 * 60)], 23 * 60)

    assert (late.due_at, late.governing_row) == (at(24 * 60), "P3")


def test_an_upgrade_does_not_breach():
    response = clock(RESPONSE, [filed("P3"), set_to("P1", 119)], 119)

    assert (response.breached_at, response.due_at) == (None, at(120))


def test_an_upgrade_keeps_the_pauses():
    story = [filed("P3"), waits_for_rui(60), resumed(600), set_to("P2", 700)]

    resolution = clock(RESOLUTION, story, 700)

    assert resolution.due_at == at(700 + 480)
    assert clock(RESOLUTION, story[:3], 700).due_at == at(24 * 60 + 540)


def test_a_downgrade_is_due_as_if_it_had_always_been_lower():
    downgraded = clock(RESOLUTION, [filed("P1"), set_to("P3", 200)], 300)
    always_lower = clock(RESOLUTION, [filed("P3")], 300)

    assert (downgraded.due_at, downgraded.elapsed) == (always_lower.due_at, always_lower.elapsed)


def test_flipping_the_priority_gains_no_fresh_target():
    story = [filed("P1"), set_to("P3", 200), set_to("P1", 210), set_to("P3", 220), set_to("P1", 230)]

    resolution = clock(RESOLUTION, story, 230)

    assert (resolution.remaining, resolution.due_at) == (30 * MINUTE, at(260))


def test_a_breach_survives_a_downgrade_whose_deadline_is_later():  # B12
    resolution = clock(RESOLUTION, [filed("P1"), set_to("P3", 250)], 260)

    assert (resolution.breached_at, resolution.due_at) == (at(240), at(24 * 60))
    assert resolution.remaining == 24 * HOUR - 260 * MINUTE


def test_the_row_that_runs_out_first_governs_across_calendars():
    friday_5pm = 4 * 24 * 60 + 8 * 60
    on_p3 = clock(RESOLUTION, [filed("P3", friday_5pm)], friday_5pm, LOWER_ROWS_IN_THE_OFFICE)
    upgraded = clock(
        RESOLUTION,
        [filed("P3", friday_5pm), set_to("P2", friday_5pm + 60)],
        friday_5pm + 60,
        LOWER_ROWS_IN_THE_OFFICE,
    )

    assert on_p3.due_at == at(9 * 24 * 60 + 6.5 * 60)  # Wednesday 15:30
    assert (upgraded.due_at, upgraded.governing_row) == (at(friday_5pm + 60 + 480), "P2")


def test_of_two_rows_that_run_out_together_the_more_severe_governs():
    equal = Policy(tuple(Row(row, HOUR, 8 * HOUR, ALWAYS) for row in ("P1", "P2", "P3", "P4")))

    assert clock(RESOLUTION, [filed("P2")], 60, equal).governing_row == "P2"
    assert clock(RESOLUTION, [filed("P2")], 600, equal).governing_row == "P2"


def test_a_priority_set_while_paused_governs_at_once():
    story = [filed("P3"), ana_replies(1), held(60), set_to("P1", 100)]

    resolution = clock(RESOLUTION, story, 200)

    assert (resolution.state, resolution.governing_row, resolution.remaining) == (
        State.PAUSED,
        "P1",
        4 * HOUR,
    )


def test_an_upgrade_from_negotiated_starts_the_budget_of_the_new_row():
    resolution = clock(RESOLUTION, [filed("P4"), set_to("P3", 600)], 700)

    assert (resolution.state, resolution.due_at) == (State.RUNNING, at(600 + 24 * 60))


@pytest.mark.parametrize("targets", [(timedelta(0), HOUR), (HOUR, timedelta(0)), (-HOUR, None)])
def test_a_target_is_more_than_no_time(targets):
    Row("P1", HOUR, None, ALWAYS)

    with pytest.raises(ValueError, match="P1"):
        Row("P1", *targets, ALWAYS)
