"""The optional third clock: answers to what the customer writes after the first response (B16)."""

import pytest

from sla.engine import Author, Message, Origin, State, Target, Voided
from tests.sla.stories import (
    AROUND_THE_CLOCK,
    NEXT_RESPONSE,
    Desk,
    ana_notes,
    ana_replies,
    at,
    clock,
    closed,
    filed,
    promise,
    readings,
    rui_writes,
    set_to,
    waits_for_rui,
)

WITH_NEXT = promise(next_response=True)
ANSWERED = [filed("P2"), ana_replies(10)]


def nexts(story, minutes):
    return [c for c in readings(story, minutes, WITH_NEXT) if c.target is NEXT_RESPONSE]


def test_it_is_off_by_default():
    targets = [c.target for c in readings([*ANSWERED, rui_writes(60)], 70, AROUND_THE_CLOCK)]

    assert targets == [Target.RESPONSE, Target.RESOLUTION]


def test_it_starts_with_the_oldest_unanswered_message():
    story = [*ANSWERED, rui_writes(60), rui_writes(75)]

    following = clock(NEXT_RESPONSE, story, 80, WITH_NEXT)

    assert (following.started_at, following.due_at, following.state) == (at(60), at(90), State.RUNNING)


def test_before_the_first_response_there_is_none():
    assert nexts([filed("P2"), rui_writes(5)], 20) == []
    assert nexts([filed("P2"), rui_writes(5), ana_replies(10)], 20) == []
    assert nexts([filed("P2"), rui_writes(10), ana_replies(10)], 20) == []


def test_every_question_has_its_own_cycle():
    story = [*ANSWERED, rui_writes(60), ana_notes(65), ana_replies(70), rui_writes(100), ana_replies(200)]

    first, second = nexts(story, 300)

    assert (first.cycle, first.state, first.stopped_at) == (1, State.MET, at(70))
    assert (second.cycle, second.state, second.breached_at) == (2, State.MISSED, at(130))


@pytest.mark.parametrize("author", [Author.BOT, Author.SYSTEM])
def test_a_machine_neither_asks_nor_answers(author):
    assert nexts([*ANSWERED, Message(at(20), author)], 30) == []
    (following,) = nexts([*ANSWERED, rui_writes(60), Message(at(61), author), rui_writes(62)], 80)
    assert (following.state, following.started_at) == (State.RUNNING, at(60))


def test_it_does_not_pause():
    (following,) = nexts([*ANSWERED, rui_writes(60), waits_for_rui(61)], 80)

    assert (following.state, following.due_at) == (State.RUNNING, at(90))


def test_an_upgrade_gives_it_the_shorter_target():
    (following,) = nexts([*ANSWERED, rui_writes(60), set_to("P1", 62)], 62)

    assert (following.due_at, following.governing_row) == (at(77), "P1")


def test_it_counts_only_its_own_time():
    (following,) = nexts([filed("P1"), ana_replies(10), rui_writes(60), set_to("P2", 65)], 70)

    assert (following.due_at, following.governing_row) == (at(90), "P2")


def test_closing_cancels_an_open_one():
    (following,) = nexts([*ANSWERED, rui_writes(60), closed(70)], 80)

    assert following.state is State.CANCELLED


def test_an_outbound_ticket_has_them_from_the_first_answer_of_the_customer():
    (following,) = nexts([filed("P2", origin=Origin.OUTBOUND), rui_writes(60)], 70)

    assert following.due_at == at(90)


def test_one_cycle_can_be_voided():
    void = Voided(at(400), NEXT_RESPONSE, by="Mia", reason="answered by phone", cycle=1)
    story = [*ANSWERED, rui_writes(60), ana_replies(200), rui_writes(300), void]

    first, second = nexts(story, 400)

    assert (first.state, second.breached_at) == (State.VOID, at(330))


def test_each_cycle_is_recorded_by_itself():
    desk = Desk(*ANSWERED, rui_writes(60), ana_replies(61), rui_writes(100), policy=WITH_NEXT)

    assert desk.scan(80) == []
    assert desk.scan(130 + 1)[-1] == ("next_response", "breach", "*", 130, "yes")
    assert ("next_response", 2) in {key[:2] for key in desk.recorded}
