"""Apply a policy version to open tickets: what the look showed is what is done."""

import random
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from helpdesk.errors import InvalidTransition
from sla import jobs, recomputing, scanning
from sla.models import Calendar, Clock, Plan, PolicyRow, PromiseChange, ReappliedClock
from sla.policies import actions as policy_actions
from sla.policies import applying
from sla.policies.drafts import Draft
from tests.conftest import MONDAY_9AM
from tickets import actions

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def policy(db):
    policy = Plan.objects.get(is_default=True).policy
    policy.versions.update(valid_from=MONDAY_9AM - HOUR)
    return policy


def new_version(policy, by, at, *, factor=0.5, valid_from=None):
    """The newest version with every target multiplied."""
    draft = Draft.of(policy.versions.latest("number"))
    rows = tuple(
        row.__class__(
            row.priority,
            row.response * factor,
            row.resolution and row.resolution * factor,
            row.calendar,
            row.pauses,
        )
        for row in draft.rows
    )
    changed = Draft(rows, draft.levels, draft.ladder)
    return policy_actions.make_version(
        policy, changed, by=by, at=at, valid_from=valid_from or at, note="Half of everything"
    )


def looked_at(version, by, at):
    job = applying.look(version, by=by, at=at)
    assert not jobs.work(applying.step, job.pk, seconds=60)
    job.refresh_from_db()
    assert job.phase == "ready"
    return job


def applied(job, by, at, *, leave_late=True):
    job = applying.confirm(job, by=by, at=at, leave_late=leave_late)
    assert not jobs.work(applying.step, job.pk, seconds=60)
    job.refresh_from_db()
    assert job.phase == "applied"
    return job


def standings():
    return {
        (clock.ticket_id, clock.target): (clock.state, clock.due_at, clock.breached_at, clock.terms_id)
        for clock in Clock.objects.all()
    }


@pytest.fixture
def tickets(clock, rui, kite, ana):
    """Forty tickets in every state a ticket can be in, filed over twelve hours."""
    chance = random.Random(7)
    filed = []
    for number in range(40):
        clock.move_to(MONDAY_9AM + number * HOUR / 4)
        ticket = actions.create(
            requester=rui,
            by=rui,
            organization=kite,
            priority=chance.choice(["P1", "P2", "P3", "P4"]),
            subject=f"Ticket {number}",
            body="x",
        )
        if chance.random() < 0.6:
            ticket = actions.reply(ticket, by=ana, body="On it.")
        if chance.random() < 0.3:
            ticket = actions.ask_requester(ticket, by=ana, body="Which version?")
        elif chance.random() < 0.3:
            ticket = actions.resolve(ticket, by=ana, body="Done.")
        if chance.random() < 0.3:
            ticket = actions.reply(ticket, by=rui, body="Hm.")
        filed.append(ticket)
    clock.move_to(MONDAY_9AM + 10 * HOUR)
    scanning.scan(MONDAY_9AM + 10 * HOUR)
    return filed


NOW = MONDAY_9AM + 10 * HOUR


@pytest.mark.parametrize("factor", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("leave_late", [True, False])
def test_what_the_look_shows_is_what_is_done(tickets, mia, policy, factor, leave_late, monkeypatch):
    monkeypatch.setattr(applying, "BATCH", 7)
    version = new_version(policy, mia, NOW, factor=factor)
    before = standings()
    job = looked_at(version, mia, NOW)
    assert standings() == before
    assert job.total == job.done > 10

    applied(job, mia, NOW, leave_late=leave_late)
    after = standings()
    lines = {(line.ticket_id, line.target): line for line in job.clocks.all()}
    assert {line.outcome for line in lines.values()} <= {"done", "left"}
    for key, (state, due_at, breached_at, terms) in after.items():
        line = lines.get(key)
        if line is None or (leave_late and line.ticket_turns_late):
            assert (state, due_at, breached_at, terms) == before[key]
            continue
        assert line.outcome == "done"
        assert state == line.after["state"]
        assert (due_at.isoformat() if due_at else None) == line.after["due_at"]
        assert (breached_at is not None) == line.after["late"]
        if before[key][2]:
            assert breached_at == before[key][2]  # a breach stays, and its date
    assert list(recomputing.differences()) == []


def test_finished_clocks_are_not_in_the_look(tickets, mia, policy):
    job = looked_at(new_version(policy, mia, NOW), mia, NOW)
    finished = Clock.objects.filter(state__in=["met", "missed"]).values_list("ticket", "target")
    assert finished
    assert not set(finished) & set(job.clocks.values_list("ticket", "target"))


def test_what_changed_between_look_and_confirmation_is_told(clock, mia, ana, rui, kite, policy):
    def file(priority):
        return actions.create(
            requester=rui, by=rui, organization=kite, priority=priority, subject="x", body="x"
        )

    answered, upgraded, resolved, untouched = (file(priority) for priority in ("P2", "P3", "P2", "P2"))
    version = new_version(policy, mia, MONDAY_9AM, factor=0.75)
    job = looked_at(version, mia, MONDAY_9AM)
    later = MONDAY_9AM + HOUR / 4
    clock.move_to(later)
    actions.reply(answered, by=ana, body="On it.")
    actions.set_priority(upgraded, by=ana, priority="P2", reason="More rooms.")
    actions.resolve(resolved, by=ana, body="Done.")
    applied(job, mia, later)

    outcomes = {(line.ticket_id, line.target): line.outcome for line in job.clocks.all()}
    assert outcomes == {
        (answered.pk, "response"): "gone",
        (answered.pk, "resolution"): "done",
        (upgraded.pk, "response"): "otherwise",
        (upgraded.pk, "resolution"): "otherwise",
        (resolved.pk, "response"): "gone",
        (resolved.pk, "resolution"): "gone",
        (untouched.pk, "response"): "done",
        (untouched.pk, "resolution"): "done",
    }
    assert list(recomputing.differences()) == []


def test_an_agreed_date_is_as_shown_however_late_one_confirms(clock, mia, ana, rui, kite, policy):
    ticket = actions.create(requester=rui, by=rui, organization=kite, priority="P4", subject="x", body="x")
    agreed = MONDAY_9AM + 100 * HOUR
    actions.agree_date(ticket, by=ana, agreed_at=agreed, body="By Friday.")
    actions.hold(ticket, by=ana, reason="waits for 4.3.3")
    job = looked_at(new_version(policy, mia, MONDAY_9AM), mia, MONDAY_9AM)
    clock.shift(2 * HOUR)
    applied(job, mia, MONDAY_9AM + 2 * HOUR)
    assert job.clocks.get(target="resolution").outcome == "done"
    assert job.clocks.get(target="resolution").after["agreed_at"] == agreed.isoformat()
    assert ticket.events.filter(kind="sla.terms_renewed").exists()


def test_a_ticket_that_the_look_did_not_show_is_not_moved(clock, ticket, ana, rui, mia, policy):
    actions.resolve(ticket, by=ana, body="Done.")
    version = new_version(policy, mia, MONDAY_9AM)
    job = looked_at(version, mia, MONDAY_9AM)
    assert job.total == 0
    actions.reply(ticket, by=rui, body="Not quite.")
    applied(job, mia, MONDAY_9AM)
    assert ticket.clocks.get(target="resolution").terms.policy_version.number == 1


def test_a_job_that_dies_goes_on_where_it_was(tickets, mia, policy, monkeypatch):
    monkeypatch.setattr(applying, "BATCH", 5)
    job = looked_at(new_version(policy, mia, NOW), mia, NOW)
    job = applying.confirm(job, by=mia, at=NOW, leave_late=False)
    assert applying.step(job.pk)
    real, calls = applying.reapplying.reapply, []

    def dies(*args, **kwargs):
        calls.append(1)
        real(*args, **kwargs)
        raise DatabaseError("the worker is gone")

    monkeypatch.setattr(applying.reapplying, "reapply", dies)
    with pytest.raises(DatabaseError), transaction.atomic():
        applying.step(job.pk)
    monkeypatch.setattr(applying.reapplying, "reapply", real)
    assert not jobs.work(applying.step, job.pk, seconds=60)
    assert not applying.step(job.pk)
    kinds = ("sla.terms_changed", "sla.terms_renewed")
    for ticket in tickets:
        assert ticket.events.filter(kind__in=kinds).count() <= 1
    assert set(job.clocks.values_list("outcome", flat=True)) == {"done"}
    assert list(recomputing.differences()) == []


def test_a_look_is_confirmed_once_and_only_in_force(clock, ticket, mia, policy):
    version = new_version(policy, mia, MONDAY_9AM, valid_from=MONDAY_9AM + HOUR)
    job = looked_at(version, mia, MONDAY_9AM)
    with pytest.raises(InvalidTransition, match="not in force yet"):
        applying.confirm(job, by=mia, at=MONDAY_9AM, leave_late=True)
    assert version.terms.count() == 0  # looking binds nobody to it
    applying.confirm(job, by=mia, at=MONDAY_9AM + HOUR, leave_late=True)
    with pytest.raises(InvalidTransition, match="already"):
        applying.confirm(job, by=mia, at=MONDAY_9AM + HOUR, leave_late=True)
    assert PromiseChange.objects.filter(kind="version_applied", by=mia).count() == 1


def test_one_look_at_a_time(clock, ticket, mia, policy):
    version = new_version(policy, mia, MONDAY_9AM)
    job = applying.look(version, by=mia, at=MONDAY_9AM)
    with pytest.raises(InvalidTransition, match="looking at this"):
        applying.look(version, by=mia, at=MONDAY_9AM)
    applying.drop(job)
    assert ReappliedClock.objects.count() == 0
    applying.look(version, by=mia, at=MONDAY_9AM)


def test_a_version_is_fixed_once_a_ticket_has_it(clock, ticket, mia, policy):
    free = new_version(policy, mia, MONDAY_9AM, valid_from=MONDAY_9AM + HOUR)
    PolicyRow.objects.filter(version=free, priority="P1").update(response=HOUR)
    used = policy.versions.get(number=1)
    for change in (
        lambda: PolicyRow.objects.filter(version=used).update(response=HOUR),
        lambda: PolicyRow.objects.filter(version=used).delete(),
        lambda: policy.versions.filter(number=1).update(levels=[50]),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()


def test_a_version_that_is_not_in_force_can_be_withdrawn(clock, ticket, mia, policy):
    version = new_version(policy, mia, MONDAY_9AM, valid_from=MONDAY_9AM + HOUR)
    looked_at(version, mia, MONDAY_9AM)
    policy_actions.withdraw_version(version, by=mia, at=MONDAY_9AM)
    assert [v.number for v in policy.versions.all()] == [1]
    assert [change.kind for change in policy.changes.all()] == ["version_withdrawn", "version_made"]
    with pytest.raises(InvalidTransition, match="in force"):
        policy_actions.withdraw_version(policy.versions.get(number=1), by=mia, at=MONDAY_9AM)


def test_a_version_never_changes_the_past_nor_jumps_the_queue(clock, mia, policy):
    with pytest.raises(InvalidTransition, match="past"):
        new_version(policy, mia, MONDAY_9AM, valid_from=MONDAY_9AM - HOUR)
    new_version(policy, mia, MONDAY_9AM, valid_from=MONDAY_9AM + 2 * HOUR)
    with pytest.raises(InvalidTransition, match="Version 2 comes into force"):
        new_version(policy, mia, MONDAY_9AM, valid_from=MONDAY_9AM + HOUR)


def test_the_queries_of_a_batch_do_not_grow_with_it(tickets, mia, policy, django_assert_max_num_queries):
    job = looked_at(new_version(policy, mia, NOW), mia, NOW)
    applying.confirm(job, by=mia, at=NOW, leave_late=False)
    with django_assert_max_num_queries(25):
        applying.step(job.pk)


def test_nothing_of_another_policy_moves(tickets, mia, policy):
    other = policy_actions.add_policy(
        Draft.of(policy.versions.get(number=1)), by=mia, at=NOW, name="Other", name_zh="其他"
    )
    version = new_version(other, mia, NOW)
    assert looked_at(version, mia, NOW).total == 0
    assert Calendar.objects.count() == 2
