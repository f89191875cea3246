"""Open tickets go over to other terms: only the live clocks, only where the promise allows it (C1, C2)."""

from datetime import timedelta

import pytest
from django.utils import translation

from events import presenting
from sla import defaults, reapplying, recomputing, scanning
from sla.models import Calendar, CalendarVersion, Plan, Terms
from sla.terms import bind, policy_of
from tests.conftest import MONDAY_9AM
from tickets import actions
from tickets.models import Priority

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def always():
    return Calendar.objects.get(name="Around the clock")


@pytest.fixture
def policy():
    return Plan.objects.get(is_default=True).policy


def new_version(policy, always, *, at=MONDAY_9AM, options=None, **targets):
    rows = {**defaults.TARGETS, **{Priority(name): target for name, target in targets.items()}}
    return defaults.add_version(
        policy,
        {priority: (*target, always) for priority, target in rows.items()},
        valid_from=at,
        options=options or {},
    )


def exchange_to(version):
    """Every other terms of the policy become those of the version."""
    new = bind(version)
    old = Terms.objects.filter(policy_version__policy=version.policy).exclude(pk=new.pk)
    return {terms.pk: new.pk for terms in old}


def look(ticket, version, now):
    becoming = {old: policy_of(new) for old, new in exchange_to(version).items()}
    return reapplying.look([ticket], becoming, now)


def reapply(ticket, to, now, **facts):
    return reapplying.reapply([ticket.pk], exchange_to(to), by=facts.pop("by", None), at=now, **facts)


def moved(moves):
    return [(m.target, m.before.due_at, m.after.due_at) for move in moves for m in move.moved]


def test_a_new_version_alone_moves_no_open_ticket(clock, ticket, ana, policy, always):
    new_version(policy, always, P2=(HOUR, 12 * HOUR))
    actions.take(ticket, by=ana)
    assert ticket.clocks.get(target="resolution").due_at == MONDAY_9AM + 8 * HOUR


def test_looking_writes_nothing_and_says_what_applying_then_does(clock, ticket, policy, always):
    version = new_version(policy, always, P2=(HOUR, 12 * HOUR))
    before = list(ticket.clocks.order_by("pk").values())
    seen = look(ticket, version, MONDAY_9AM)
    assert list(ticket.clocks.order_by("pk").values()) == before
    assert moved(seen) == [
        ("resolution", MONDAY_9AM + 8 * HOUR, MONDAY_9AM + 12 * HOUR),
        ("response", MONDAY_9AM + HOUR / 2, MONDAY_9AM + HOUR),
    ]

    done = reapply(ticket, version, MONDAY_9AM)
    assert moved(done) == moved(seen)
    ticket.refresh_from_db()
    assert {c.target: c.due_at for c in ticket.clocks.all()} == {
        "response": MONDAY_9AM + HOUR,
        "resolution": MONDAY_9AM + 12 * HOUR,
    }
    assert ticket.next_due_at == MONDAY_9AM + HOUR
    assert list(recomputing.differences()) == []


def test_doing_it_twice_does_it_once(clock, ticket, policy, always):
    version = new_version(policy, always, P2=(HOUR, 12 * HOUR))
    assert reapply(ticket, version, MONDAY_9AM)
    assert reapply(ticket, version, MONDAY_9AM) == []
    assert ticket.events.filter(kind="sla.terms_changed").count() == 1


def test_a_promise_that_is_over_keeps_its_terms(clock, ticket, ana, policy, always):
    clock.shift(HOUR / 4)
    actions.reply(ticket, by=ana, body="On it.")
    version = new_version(policy, always, P2=(timedelta(minutes=10), 6 * HOUR))
    done = reapply(ticket, version, MONDAY_9AM + HOUR / 2)
    assert [m.target for move in done for m in move.clocks] == ["resolution"]
    response = ticket.clocks.get(target="response")
    assert (response.state, response.terms.policy_version.number) == ("met", 1)
    assert list(recomputing.differences()) == []


@pytest.mark.parametrize("scanned", [True, False])
def test_a_broken_promise_stays_broken_under_milder_terms(clock, ticket, ana, policy, always, scanned):
    clock.move_to(MONDAY_9AM + 9 * HOUR)
    if scanned:
        scanning.scan(MONDAY_9AM + 9 * HOUR)
    version = new_version(policy, always, P2=(2 * HOUR, 20 * HOUR))
    (move,) = reapply(ticket, version, MONDAY_9AM + 9 * HOUR)
    resolution = ticket.clocks.get(target="resolution")
    assert resolution.breached_at == MONDAY_9AM + 8 * HOUR
    assert resolution.breach_terms.policy_version.number == 1
    assert (resolution.state, resolution.due_at) == ("running", MONDAY_9AM + 20 * HOUR)
    assert not move.turns_late

    scanning.scan(MONDAY_9AM + 9 * HOUR)
    assert ticket.events.filter(kind="sla.breached").count() == 2  # response and resolution, once each
    assert not ticket.events.filter(kind="sla.breach_withdrawn").exists()
    assert actions.resolve(ticket, by=ana, body="Done.").clocks.get(target="resolution").state == "missed"
    assert list(recomputing.differences()) == []


def test_a_ticket_that_would_be_late_at_once_can_be_left_as_it_is(clock, ticket, ana, policy, always):
    actions.reply(ticket, by=ana, body="On it.")
    clock.shift(4 * HOUR)
    version = new_version(policy, always, at=MONDAY_9AM + 4 * HOUR, P2=(HOUR / 2, 3 * HOUR))
    (seen,) = look(ticket, version, MONDAY_9AM + 4 * HOUR)
    assert seen.turns_late
    assert reapply(ticket, version, MONDAY_9AM + 4 * HOUR, leave_late=True) == []
    assert ticket.clocks.get(target="resolution").due_at == MONDAY_9AM + 8 * HOUR

    assert reapply(ticket, version, MONDAY_9AM + 4 * HOUR)
    late = ticket.clocks.get(target="resolution")
    assert late.breached_at == MONDAY_9AM + 3 * HOUR
    assert late.breach_terms.policy_version == version
    assert list(recomputing.differences()) == []


def test_the_time_left_moves_while_paused(clock, ticket, ana, policy, always):
    clock.shift(2 * HOUR)
    actions.ask_requester(ticket, by=ana, body="Which version?")
    version = new_version(policy, always, P2=(HOUR / 2, 12 * HOUR))
    (move,) = reapply(ticket, version, MONDAY_9AM + 3 * HOUR)
    (one,) = move.moved
    assert (one.before.remaining, one.after.remaining) == (6 * HOUR, 10 * HOUR)
    assert ticket.clocks.get(target="resolution").state == "paused"


def test_next_responses_begin_with_the_version_that_promises_them(clock, ticket, ana, rui, policy, always):
    actions.reply(ticket, by=ana, body="On it.")
    actions.reply(ticket, by=rui, body="Any news?")
    clock.shift(5 * HOUR)
    version = new_version(policy, always, at=MONDAY_9AM + 5 * HOUR, options={"next_response": True})
    reapply(ticket, version, MONDAY_9AM + 5 * HOUR)
    assert not ticket.clocks.filter(target="next_response").exists()

    actions.reply(ticket, by=ana, body="Soon.")
    clock.shift(HOUR)
    actions.reply(ticket, by=rui, body="And now?")
    assert ticket.clocks.get(target="next_response").started_at == MONDAY_9AM + 6 * HOUR
    assert list(recomputing.differences()) == []


def test_a_next_response_goes_on_where_the_new_version_promises_none(clock, rui, kite, ana, policy, always):
    new_version(policy, always, at=MONDAY_9AM, options={"next_response": True})
    ticket = actions.create(requester=rui, by=rui, organization=kite, priority="P2", subject="x", body="x")
    actions.reply(ticket, by=ana, body="On it.")
    actions.reply(ticket, by=rui, body="Any news?")
    version = new_version(policy, always, at=MONDAY_9AM, P2=(HOUR, 12 * HOUR))
    reapply(ticket, version, MONDAY_9AM)
    waiting = ticket.clocks.get(target="next_response")
    assert (waiting.state, waiting.terms.policy_version.number) == ("running", 2)
    clock.shift(HOUR)
    scanning.scan(MONDAY_9AM + HOUR)
    assert scanning.scan(MONDAY_9AM + HOUR).tickets == 0
    actions.reply(ticket, by=ana, body="Yes.")
    assert ticket.clocks.get(target="next_response").state == "missed"
    assert list(recomputing.differences()) == []


def test_a_calendar_version_can_be_looked_at_and_applied_in_the_same_way(clock, rui, kite, policy):
    """A sudden holiday (C2)."""
    office = Calendar.objects.get(name="Business hours")
    defaults.add_version(
        policy,
        {priority: (*target, office) for priority, target in defaults.TARGETS.items()},
        valid_from=MONDAY_9AM,
    )
    ticket = actions.create(requester=rui, by=rui, organization=kite, priority="P2", subject="x", body="x")
    old = ticket.clocks.get(target="resolution").terms
    definition = {**office.current.definition, "holidays": ["2026-07-14"]}
    CalendarVersion.objects.create(calendar=office, number=2, definition=definition)
    exchange = {old.pk: bind(old.policy_version).pk}
    assert list(reapplying.affected(exchange)) == [ticket]
    (move,) = reapplying.reapply(
        [ticket.pk], exchange, by=None, at=MONDAY_9AM, calendar=office.name, calendar_zh=office.name_zh
    )
    (one,) = move.moved
    assert one.after.due_at - one.before.due_at == timedelta(days=1)
    assert list(recomputing.differences()) == []


def test_both_sides_are_told_each_what_is_theirs(clock, ticket, mia, rui, policy, always):
    version = new_version(policy, always, P2=(HOUR, 12 * HOUR))
    names = {"policy": policy.name, "policy_zh": policy.name_zh}
    reapply(ticket, version, MONDAY_9AM, by=mia, version=version.number, **names)
    event = ticket.events.last()
    moves = (
        "solution: due 2026-07-13 17:00 → due 2026-07-13 21:00; "
        "first answer: due 2026-07-13 09:30 → due 2026-07-13 10:00"
    )
    assert presenting.plain_sentence(event, mia) == (
        f"You put this ticket under version 2 of “Standard promise”. {moves}"
    )
    assert presenting.plain_sentence(event, rui) == f"Mia Moreau changed the promise for this ticket. {moves}"
    with translation.override("zh-hans"):
        assert "标准承诺" in presenting.plain_sentence(event, mia)


def test_terms_that_move_no_deadline_are_the_desks_own_affair(clock, ticket, mia, rui, policy, always):
    version = new_version(policy, always)
    reapply(ticket, version, MONDAY_9AM, by=mia)
    assert ticket.events.last().kind == "sla.terms_renewed"
    assert "sla.terms_renewed" not in {e.kind for e in presenting.visible_to(rui, ticket)}
