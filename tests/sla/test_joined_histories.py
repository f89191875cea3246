"""Merges, their undoing, dismissals, splits and voids in random histories: clocks stay a pure function."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.audit import verify
from helpdesk.errors import Refused
from sla import actions as sla_actions
from sla import scanning
from sla.engine import (
    Cancelled,
    Created,
    Restored,
    StartMoved,
    StartRestored,
    State,
    Target,
    Voided,
    apply,
    clocks,
    fold,
    ledger,
)
from sla.recomputing import differences
from tests.conftest import MONDAY_9AM
from tests.sla.test_properties import (
    HAPPENINGS,
    MINUTE,
    START,
    essence,
    moments,
    policies_with_next,
    priorities,
    quick,
    read,
    thorough,
)
from tickets import actions
from tickets.models import Link, Ticket

JOINS = [
    Cancelled(START, "merged"),
    Restored(START),
    Restored(START),
    *(StartMoved(START, START - hours * 60 * MINUTE, source=f"{hours}") for hours in (1, 5, 30)),
    *(StartRestored(START, source=f"{hours}") for hours in (1, 5)),
    *(Voided(START, target, by="Mia", reason="test") for target in (Target.RESPONSE, Target.RESOLUTION)),
]
happenings = st.sampled_from([event for events in HAPPENINGS.values() for event in events] + JOINS * 2)


def tell(priority, events):
    events.sort(key=lambda pair: pair[0])
    return [
        Created(START, priority),
        *(replace(event, at=START + m * MINUTE, id=n) for n, (m, event) in enumerate(events, 1)),
    ]


histories = st.builds(tell, priorities, st.lists(st.tuples(st.integers(0, 5_000), happenings), max_size=14))


class TestTheEngine:
    @thorough
    @given(histories)
    def test_folding_step_by_step_is_folding_at_once(self, history):
        state = None
        for event in history:
            state = apply(state, event)
        assert state == fold(history) == fold(reversed(history))

    @thorough
    @given(histories, policies_with_next, moments)
    def test_the_ledger_adds_up_and_says_what_the_clock_says(self, history, policy, now):
        state = fold([event for event in history if event.at <= now])
        by_key = {clock.key: clock for clock in clocks(state, policy, now)}
        for target in (Target.RESPONSE, Target.RESOLUTION):
            told = ledger(state, policy, now, target)
            assert told.clock == by_key[target, 1]
            assert sum((entry.counted for entry in told.entries), timedelta(0)) == told.clock.elapsed
            assert all(a.end <= b.start for a, b in zip(told.entries, told.entries[1:], strict=False))
            assert list(told.coming) == sorted(told.coming, key=lambda level: level.at)

    @thorough
    @given(histories, policies_with_next, moments, moments)
    def test_what_was_cancelled_and_taken_back_is_as_if_it_had_not_been(self, history, policy, cut, now):
        """Nothing of the ticket's own may happen in between: it is closed then."""
        cut, now = sorted((cut, now))
        before = [event for event in history if event.at <= cut]
        if fold(before).is_over:
            return
        joined = [*before, Cancelled(cut, "merged", id=98), Restored(now, id=99)]
        plain, back = read(before, policy, now), read(joined, policy, now)
        assert [essence(clock) for clock in plain] == [essence(clock) for clock in back]

    @quick
    @given(histories, policies_with_next, moments)
    def test_a_void_clock_is_void_whatever_happens(self, history, policy, now):
        voided = [*history, Voided(START, Target.RESOLUTION, by="Mia", reason="test", id=0)]
        (clock,) = [c for c in read(voided, policy, now) if c.target is Target.RESOLUTION]
        assert (clock.state, clock.breached_at, clock.upcoming) == (State.VOID, None, None)


# --- The same on real tickets: stored clocks, step by step, are what reading everything anew gives.

STEPS = (
    *("merge", "merge", "restore", "split", "void", "dismiss", "link", "reply", "ask", "answer"),
    *("hold", "resume", "resolve", "close", "urgent", "wish", "agree", "scan", "scan"),
)
steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 2), st.integers(0, 600)), min_size=1, max_size=12
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_incremental_is_replay_with_merges_splits_and_voids(rui, kite, ana, mia, plan):
    at = MONDAY_9AM
    tickets = []
    for number in range(3):
        at += timedelta(minutes=5)
        tickets.append(
            actions.create(
                requester=rui,
                by=rui,
                organization=kite,
                priority=("P2", "P1", "P3")[number],
                subject=f"number {number}",
                body="Black",
                at=at,
            )
        )
    for verb, which, minutes in plan:
        at += timedelta(minutes=minutes)
        ticket = Ticket.objects.get(pk=tickets[which].pk)
        other = Ticket.objects.get(pk=tickets[(which + 1) % len(tickets)].pk)
        try:
            do(verb, ticket, other, at, rui=rui, ana=ana, mia=mia)
        except Refused:
            continue

    mine = [ticket.pk for ticket in Ticket.objects.filter(requester=rui)]
    assert [str(one) for one in differences() if one.ticket in mine] == []
    assert list(verify(mine)) == []
    for ticket in Ticket.objects.filter(pk__in=mine).exclude(merged_into=None):
        assert ticket.next_due_at is None
        assert not ticket.clocks.filter(state__in=["running", "paused", "negotiating"]).exists()
    assert not Link.objects.filter(ticket__in=mine, other__in=Ticket.objects.exclude(pk__in=mine)).exists()


def do(verb, ticket, other, at, *, rui, ana, mia):
    match verb:
        case "merge":
            actions.merge(ticket, into=other, by=ana, earlier_start=True, at=at)
        case "restore":
            actions.restore(ticket, by=ana, at=at)
        case "split":
            said = ticket.messages.filter(author_kind="requester").last()
            actions.split(ticket, messages=[said], subject="Apart", priority="P2", by=ana, at=at)
        case "void":
            sla_actions.void(ticket.clocks.get(target="resolution"), by=mia, reason="test", at=at)
        case "dismiss":
            actions.dismiss(ticket, by=ana, why="duplicate", at=at)
        case "link":
            actions.link(ticket, to=other, kind="related", by=ana, at=at)
        case "reply":
            actions.reply(ticket, by=ana, body="On it.", at=at)
        case "ask":
            actions.ask_requester(ticket, by=ana, body="Which?", at=at)
        case "answer":
            actions.reply(ticket, by=rui, body="This.", at=at)
        case "hold":
            actions.hold(ticket, by=ana, reason="vendor", at=at)
        case "resume":
            actions.resume(ticket, by=ana, at=at)
        case "resolve":
            actions.resolve(ticket, by=ana, body="Fixed.", at=at)
        case "close":
            actions.close(ticket, by=ana, at=at)
        case "urgent":
            actions.set_priority(ticket, by=ana, priority="P1", reason="all", at=at)
        case "wish":
            actions.set_priority(ticket, by=ana, priority="P4", reason="a wish", at=at)
        case "agree":
            actions.agree_date(ticket, by=ana, agreed_at=at + timedelta(hours=9), body="Then.", at=at)
        case "scan":
            scanning.scan(at)
