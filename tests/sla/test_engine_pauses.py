"""What stops the resolution clock for a while, and what that does to its deadline (B4, B7, B8, B12, B14)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sla.engine import (
    Author,
    Cancelled,
    Message,
    Policy,
    StartMoved,
    State,
    Status,
    Target,
    Voided,
    clocks,
    fold,
)
from tests.sla.stories import (
    AROUND_THE_CLOCK,
    HOUR,
    LOWER_ROWS_IN_THE_OFFICE,
    MINUTE,
    RESOLUTION,
    RESPONSE,
    ana_replies,
    at,
    clock,
    closed,
    filed,
    held,
    promise,
    readings,
    resolved,
    resumed,
    rui_writes,
    set_to,
    waits_for_rui,
)


@pytest.mark.parametrize("pause", [waits_for_rui, held])
def test_a_pause_has_no_deadline_and_keeps_what_is_left(pause):
    resolution = clock(RESOLUTION, [filed("P2"), pause(60)], 300)

    assert (resolution.state, resolution.due_at, resolution.promised_at) == (State.PAUSED, None, at(480))
    assert (resolution.elapsed, resolution.remaining) == (HOUR, 7 * HOUR)
    assert resolution.percent == 12.5
    assert resolution.paused == 4 * HOUR
    assert resolution.next_threshold_at is None


def test_a_customer_who_takes_an_hour_to_answer_moves_the_deadline_by_an_hour():
    story = [filed("P2"), ana_replies(10), waits_for_rui(10), rui_writes(70)]

    assert clock(RESOLUTION, story, 70).due_at == at(8 * 60 + 60)


def test_a_colleagues_answer_resumes_the_clock_too():
    story = [filed("P2"), waits_for_rui(10), Message(at(70), Author.COLLEAGUE)]

    assert clock(RESOLUTION, story, 80).state is State.RUNNING


def test_a_customers_message_does_not_end_a_hold():
    assert clock(RESOLUTION, [filed("P2"), held(10), rui_writes(70)], 80).state is State.PAUSED


def test_a_pause_is_measured_on_the_calendar_of_the_target():
    over_night = [filed("P3"), waits_for_rui(8 * 60), rui_writes(24 * 60 + 30)]  # 17:00 to 9:30
    resolution = clock(RESOLUTION, over_night, 24 * 60 + 60, LOWER_ROWS_IN_THE_OFFICE)

    assert resolution.due_at == at(2 * 24 * 60 + 7 * 60 + 60)  # an hour of it was open: 16:00 becomes 17:00
    assert resolution.paused == 16.5 * HOUR


def test_a_pause_in_closed_time_changes_nothing():
    closed_time = [filed("P3"), waits_for_rui(8.5 * 60), rui_writes(24 * 60)]  # 17:30 to 9:00
    later = 24 * 60 + 10

    paused = clock(RESOLUTION, closed_time, later, LOWER_ROWS_IN_THE_OFFICE)
    untouched = clock(RESOLUTION, [filed("P3")], later, LOWER_ROWS_IN_THE_OFFICE)

    assert (paused.due_at, paused.elapsed) == (untouched.due_at, untouched.elapsed)


def test_a_pause_from_the_very_deadline_at_closing_time_changes_nothing_either():
    wednesday_closing = 2 * 24 * 60 + 8.5 * 60
    story = [filed("P3", 90), waits_for_rui(wednesday_closing), resumed(wednesday_closing + 60)]

    for minutes in (wednesday_closing - 1, wednesday_closing + 61):
        assert clock(RESOLUTION, story, minutes, LOWER_ROWS_IN_THE_OFFICE).due_at == at(wednesday_closing)


def test_a_budget_used_up_at_the_very_pause_ran_out_then():
    story = [filed("P2"), held(480), resumed(600)]

    assert clock(RESOLUTION, story, 600).breached_at is None
    assert clock(RESOLUTION, story, 601).breached_at == at(480)
    assert clock(RESOLUTION, [*story, held(600)], 700).breached_at is None  # it ran for no time at all


def test_zero_length_pauses_are_harmless():  # C6
    flapping = [filed("P2"), waits_for_rui(10), resumed(10), held(10), resumed(10)]

    assert clock(RESOLUTION, flapping, 20).due_at == at(480)


def test_a_row_may_go_on_in_a_status_that_pauses_the_others():
    rows = AROUND_THE_CLOCK.rows
    p1_holds_count = Policy((replace(rows[0], pause_statuses=frozenset({Status.PENDING})), *rows[1:]))

    p1 = clock(RESOLUTION, [filed("P1"), held(60)], 120, p1_holds_count)
    p2 = clock(RESOLUTION, [filed("P2"), held(60)], 120, p1_holds_count)

    assert (p1.state, p1.due_at) == (State.RUNNING, at(240))
    assert p2.state is State.PAUSED


class TestResolving:
    def test_the_result_is_provisional_until_the_ticket_is_closed(self):  # B7
        story = [filed("P2"), ana_replies(5), resolved(100), closed(9000)]

        provisional, final = clock(RESOLUTION, story, 200), clock(RESOLUTION, story, 9001)

        assert (provisional.state, provisional.provisional) == (State.MET, True)
        assert (final.state, final.provisional) == (State.MET, False)
        assert provisional.stopped_at == final.stopped_at == at(100)

    def test_closing_without_resolving_stops_it_then(self):
        assert clock(RESOLUTION, [filed("P2"), closed(100)], 200).stopped_at == at(100)

    @pytest.mark.parametrize("reopened", [rui_writes, resumed])
    def test_reopening_goes_on_with_the_same_clock_and_the_resolved_time_does_not_count(self, reopened):  # B8
        story = [filed("P2"), resolved(100), reopened(1000)]

        resolution = clock(RESOLUTION, story, 1000)

        assert (resolution.state, resolution.stopped_at) == (State.RUNNING, None)
        assert resolution.remaining == 380 * MINUTE
        assert resolution.due_at == at(1380)
        assert fold(story).reopenings == 1

    def test_resolved_time_is_not_a_pause(self):
        assert clock(RESOLUTION, [filed("P2"), resolved(100), resumed(200)], 300).paused == timedelta(0)

    def test_a_merciful_policy_leaves_some_time_after_reopening(self):  # B8
        merciful = promise(reopen_floor=HOUR)
        story = [filed("P2"), resolved(470), rui_writes(1000)]

        assert clock(RESOLUTION, story, 1000, merciful).due_at == at(1060)
        assert clock(RESOLUTION, story, 1000).due_at == at(1010)
        assert clock(RESOLUTION, [filed("P2"), resolved(100), rui_writes(1000)], 1000, merciful).due_at == at(
            1380
        )

    def test_mercy_is_not_for_a_breached_clock(self):
        story = [filed("P2"), resolved(490), rui_writes(1000)]

        resolution = clock(RESOLUTION, story, 1010, promise(reopen_floor=HOUR))

        assert (resolution.breached_at, resolution.remaining) == (at(480), -20 * MINUTE)

    def test_a_breach_survives_resolving_and_reopening(self):  # B12
        story = [filed("P2"), resolved(490), rui_writes(1000)]

        assert clock(RESOLUTION, story, 600).state is State.MISSED
        assert clock(RESOLUTION, story, 1010).breached_at == at(480)

    def test_nothing_that_comes_after_closing_changes_a_clock(self):  # B15
        story = [filed("P2"), ana_replies(5), resolved(100), closed(200)]
        afterwards = [rui_writes(300), resumed(310), set_to("P1", 320)]

        assert readings(story, 400) == readings([*story, *afterwards], 400)


class TestEndings:
    def test_a_merged_ticket_cancels_its_open_clocks_and_keeps_its_results(self):  # B14
        merged = Cancelled(at(20), "merged")

        assert clock(RESPONSE, [filed("P2"), ana_replies(10), merged], 60).state is State.MET
        assert clock(RESPONSE, [filed("P1"), merged], 60).state is State.MISSED
        resolution = clock(RESOLUTION, [filed("P2"), merged], 60)
        assert (resolution.state, resolution.due_at, resolution.upcoming) == (State.CANCELLED, None, None)

    def test_a_resolved_ticket_that_is_merged_keeps_its_result_for_good(self):
        story = [filed("P2"), resolved(10), Cancelled(at(20), "merged")]

        resolution = clock(RESOLUTION, story, 60)

        assert (resolution.state, resolution.provisional) == (State.MET, False)

    def test_the_survivor_starts_with_the_older_ticket_when_the_agent_confirms_it(self):  # B14
        story = [filed("P2"), StartMoved(at(30), at(-120))]

        assert clock(RESOLUTION, story, 29).due_at == at(480)
        assert clock(RESOLUTION, story, 30).due_at == at(360)

    def test_a_later_start_is_not_taken_over(self):
        assert clock(RESOLUTION, [filed("P2"), StartMoved(at(30), at(20))], 30).started_at == at(0)

    def test_a_met_response_keeps_its_start(self):
        story = [filed("P2"), ana_replies(20), StartMoved(at(30), at(-120))]

        response = clock(RESPONSE, story, 40)

        assert (response.state, response.started_at) == (State.MET, at(0))

    def test_a_voided_clock_has_no_breach_but_tells_of_it(self):  # B12
        void = Voided(at(600), Target.RESOLUTION, by="Mia", reason="our own test ticket")

        resolution = clock(RESOLUTION, [filed("P2"), void], 700)

        assert (resolution.state, resolution.breached_at) == (State.VOID, None)
        assert (resolution.voided_breach_at, resolution.void) == (at(480), void)
        assert clock(RESPONSE, [filed("P2"), void], 700).breached_at == at(30)

    def test_a_closed_tickets_clock_can_still_be_voided(self):
        void = Voided(at(900), Target.RESOLUTION, by="Mia", reason="counted twice")

        assert clock(RESOLUTION, [filed("P2"), resolved(600), closed(700), void], 901).state is State.VOID

    def test_a_breach_recorded_under_an_earlier_calendar_stays(self):  # C2
        story = fold([filed("P2"), ana_replies(1)])
        (_, resolution) = clocks(story, AROUND_THE_CLOCK, at(60), {(RESOLUTION, 1): at(40)})

        assert resolution.breached_at == at(40)
