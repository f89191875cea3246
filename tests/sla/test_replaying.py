"""What a period would have looked like: the real events under other promises, and nothing written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from events.models import Event
from sla import jobs, scanning
from sla.models import Clock, Plan
from sla.policies import replaying
from sla.policies.drafts import Draft
from tests.conftest import MONDAY_9AM
from tickets import actions

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def policy(db):
    return Plan.objects.get(is_default=True).policy


@pytest.fixture
def story(clock, policy, rui, kite, ana):
    """Three P2: answered in 10 minutes, in 40 minutes, and never."""
    filed = [
        actions.create(requester=rui, by=rui, organization=kite, priority="P2", subject=f"t{i}", body="x")
        for i in range(3)
    ]
    clock.move_to(MONDAY_9AM + HOUR / 6)
    actions.reply(filed[0], by=ana, body="On it.")
    clock.move_to(MONDAY_9AM + 2 * HOUR / 3)
    actions.resolve(filed[1], by=ana, body="Done.")
    clock.move_to(MONDAY_9AM + HOUR)
    scanning.scan(MONDAY_9AM + HOUR)
    return filed


def with_response(draft, priority, response):
    rows = tuple(replace(row, response=response) if row.priority == priority else row for row in draft.rows)
    return replace(draft, rows=rows)


def replayed(policy, draft, mia, **fields):
    period = {"start": MONDAY_9AM - HOUR, "end": MONDAY_9AM + HOUR, "of_policy": policy, **fields}
    replay = replaying.begin(policy, draft, by=mia, at=MONDAY_9AM + HOUR, **period)
    assert not jobs.work(replaying.step, replay.pk, seconds=60)
    replay.refresh_from_db()
    assert replay.finished_at
    return replay


def present(policy):
    return Draft.of(policy.versions.latest("number"))


def test_under_the_same_version_happened_what_happened(story, policy, mia):
    replay = replayed(policy, present(policy), mia)
    assert replay.done == replay.total == 3
    assert replay.changed.count() == 0
    for line in replaying.tallies(replay):
        assert line.was == line.would_be
    response = replaying.tallies(replay)[0]
    assert dict(response.was) == {"met": 1, "missed": 1, "late": 1}
    assert response.share_was == pytest.approx(33.33, abs=0.01)


def test_a_milder_promise_would_have_been_kept(story, policy, mia):
    replay = replayed(policy, with_response(present(policy), "P2", 1.5 * HOUR), mia)
    response = replaying.tallies(replay)[0]
    assert dict(response.would_be) == {"met": 2, "open": 1}
    assert (response.better, response.worse) == (2, 0)
    changed = {line.ticket_id: (line.was, line.would_be) for line in replay.changed.all()}
    assert changed == {story[1].pk: ("missed", "met"), story[2].pk: ("late", "open")}


def test_a_stricter_promise_would_have_been_broken_and_both_readings_are_there(story, policy, mia):
    replay = replayed(policy, with_response(present(policy), "P2", HOUR / 12), mia)
    (pair,) = replaying.explained(replay.changed.all(), replay, MONDAY_9AM + HOUR)
    assert pair.line.ticket_id == story[0].pk
    assert (pair.was.state, pair.was.budget) == ("met", HOUR / 2)
    assert (pair.would_be.state, pair.would_be.breached_at) == ("missed", MONDAY_9AM + HOUR / 12)


def test_it_writes_to_no_clock_and_no_log(story, policy, mia):
    before = list(Clock.objects.order_by("pk").values()), Event.objects.count()
    replayed(policy, with_response(present(policy), "P2", HOUR / 12), mia)
    assert (list(Clock.objects.order_by("pk").values()), Event.objects.count()) == before


def test_only_the_period_and_the_policy_that_were_asked_for(story, policy, mia, clock):
    assert replayed(policy, present(policy), mia, end=MONDAY_9AM).total == 0
    other = type(policy).objects.create(name="Other")
    assert replayed(policy, present(policy), mia, of_policy=other).total == 0
    assert replayed(policy, present(policy), mia, of_policy=None).total == 3


def test_next_responses_are_shown_where_the_draft_promises_them(story, policy, mia, rui):
    actions.reply(story[0], by=rui, body="Any news?")
    replay = replayed(policy, replace(present(policy), next_response=True), mia)
    line = next(line for line in replaying.tallies(replay) if line.target == "next_response")
    assert (dict(line.was), dict(line.would_be)) == ({"out": 1}, {"open": 1})


def test_old_replays_make_room(policy, mia, monkeypatch):
    monkeypatch.setattr(replaying, "KEPT", 2)
    replays = [replayed(policy, present(policy), mia) for _ in range(3)]
    assert policy.replays.count() == 2
    assert not replaying.step(replays[0].pk)  # its worker comes too late and finds nothing


def test_the_queries_do_not_grow_with_the_tickets(story, policy, mia, django_assert_max_num_queries):
    replay = replaying.begin(
        policy,
        present(policy),
        by=mia,
        at=MONDAY_9AM,
        start=MONDAY_9AM,
        end=MONDAY_9AM + HOUR,
        of_policy=policy,
    )
    with django_assert_max_num_queries(10):
        replaying.step(replay.pk)
