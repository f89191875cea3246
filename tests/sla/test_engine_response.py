"""When a response clock starts, what meets it, and what does not (B1 - B3, B5, B6, A8)."""

from dataclasses import replace

import pytest

from sla.engine import Author, Cancelled, InvalidHistory, Message, Origin, State, Status, apply, fold
from tests.sla.stories import (
    LOWER_ROWS_IN_THE_OFFICE,
    RESOLUTION,
    RESPONSE,
    ana_notes,
    ana_replies,
    at,
    clock,
    closed,
    filed,
    promise,
    readings,
    resolved,
    rui_writes,
    set_to,
    waits_for_rui,
)


def test_it_starts_when_the_ticket_is_filed():
    response = clock(RESPONSE, [filed("P2")], 10)

    assert (response.state, response.started_at, response.due_at) == (State.RUNNING, at(0), at(30))
    assert response.percent == pytest.approx(100 / 3)


def test_outside_office_hours_it_is_started_but_gathers_no_time():
    saturday = 5 * 24 * 60
    response = clock(RESPONSE, [filed("P3", saturday)], saturday + 60, LOWER_ROWS_IN_THE_OFFICE)

    assert response.state is State.RUNNING
    assert response.elapsed.total_seconds() == 0
    assert response.due_at == at(7 * 24 * 60 + 120)


def test_a_public_reply_meets_it():
    response = clock(RESPONSE, [filed("P2"), ana_replies(20)], 40)

    assert (response.state, response.stopped_at, response.promised_at) == (State.MET, at(20), at(30))
    assert response.due_at is None


@pytest.mark.parametrize(("reply", "result"), [(30, State.MET), (30 + 1 / 60, State.MISSED)])
def test_at_the_deadline_is_in_time_and_a_second_later_is_late(reply, result):  # A8
    response = clock(RESPONSE, [filed("P2"), ana_replies(reply)], 60)

    assert response.state is result
    assert response.breached_at == (None if result is State.MET else at(30))


def test_a_reply_after_closing_time_is_late_for_a_deadline_at_closing_time():  # A3, A8
    story = [filed("P3", 6.5 * 60), ana_replies(8.5 * 60 + 1)]
    response = clock(RESPONSE, story, 9 * 60, LOWER_ROWS_IN_THE_OFFICE)

    assert (response.state, response.breached_at) == (State.MISSED, at(8.5 * 60))


def test_it_is_breached_once_the_deadline_is_past_and_not_at_the_deadline():
    assert clock(RESPONSE, [filed("P2")], 30).breached_at is None
    assert clock(RESPONSE, [filed("P2")], 30 + 1 / 60).breached_at == at(30)


@pytest.mark.parametrize(
    "message",
    [
        ana_notes(5),
        rui_writes(5),
        Message(at(5), Author.BOT),
        Message(at(5), Author.SYSTEM),
        Message(at(5), Author.COLLEAGUE),
        Message(at(5), Author.AGENT, accepted=False),
    ],
    ids=["internal note", "requester", "bot", "acknowledgement", "colleague", "not sent"],
)
def test_only_an_agents_public_and_sent_message_is_a_response(message):  # B2, B3
    response = clock(RESPONSE, [filed("P2"), message], 10)

    assert response.state is State.RUNNING


def test_a_bot_may_answer_where_the_policy_says_so():
    story = [filed("P2"), Message(at(5), Author.BOT), ana_replies(20)]

    assert clock(RESPONSE, story, 30, promise(bot_meets_response=True)).stopped_at == at(5)
    assert clock(RESPONSE, story, 30, promise()).stopped_at == at(20)


def test_priority_and_waiting_do_not_meet_or_pause_it():  # B3, B5
    story = [filed("P3"), waits_for_rui(5), set_to("P2", 10)]

    response = clock(RESPONSE, story, 20)

    assert (response.state, response.due_at) == (State.RUNNING, at(40))


def test_a_met_response_is_not_reopened_by_a_priority_change():  # B10
    response = clock(RESPONSE, [filed("P3"), ana_replies(60), set_to("P1", 70)], 200)

    assert (response.state, response.stopped_at, response.governing_row) == (State.MET, at(60), "P3")


def test_a_call_taken_by_an_agent_is_answered_at_once():  # B6
    response = clock(RESPONSE, [filed("P1", origin=Origin.LIVE)], 60)

    assert (response.state, response.stopped_at) == (State.MET, at(0))


def test_a_ticket_that_an_agent_opens_unasked_has_no_response_clock():  # B6
    story = [filed("P1", origin=Origin.OUTBOUND, status=Status.OPEN)]

    assert clock(RESPONSE, story, 60).state is State.NOT_APPLICABLE
    assert clock(RESOLUTION, story, 60).due_at == at(240)


def test_it_goes_on_when_a_ticket_is_resolved_without_a_word():  # B5
    assert clock(RESPONSE, [filed("P2"), resolved(10)], 20).state is State.RUNNING


@pytest.mark.parametrize("end", [closed, lambda minutes: Cancelled(at(minutes), "spam")])
def test_a_ticket_that_ends_unanswered_cancels_it_unless_it_was_overdue(end):  # B14
    in_time = clock(RESPONSE, [filed("P2"), end(10)], 60)
    too_late = clock(RESPONSE, [filed("P2"), end(45)], 60)

    assert (in_time.state, in_time.breached_at) == (State.CANCELLED, None)
    assert (too_late.state, too_late.breached_at) == (State.MISSED, at(30))


class TestHistories:
    def test_events_count_in_the_order_in_which_they_happened(self):  # C5
        story = [filed("P2"), waits_for_rui(10), rui_writes(40), ana_replies(5)]

        assert readings(story, 60) == readings(story[::-1], 60)

    def test_an_event_of_the_same_instant_counts_by_its_number(self):  # C6
        first, second = waits_for_rui(10), rui_writes(10)

        waits = fold([filed("P2"), replace(first, id=1), replace(second, id=2)])
        answers = fold([filed("P2"), replace(first, id=2), replace(second, id=1)])

        assert (waits.now.status, answers.now.status) == (Status.OPEN, Status.PENDING)

    def test_an_event_that_comes_late_asks_for_a_new_fold(self):
        state = fold([filed("P2"), ana_replies(20)])

        with pytest.raises(InvalidHistory):
            apply(state, rui_writes(10))

    @pytest.mark.parametrize("story", [[], [ana_replies(1)], [filed("P2"), filed("P2", 1)]])
    def test_a_history_begins_with_one_creation(self, story):
        with pytest.raises(InvalidHistory):
            fold(story)
