"""The clocks as rows: what the events of a real ticket make of them."""

from datetime import timedelta

import pytest

from sla import heartbeat, scanning
from sla.models import Clock, ClockRecord
from tests.conftest import MONDAY_9AM
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def clock_of(ticket, target):
    return ticket.clocks.get(target=target)


def test_a_p2_is_promised_an_answer_in_half_an_hour_and_a_solution_in_eight_hours(clock, ticket):
    response, resolution = clock_of(ticket, "response"), clock_of(ticket, "resolution")
    assert response.due_at == MONDAY_9AM + timedelta(minutes=30)
    assert resolution.due_at == MONDAY_9AM + timedelta(hours=8)
    ticket.refresh_from_db()
    assert ticket.next_due_at == response.due_at


def test_an_answer_meets_the_response_and_the_queue_turns_to_the_resolution(clock, ticket, ana):
    clock.shift(timedelta(minutes=10))
    ticket = actions.reply(ticket, by=ana, body="On it.")
    assert clock_of(ticket, "response").state == "met"
    assert ticket.next_due_at == MONDAY_9AM + timedelta(hours=8)


def test_a_customer_who_takes_an_hour_to_answer_moves_the_deadline_by_an_hour(
    ticket_at_nine, ana, rui, clock
):
    ticket = actions.ask_requester(ticket_at_nine, by=ana, body="Which SDK version?")
    resolution = clock_of(ticket, "resolution")
    assert (resolution.state, resolution.due_at) == ("paused", None)
    clock.shift(timedelta(hours=1))
    ticket = actions.reply(ticket, by=rui, body="4.3.2")
    assert clock_of(ticket, "resolution").due_at == MONDAY_9AM + timedelta(hours=9)


@pytest.fixture
def ticket_at_nine(clock, ticket):
    return ticket


def test_a_note_and_a_hand_over_move_no_clock(clock, ticket, ana):
    before = list(ticket.clocks.values("target", "state", "due_at"))
    actions.note(ticket, by=ana, body="Hm.")
    actions.hand_over(ticket, by=ana, tier="L2", reason="Edge logs.")
    assert list(ticket.clocks.values("target", "state", "due_at")) == before


def scan_at(clock, minutes):
    clock.move_to(MONDAY_9AM + timedelta(minutes=minutes))
    return scanning.scan(MONDAY_9AM + timedelta(minutes=minutes))


def levels(ticket):
    return list(
        ClockRecord.objects.filter(clock__ticket=ticket)
        .order_by("occurred_at")
        .values_list("clock__target", "level")
    )


def test_the_scan_warns_breaches_and_escalates_once(clock, ticket, ana):
    actions.take(ticket, by=ana)
    assert scan_at(clock, 22).records == 0
    scan_at(clock, 23)
    scan_at(clock, 23)
    scan_at(clock, 28)
    assert levels(ticket) == [("response", "warn75"), ("response", "warn90")]
    assert scan_at(clock, 30).records == 0  # at the due itself it can still be met

    scan_at(clock, 30.25)
    scan_at(clock, 31)
    ticket.refresh_from_db()
    response = clock_of(ticket, "response")
    assert levels(ticket)[-1] == ("response", "breach")
    assert response.breached_at == MONDAY_9AM + timedelta(minutes=30)
    assert (response.tier_at_breach, response.holder_at_breach) == ("L1", ana)
    assert ticket.tier == "L2"
    kinds = [event.kind for event in ticket.events.all()]
    assert kinds.count("sla.breached") == kinds.count("ticket.escalated") == 1
    assert heartbeat.last() == MONDAY_9AM + timedelta(minutes=31)


def test_a_late_scan_records_every_level_at_its_own_moment_and_speaks_once(clock, ticket):
    scan_at(clock, 60)
    records = ClockRecord.objects.filter(clock__ticket=ticket).order_by("occurred_at")
    assert [(r.level, r.notify) for r in records] == [
        ("warn75", "no"),
        ("warn90", "no"),
        ("breach", "no"),
        ("over150", "yes"),
    ]
    assert [r.occurred_at - MONDAY_9AM for r in records] == [timedelta(minutes=m) for m in (22.5, 27, 30, 45)]
    breached = ticket.events.get(kind="sla.breached")
    assert breached.data["late"]


def test_a_reply_before_the_deadline_that_the_scan_sees_later_breaches_nothing(clock, ticket, ana):
    clock.shift(timedelta(minutes=29))
    actions.reply(ticket, by=ana, body="On it.")
    scan_at(clock, 45)
    assert levels(ticket) == []


def test_a_reply_after_the_deadline_before_the_scan_is_missed_and_pages_nobody(clock, ticket, ana):
    clock.shift(timedelta(minutes=31))
    actions.reply(ticket, by=ana, body="Sorry, late.")
    assert clock_of(ticket, "response").state == "missed"
    scan_at(clock, 32)
    assert ClockRecord.objects.get(clock__ticket=ticket).notify == "digest"
    assert ticket.events.get(kind="sla.breached").data["notify"] is False


def test_breaching_both_promises_climbs_from_l1_to_tam_and_no_further(clock, ticket):
    scan_at(clock, 31)
    scan_at(clock, 8 * 60 + 1)
    scan_at(clock, 24 * 60)
    ticket.refresh_from_db()
    assert ticket.tier == "TAM"


def test_many_tickets_are_scanned_in_batches_each_once(clock, rui, kite, monkeypatch):
    monkeypatch.setattr(scanning, "BATCH", 7)
    for index in range(20):
        actions.create(requester=rui, by=rui, organization=kite, priority="P1", subject=f"t{index}", body="x")
    outcome = scan_at(clock, 16)
    assert (outcome.tickets, outcome.failed) == (20, 0)
    assert Ticket.objects.filter(tier="L2").count() == 20
    assert ClockRecord.objects.filter(level="breach").count() == 20


def test_a_backlog_longer_than_one_look_is_scanned_whole_and_what_others_hold_is_left_to_them(
    clock, rui, kite, monkeypatch
):
    monkeypatch.setattr(scanning, "BATCH", 2)
    monkeypatch.setattr(scanning, "LOOK", 4)
    tickets = [
        actions.create(requester=rui, by=rui, organization=kite, priority="P1", subject=f"t{i}", body="x")
        for i in range(11)
    ]
    original, held = scanning._locked, tickets[5].pk
    monkeypatch.setattr(
        scanning, "_locked", lambda numbers, now: [t for t in original(numbers, now) if t.pk != held]
    )
    assert scan_at(clock, 16).tickets == 10
    monkeypatch.undo()
    assert scan_at(clock, 16).tickets == 1
    assert Ticket.objects.filter(tier="L2").count() == 11


def test_one_ticket_that_cannot_be_read_does_not_hold_up_the_others(clock, rui, kite, monkeypatch):
    tickets = [
        actions.create(requester=rui, by=rui, organization=kite, priority="P1", subject=f"t{i}", body="x")
        for i in range(3)
    ]
    original = scanning.clocks.read

    def read(moments):
        if tickets[1] in moments:
            raise ValueError("unreadable")
        return original(moments)

    monkeypatch.setattr(scanning.clocks, "read", read)
    outcome = scan_at(clock, 16)
    assert outcome.failed == 1
    assert Ticket.objects.filter(tier="L2").count() == 2


def test_a_threshold_that_does_not_move_on_is_left_for_the_next_scan(clock, ticket, monkeypatch):
    monkeypatch.setattr(scanning.clocks.engine, "next_scan_at", lambda state, recorded: state.started_at)
    outcome = scan_at(clock, 31)
    assert outcome.left == {ticket.pk}
    assert ClockRecord.objects.filter(level="breach").count() == 1


def test_scanning_with_nothing_due_is_one_look_and_the_heartbeat(
    clock, ticket, django_assert_max_num_queries
):
    scan_at(clock, 1)
    with django_assert_max_num_queries(6):  # savepoint, look, release, heartbeat
        scan_at(clock, 2)


def test_the_queries_of_an_event_do_not_grow_with_the_history(
    clock, ticket, ana, django_assert_max_num_queries
):
    for _ in range(20):
        actions.reply(ticket, by=ana, body="more")
    with django_assert_max_num_queries(16):
        actions.reply(ticket, by=ana, body="once more")
    assert Clock.objects.filter(ticket=ticket).count() == 2
