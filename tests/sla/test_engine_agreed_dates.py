"""Negotiated resolutions: no deadline until a date is agreed, and then that date (B13, D1)."""

from sla.engine import State
from tests.sla.stories import (
    HOUR,
    LOWER_ROWS_IN_THE_OFFICE,
    OFFICE,
    RESOLUTION,
    Desk,
    agreed,
    ana_replies,
    at,
    clock,
    filed,
    held,
    promise,
    resolved,
    resumed,
    set_to,
    waits_for_rui,
)

DAY = 24 * 60
TALK = [filed("P4"), ana_replies(60)]


def test_nothing_is_due_until_a_date_is_agreed():
    resolution = clock(RESOLUTION, TALK, 600)

    assert (resolution.state, resolution.due_at, resolution.remaining) == (State.NEGOTIATING, None, None)


def test_the_agreed_date_is_the_deadline():
    resolution = clock(RESOLUTION, [*TALK, agreed(3 * DAY, 100)], 2 * DAY)

    assert (resolution.state, resolution.due_at, resolution.governing_row) == (
        State.RUNNING,
        at(3 * DAY),
        "P4",
    )
    assert resolution.remaining == 24 * HOUR


def test_pauses_do_not_move_it():
    story = [*TALK, agreed(3 * DAY, 100), waits_for_rui(200), resumed(2 * DAY)]

    assert clock(RESOLUTION, story, 300).due_at is None
    assert clock(RESOLUTION, story, 300).agreement.due_at == at(3 * DAY)
    assert clock(RESOLUTION, story, 2 * DAY).due_at == at(3 * DAY)


def test_it_can_be_missed_like_any_deadline():
    story = [*TALK, agreed(3 * DAY, 100), resolved(3 * DAY + 1)]

    assert clock(RESOLUTION, story, 4 * DAY).state is State.MISSED
    assert clock(RESOLUTION, story, 4 * DAY).breached_at == at(3 * DAY)
    assert clock(RESOLUTION, [*story[:3], resolved(3 * DAY)], 4 * DAY).state is State.MET


def test_the_first_date_and_the_number_of_changes_are_kept():
    story = [*TALK, agreed(3 * DAY, 100), agreed(4 * DAY, 200), agreed(5 * DAY, 300)]

    agreement = clock(RESOLUTION, story, 400).agreement

    assert (agreement.first_due_at, agreement.due_at, agreement.changes) == (at(3 * DAY), at(5 * DAY), 2)


def test_a_date_that_passes_in_a_pause_breaches_at_the_resume():
    story = [*TALK, agreed(3 * DAY, 100), held(200), resumed(4 * DAY)]

    assert clock(RESOLUTION, story, 3 * DAY + 10).breached_at is None
    assert clock(RESOLUTION, story, 4 * DAY).breached_at is None
    assert clock(RESOLUTION, story, 4 * DAY).next_threshold_at == at(4 * DAY)
    assert clock(RESOLUTION, story, 4 * DAY + 1).breached_at == at(4 * DAY)


def test_a_date_renegotiated_in_the_pause_does_not_breach():
    story = [*TALK, agreed(3 * DAY, 100), held(200), agreed(6 * DAY, 3 * DAY + 10), resumed(4 * DAY)]

    resolution = clock(RESOLUTION, story, 5 * DAY)

    assert (resolution.breached_at, resolution.due_at) == (None, at(6 * DAY))


def test_it_governs_only_while_the_priority_is_negotiated():
    story = [*TALK, agreed(10 * DAY, 100), set_to("P2", 200), set_to("P4", 300)]

    assert clock(RESOLUTION, story, 250).due_at == at(200 + 480)
    assert clock(RESOLUTION, story, 350).due_at == at(10 * DAY)


def test_resolving_without_a_date_meets_the_clock():
    assert clock(RESOLUTION, [*TALK, resolved(100)], 200).state is State.MET


class TestScans:
    def test_owner_and_tam_are_nudged_after_five_business_days(self):
        desk = Desk(*TALK, policy=LOWER_ROWS_IN_THE_OFFICE)

        assert desk.scan(7 * DAY + 59) == []
        assert desk.scan(7 * DAY + 60) == [("resolution", "nudge", "*", 7 * DAY + 60, "yes")]
        assert desk.scan(8 * DAY) == []

    def test_a_nudge_waits_for_the_next_opening(self):
        evening = 12 * 60
        desk = Desk(filed("P4", 8 * 60), ana_replies(evening), policy=LOWER_ROWS_IN_THE_OFFICE)

        assert desk.scan(7 * DAY + evening) == []
        assert desk.scan(8 * DAY) == [("resolution", "nudge", "*", 8 * DAY, "yes")]

    def test_an_agreed_date_warns_three_and_one_business_days_before(self):
        monday_noon = 7 * DAY + 180
        desk = Desk(*TALK, agreed(monday_noon, 100), policy=LOWER_ROWS_IN_THE_OFFICE)

        assert desk.scan(2 * DAY + 179) == []
        assert desk.scan(2 * DAY + 180) == [("resolution", "warn3d", "P4", 2 * DAY + 180, "yes")]
        assert desk.scan(4 * DAY + 180) == [("resolution", "warn1d", "P4", 4 * DAY + 180, "yes")]
        assert desk.scan(monday_noon) == []
        assert desk.scan(monday_noon + 1) == [("resolution", "breach", "*", monday_noon, "yes")]

    def test_its_warnings_fall_in_open_hours(self):
        saturday_night = 5 * DAY + 13 * 60
        desk = Desk(*TALK, agreed(saturday_night, 100), policy=LOWER_ROWS_IN_THE_OFFICE)

        friday_close = 4 * DAY + 8.5 * 60
        assert desk.scan(friday_close)[-1] == ("resolution", "warn1d", "P4", friday_close, "yes")

    def test_a_date_at_short_notice_does_not_warn_of_what_was_just_agreed(self):
        desk = Desk(*TALK, agreed(DAY - 60, 100), policy=LOWER_ROWS_IN_THE_OFFICE)

        assert desk.scan(101) == []

    def test_a_new_date_warns_anew(self):
        desk = Desk(*TALK, agreed(4 * DAY, 100), agreed(5 * DAY, 3 * DAY + 200))

        assert [record[1] for record in desk.scan(3 * DAY)] == ["warn3d", "warn1d"]
        assert [record[1] for record in desk.scan(4 * DAY)] == ["warn1d-2"]

    def test_the_owner_is_told_of_a_date_that_passes_in_a_pause(self):
        desk = Desk(*TALK, agreed(2 * DAY, 100), held(200), resumed(4 * DAY))

        assert clock(RESOLUTION, desk.story, 300).next_threshold_at == at(2 * DAY)
        assert desk.scan(2 * DAY) == [("resolution", "passed", "P4", 2 * DAY, "yes")]
        assert desk.scan(3 * DAY) == []
        assert ("resolution", "breach", "*", 4 * DAY, "yes") in desk.scan(4 * DAY + 1)

    def test_an_overdue_date_reminds_like_any_deadline(self):  # D10
        policy = promise(p4=OFFICE, renotice_every=4 * HOUR)
        desk = Desk(*TALK, agreed(60 * 6, 100), policy=policy)

        assert desk.scan(60 * 7)[-1][1] == "breach"
        assert desk.scan(DAY + 90)[-1] == ("resolution", "overdue1", "*", DAY + 90, "yes")
