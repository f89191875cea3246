"""Who had a ticket for how long: the desk's own clocks (rule B9)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sla.engine import fold
from sla.engine.policy import STOPPING
from sla.holding import Move, by_person, by_tier, held_now, holdings
from tests.conftest import MONDAY_9AM
from tests.sla.stories import HOUR, LOWER_ROWS_IN_THE_OFFICE, MINUTE, at, filed, held, resolved, resumed
from tests.sla.test_properties import START, calendar_names, histories, policy_on, thorough
from tickets import actions

ANA, LENA = 1, 2


def shares(story, moves, minutes, policy=LOWER_ROWS_IN_THE_OFFICE):
    found = list(holdings(moves, fold(story), policy, at(minutes)))
    return by_tier(found), by_person(found)


def test_each_tier_and_person_and_the_time_with_nobody():
    moves = [Move(at(0), "L1", None), Move(at(20), "L1", ANA), Move(at(60), "L2", LENA)]
    tiers, people = shares([filed("P2")], moves, 100)
    assert {tier: share.wall / MINUTE for tier, share in tiers.items()} == {"L1": 60, "L2": 40}
    assert {who: share.wall / MINUTE for who, share in people.items()} == {None: 20, ANA: 40, LENA: 40}


def test_a_pause_is_wall_time_and_not_working_time():
    moves = [Move(at(0), "L1", ANA)]
    tiers, _ = shares([filed("P2"), held(30), resumed(90)], moves, 120)
    assert tiers["L1"] == (60 * MINUTE, 120 * MINUTE)


def test_working_time_is_counted_on_the_calendar_of_the_priority():
    tiers, _ = shares([filed("P3")], [Move(at(0), "L1", ANA)], 24 * 60)
    assert tiers["L1"] == (8.5 * HOUR, 24 * HOUR)  # Monday 9:00 to 17:30


def test_what_stood_resolved_was_nobodys():
    moves = [Move(at(0), "L1", ANA)]
    tiers, _ = shares([filed("P2"), resolved(30), resumed(90)], moves, 100)
    assert tiers["L1"].wall == 40 * MINUTE


moments = st.integers(0, 6_000).map(lambda minutes: START + minutes * MINUTE)


@thorough
@given(histories(), calendar_names, moments, st.lists(st.tuples(moments, st.sampled_from(["L1", "L2"]))))
def test_the_shares_add_up_however_often_it_changes_hands(history, names, now, handed_over):
    policy = policy_on(names)
    state = fold([event for event in history if event.at <= now])
    now = max(now, state.last_at)
    moves = [Move(START, "L1", None)]
    moves += [Move(when, tier, n % 3 or None) for n, (when, tier) in enumerate(sorted(handed_over))]

    alone = list(holdings(moves[:1], state, policy, now))
    found = list(holdings(moves, state, policy, now))

    def total(shares):
        return (
            sum((share.working for share in shares), timedelta(0)),
            sum((share.wall for share in shares), timedelta(0)),
        )

    assert total(by_tier(found).values()) == total(by_person(found).values()) == total(alone)
    assert all(timedelta(0) <= one.working <= one.wall <= one.end - one.start for one in found)
    if state.turns[-1].status in STOPPING and not state.is_over:
        assert total(alone)[1] <= now - START


@pytest.mark.django_db
def test_a_real_ticket_tells_who_had_it_on_its_side(client, clock, ticket, ana, lena, rui):
    clock.shift(timedelta(minutes=20))
    actions.take(ticket, by=ana)
    clock.shift(HOUR)
    actions.hand_over(ticket, by=ana, tier="L2", to=lena, reason="Needs a trace.")
    clock.shift(2 * HOUR)
    found = held_now(ticket, MONDAY_9AM + 3 * HOUR + 20 * MINUTE)
    assert {who: share.wall / MINUTE for who, share in by_person(found).items()} == {
        None: 20,
        ana.pk: 60,
        lena.pk: 120,
    }
    client.force_login(ana)
    side = client.get(reverse("ticket_connections", args=[ticket.number])).content.decode()
    assert "Lena Wolf" in side and "2 h" in side and "Nobody" in side

    client.force_login(rui)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "Working time" not in page and "Who had it" not in page
