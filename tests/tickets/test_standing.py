"""What a customer reads of each promise: every state, and none of the words of the desk (rule E1)."""

from datetime import timedelta

import pytest

from sla import actions as sla_actions
from sla import scanning
from tests.conftest import MONDAY_9AM
from tickets import actions

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(clock, ticket):
    return ticket


@pytest.fixture
def read(client, rui):
    """The words of Rui's page, without elements."""

    def words(ticket):
        client.force_login(rui)
        page = client.get(ticket.get_absolute_url()).content.decode()
        aside = page.split("<aside", 1)[1]
        while "<" in aside:
            before, rest = aside.split("<", 1)
            aside = before + rest.split(">", 1)[-1]
        return " ".join(aside.split())

    return words


def test_running_it_says_by_when_and_when_they_hear_from_us(ticket, read):
    said = read(ticket)
    assert "You hear from us by 09:30 at the latest." in said
    assert "Promised by 09:30." in said and "Promised by 17:00." in said


def test_late_it_says_so_even_before_a_scan_has_seen_it(ticket, read, clock):
    clock.shift(HOUR)
    said = read(ticket)
    assert "You should have heard from us by 09:30." in said
    assert "Promised by 09:30. We missed it, and it counts against us." in said


def test_paused_it_says_because_of_what(ticket, read, ana):
    actions.ask_requester(ticket, by=ana, body="Which version?")
    assert "Paused, because we wait for your answer." in read(ticket)
    actions.hold(ticket, by=ana, reason="the fix ships on Thursday.")
    assert "Paused, because it is on hold: the fix ships on Thursday." in read(ticket)


def test_paused_after_a_breach_admits_it(ticket, read, ana, clock):
    clock.shift(9 * HOUR)
    actions.ask_requester(ticket, by=ana, body="Which version?")
    assert "It had been promised by 17:00 and was missed." in read(ticket)


def test_kept_provisionally_and_for_good(ticket, read, ana):
    actions.resolve(ticket, by=ana, body="Fixed.")
    said = read(ticket)
    assert said.count("Kept: 09:00.") == 2 and "It counts once the ticket is closed." in said
    actions.close(ticket, by=ana)
    assert "It counts once" not in read(ticket)


def test_missed_it_says_by_when_it_had_been_promised(ticket, read, ana, clock):
    clock.shift(HOUR)
    actions.reply(ticket, by=ana, body="Sorry.")
    assert "Missed: promised by 09:30, done 10:00." in read(ticket)


def test_what_was_never_done_is_not_called_done(ticket, read, rui, kite, ana, clock):
    other = actions.create(
        requester=rui, by=rui, organization=kite, priority="P2", subject="Other", body="Other"
    )
    clock.shift(HOUR)
    actions.merge(ticket, into=other, by=ana)
    said = read(ticket)
    assert "Missed: promised by 09:30." in said and "done" not in said
    assert "it goes on in the ticket that this one was merged into" in said


def test_a_negotiated_date_before_and_after_it_is_agreed_and_moved(ticket, read, ana, clock):
    actions.set_priority(ticket, by=ana, priority="P4", reason="A wish.")
    assert "A date is agreed with you once an engineer knows more." in read(ticket)
    actions.agree_date(ticket, by=ana, agreed_at=MONDAY_9AM + 5 * HOUR, body="At two.")
    assert "Agreed with you: by 14:00." in read(ticket)
    actions.agree_date(ticket, by=ana, agreed_at=MONDAY_9AM + 7 * HOUR, body="At four.")
    said = read(ticket)
    assert "Agreed with you: by 16:00." in said and "The first date was 14:00." in said
    actions.ask_requester(ticket, by=ana, body="Which version?")
    assert "The date agreed with you stands: 16:00." in read(ticket)
    actions.resume(ticket, by=ana)
    clock.shift(8 * HOUR)
    assert "Agreed with you for 16:00. We missed it" in read(ticket)


def test_cancelled_and_not_applicable(ticket, read, rui, ana, kite):
    actions.resolve(ticket, by=rui)
    actions.close(ticket, by=rui)
    assert "Ended without a result: the ticket was closed before it fell due." in read(ticket)
    ours = actions.create(
        requester=rui, by=ana, organization=kite, priority="P3", subject="News", body="?", origin="outbound"
    )
    assert "Not promised here: we wrote to you first." in read(ours)


@pytest.mark.parametrize("told", ["", "This came from our own test."])
def test_a_void_is_shown_with_what_they_are_told_and_never_with_the_reason_or_a_name(
    ticket, read, mia, clock, told
):
    clock.shift(HOUR)
    scanning.scan(MONDAY_9AM + HOUR)
    response = ticket.clocks.get(target="response")
    sla_actions.void(response, by=mia, reason="CANARY reason", told=told)
    said = read(ticket)
    assert "Set aside by a manager 10:00: it counts neither as kept nor as missed." in said
    assert told in said and "CANARY" not in said and "Mia" not in said


def test_the_canary_of_the_desk_is_on_no_page_of_the_customer(client, ticket, rui, ana, lena, mia, kite):
    """Notes, hand-overs, holders, voids and links of a ticket that went through everything."""
    other = actions.create(
        requester=rui, by=rui, organization=kite, priority="P3", subject="Other", body="Other"
    )
    actions.take(ticket, by=ana)
    actions.note(ticket, by=ana, body="CANARY note")
    actions.hand_over(ticket, by=ana, tier="L2", to=lena, reason="CANARY hand-over")
    actions.link(ticket, to=other, kind="blocks", by=ana)
    sla_actions.void(ticket.clocks.get(target="resolution"), by=mia, reason="CANARY void")
    actions.merge(other, into=ticket, by=ana)
    actions.restore(other, by=ana)
    actions.dismiss(other, by=ana, why="spam")
    client.force_login(rui)
    for address in (ticket.get_absolute_url(), other.get_absolute_url(), "/tickets/", "/portal/"):
        page = client.get(address, follow=True).content.decode()
        assert "CANARY" not in page
        for words in ("Working time", "Who had it", "spam", "blocks", "Linked tickets", "/why/"):
            assert words not in page, (address, words)
