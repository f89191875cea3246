"""What scans record, once, whenever they run (D1 - D5, D8 - D10, C5)."""

import pytest

from sla.engine import Author, Message, State, Target, Voided, clocks, fold, next_scan_at
from tests.sla.stories import (
    HOUR,
    LOWER_ROWS_IN_THE_OFFICE,
    RESPONSE,
    Desk,
    ana_replies,
    at,
    clock,
    filed,
    held,
    promise,
    resolved,
    resumed,
    set_to,
)

WARN75 = ("response", "warn75", "P2", 22.5, "yes")
WARN90 = ("response", "warn90", "P2", 27, "yes")
BREACH = ("response", "breach", "*", 30, "yes")


def silent(record):
    return (*record[:-1], "no")


def test_each_level_is_recorded_when_it_is_crossed_and_never_again():
    desk = Desk(filed("P2"))

    found = [desk.scan(minutes) for minutes in (22, 22.5, 23, 27, 30, 30.01, 31, 31)]

    assert found == [[], [WARN75], [], [WARN90], [], [BREACH], [], []]


def test_a_late_scan_records_every_level_and_sends_one_message():  # D4
    desk = Desk(filed("P2"))

    assert desk.scan(65) == [silent(WARN75), silent(WARN90), BREACH]
    assert [record.is_late for record in desk.last.new] == [True, True, True]


def test_a_level_noticed_within_five_minutes_is_not_late():
    desk = Desk(filed("P2"))
    desk.scan(27.5)

    assert [record.is_late for record in desk.last.new] == [False, False]
    desk.scan(35.01)
    assert [record.is_late for record in desk.last.new] == [True]


def test_an_answer_in_time_that_the_scan_sees_late_fires_nothing():  # D5
    assert Desk(filed("P2"), ana_replies(29)).scan(65) == []


def test_a_late_answer_before_the_scan_is_recorded_without_a_page():  # D5
    desk = Desk(filed("P2"), ana_replies(45))

    assert desk.scan(65) == [(*BREACH[:-1], "digest")]
    assert desk.scan(66) == []


def test_a_breach_before_a_pause_is_recorded_without_a_page():  # D5
    desk = Desk(filed("P1"), ana_replies(1), held(300))

    assert desk.scan(310) == [("resolution", "breach", "*", 240, "digest")]


def test_a_warning_crossed_before_a_pause_waits_for_the_resume():
    desk = Desk(filed("P1"), ana_replies(1), held(200), set_to("P1", 201))

    assert desk.scan(300) == []


def test_an_upgrade_may_warn_again_but_a_breach_is_announced_once():  # D3
    desk = Desk(filed("P3"), ana_replies(1), set_to("P2", 19 * 60), set_to("P1", 23 * 60))

    rows = [record[1:3] for minutes in range(0, 30 * 60, 7) for record in desk.scan(minutes)]

    assert rows == [("warn75", "P3"), ("warn90", "P3"), ("breach", "*")]


def test_the_new_rows_levels_are_its_own():
    desk = Desk(filed("P3"), ana_replies(1), set_to("P1", 60))

    assert desk.scan(60 + 179) == []
    assert desk.scan(60 + 180) == [("resolution", "warn75", "P1", 240, "yes")]


def test_warnings_fall_in_open_hours():  # D1
    desk = Desk(filed("P3"), ana_replies(1), policy=LOWER_ROWS_IN_THE_OFFICE)

    found = [record for minutes in range(0, 5 * 24 * 60, 30) for record in desk.scan(minutes)]

    assert [record[3] / 60 for record in found] == [24 * 2 + 1, 24 * 2 + 4.6, 24 * 2 + 7]


def test_a_cancelled_or_voided_clock_fires_nothing():
    void = [Voided(at(1), Target.RESPONSE, "Mia", "test"), Voided(at(1), Target.RESOLUTION, "Mia", "test")]

    assert Desk(filed("P1"), *void).scan(1000) == []


def test_voiding_a_recorded_breach_is_not_a_withdrawal():  # B12
    desk = Desk(filed("P2"))
    desk.scan(60)
    desk.story.append(Voided(at(70), Target.RESPONSE, "Mia", "test"))

    assert desk.scan(80) == []
    assert desk.last.withdrawn == ()


class TestMailThatComesLate:  # C5
    def test_it_withdraws_a_breach_that_was_recorded_in_error(self):
        desk = Desk(filed("P2"))
        desk.scan(40)
        desk.story.append(ana_replies(20))  # received then, imported now

        assert desk.scan(50) == []
        assert desk.last.withdrawn == ((RESPONSE, 1, "breach", "*"),)
        assert desk.scan(51) == []
        assert desk.last.withdrawn == ()

    def test_a_real_breach_after_a_withdrawn_one_is_announced(self):
        desk = Desk(filed("P1"), ana_replies(1))
        desk.scan(250)
        desk.story.append(held(100))
        desk.scan(260)
        desk.story.append(resumed(266))

        assert ("resolution", "breach", "*", 406, "yes") in desk.scan(410)

    def test_a_late_reply_after_the_deadline_leaves_the_breach(self):
        desk = Desk(filed("P2"))
        desk.scan(60)
        desk.story.append(ana_replies(31))

        assert desk.scan(61) == []
        assert desk.last.withdrawn == ()


def test_a_clock_that_is_set_back_sends_nothing_twice_and_withdraws_nothing():  # D8
    desk = Desk(filed("P2"))
    desk.scan(60)

    assert desk.scan(20) == []
    assert desk.last.withdrawn == ()
    assert desk.scan(60) == []


def test_levels_beyond_the_target_follow_a_breach():  # D9
    desk = Desk(filed("P1"), ana_replies(1), policy=promise(levels=(75, 90, 100, 150)))

    assert desk.scan(359)[-1] == ("resolution", "breach", "*", 240, "yes")
    assert desk.scan(360) == [("resolution", "over150", "*", 360, "yes")]
    assert desk.scan(900) == []


class TestReminders:  # D10
    def test_an_overdue_clock_reminds_every_so_many_open_hours(self):
        desk = Desk(filed("P1"), ana_replies(1), policy=promise(renotice_every=2 * HOUR))

        assert desk.scan(250)[-1][1] == "breach"
        assert desk.scan(359) == []
        assert desk.scan(360) == [("resolution", "overdue1", "*", 360, "yes")]
        assert desk.scan(700) == [("resolution", "overdue3", "*", 600, "yes")]
        assert desk.scan(719) == []

    def test_they_count_from_the_breach_wherever_the_clock_paused(self):
        story = [filed("P1"), ana_replies(1), held(60), resumed(120), held(330), resumed(400)]
        desk = Desk(*story, policy=promise(renotice_every=HOUR))  # breached at 300

        assert desk.scan(429)[-1][1] == "breach"
        assert desk.scan(430) == [("resolution", "overdue1", "*", 430, "yes")]

    def test_not_while_paused_or_resolved(self):
        policy = promise(renotice_every=HOUR)

        for stop in (held, resolved):
            desk = Desk(filed("P1"), ana_replies(1), stop(250), policy=policy)
            desk.scan(249)
            assert desk.scan(2000) == []

    def test_only_in_open_hours(self):
        policy = promise(p3=LOWER_ROWS_IN_THE_OFFICE.row("P3").calendar, renotice_every=HOUR)
        desk = Desk(filed("P3"), ana_replies(1), policy=policy)
        thursday = 3 * 24 * 60
        assert desk.scan(thursday - 1)[-1] == ("resolution", "overdue1", "*", 2 * 24 * 60 + 8 * 60, "yes")

        assert desk.scan(thursday + 29) == []
        assert desk.scan(thursday + 30) == [("resolution", "overdue2", "*", thursday + 30, "yes")]


class TestWhenToLookAgain:
    def test_at_the_next_level(self):
        desk = Desk(filed("P2"))
        looks = []
        for minutes in (0, 22.5, 27, 30.5):
            desk.scan(minutes)
            looks.append(next_scan_at(clock(RESPONSE, desk.story, minutes), desk.recorded))

        assert looks == [at(22.5), at(27), at(30), None]

    def test_at_once_when_an_event_came_before_the_scan(self):
        response = clock(RESPONSE, [filed("P2"), set_to("P2", 23)], 23)

        assert response.next_threshold_at == at(27)
        assert next_scan_at(response, {}) == at(22.5)

    def test_a_missed_clock_once_more_for_its_breach(self):
        desk = Desk(filed("P2"), ana_replies(45))
        response = clock(RESPONSE, desk.story, 45)

        assert next_scan_at(response, {}) == at(30)
        desk.scan(46)
        assert next_scan_at(response, desk.recorded) is None

    @pytest.mark.parametrize("message", [ana_replies(5), Message(at(5), Author.AGENT)])
    def test_never_for_a_met_one(self, message):
        assert next_scan_at(clock(RESPONSE, [filed("P2"), message], 60), {}) is None


def test_a_scan_that_read_its_clock_before_a_reply_still_knows_the_reply():  # D5
    response, _ = clocks(fold([filed("P2"), ana_replies(20)]), promise(), at(10))

    assert (response.state, response.stopped_at) == (State.MET, at(20))
