""" "I have it": who may say so, what it stops, and when it is over."""

from datetime import timedelta

import pgtrigger
import pytest
from django.urls import reverse

from accounts.models import Tier, User
from helpdesk.errors import InvalidTransition
from notifications.audience import audience
from notifications.models import Notice
from sla import actions as sla_actions
from sla import recomputing, scanning
from sla.models import ClockRecord, PolicyVersion
from sla.terms import ladder_of, policy_of
from tests.conftest import MONDAY_9AM, person
from tests.notifications.conftest import announce_all
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def lars(db):
    """Leads L1."""
    return person("Lars Holm", role=User.Role.AGENT, tier=Tier.L1, is_lead=True)


@pytest.fixture
def renotices(db):
    """Told again every hour while a promise stays missed."""
    with pgtrigger.ignore("sla.PolicyVersion:kept_once_used"):
        PolicyVersion.objects.update(options={"renotice_hours": 1})
    policy_of.cache_clear()
    yield
    policy_of.cache_clear()


def scan_at(clock, minutes):
    clock.move_to(MONDAY_9AM + timedelta(minutes=minutes))
    scanning.scan(MONDAY_9AM + timedelta(minutes=minutes))


def response(ticket):
    return ticket.clocks.get(target="response")


def told(ticket, level):
    event = ticket.events.select_related("ticket").get(kind__startswith="sla.", data__level=level)
    return {user.name.split()[0] for user in audience(event)}


def acknowledged(ticket, by):
    return sla_actions.acknowledge(Ticket.objects.get(pk=ticket.pk), by=by)


@pytest.fixture
def at_risk(clock, ticket, ana, lars, mia):
    """Ana's ticket has used 75 % of the time for an answer."""
    actions.take(ticket, by=ana)
    scan_at(clock, 23)
    return ticket


@pytest.fixture
def missed(clock, ticket, ana, lars, mia, renotices):
    """Nobody answered Ana's ticket in time."""
    actions.take(ticket, by=ana)
    scan_at(clock, 31)
    return ticket


# --- What it stops


def test_without_it_the_lead_hears_at_ninety_percent(clock, at_risk):
    scan_at(clock, 28)
    assert told(at_risk, "90") == {"Ana", "Lars"}


def test_who_has_a_promise_at_risk_stops_the_further_warnings(clock, at_risk, ana):
    acknowledged(at_risk, ana)
    scan_at(clock, 28)
    assert told(at_risk, "90") == set()
    assert ClockRecord.objects.get(level="warn90").notify == "taken"


def test_a_promise_that_is_missed_in_spite_of_that_is_told_and_escalated(clock, at_risk, ana):
    acknowledged(at_risk, ana)
    scan_at(clock, 31)
    assert told(at_risk, "breach") == {"Ana", "Lars", "Mia"}
    assert Ticket.objects.get(pk=at_risk.pk).tier == "L2"


def test_without_it_a_missed_promise_is_told_again_and_climbs(clock, missed):
    scan_at(clock, 50)
    assert told(missed, "150") == {"Mia"}
    scan_at(clock, 95)
    assert told(missed, "overdue1") == {"Ana"}


def test_who_has_a_missed_promise_stops_the_re_notices_and_what_comes_after(clock, missed, ana):
    acknowledged(missed, ana)
    scan_at(clock, 50)
    scan_at(clock, 95)
    assert told(missed, "150") == told(missed, "overdue1") == set()


def test_the_other_promise_of_the_ticket_still_warns(clock, missed, ana):
    acknowledged(missed, ana)
    actions.hand_over(missed, by=ana, tier="TAM", to=None, reason="x")
    actions.take(missed, by=ana)
    scan_at(clock, 6 * 60 + 1)
    resolution = missed.events.select_related("ticket").get(data__target="resolution", data__level="75")
    assert {user.name for user in audience(resolution)} == {"Ana Nunes"}


def test_what_a_stopped_step_would_have_done_is_not_done_either(clock, ticket, ana, lars):
    with pgtrigger.ignore("sla.PolicyVersion:kept_once_used"):
        PolicyVersion.objects.update(
            ladder=[{"level": "90", "tell": [], "do": ["assign_lead"], "mail": False}]
        )
    ladder_of.cache_clear()
    try:
        actions.take(ticket, by=ana)
        scan_at(clock, 23)
        acknowledged(ticket, ana)
        scan_at(clock, 28)
    finally:
        ladder_of.cache_clear()
    assert Ticket.objects.get(pk=ticket.pk).assignee == ana


# --- When it is over


@pytest.mark.parametrize(
    "happens",
    [
        lambda ticket, ana, lars: actions.release(ticket, by=ana),
        lambda ticket, ana, lars: actions.assign(ticket, by=ana, to=lars),
        lambda ticket, ana, lars: actions.take(ticket, by=lars),
        lambda ticket, ana, lars: actions.hand_over(ticket, by=ana, tier="L2", reason="x"),
        lambda ticket, ana, lars: actions.set_priority(ticket, by=ana, priority="P1", reason="x"),
    ],
    ids=["released", "assigned", "taken", "handed over", "raised"],
)
def test_it_ends_when_the_ticket_goes_to_somebody_else_or_becomes_more_severe(at_risk, ana, lars, happens):
    acknowledged(at_risk, ana)
    assert response(at_risk).acknowledged == "warning"
    happens(at_risk, ana, lars)
    clock = response(at_risk)
    assert (clock.acknowledged, clock.acknowledged_at, clock.acknowledged_by) == ("", None, None)


@pytest.mark.parametrize(
    "happens",
    [
        lambda ticket, ana, lars: actions.take(ticket, by=lars),
        lambda ticket, ana, lars: actions.note(ticket, by=ana, body="x"),
        lambda ticket, ana, lars: actions.set_priority(ticket, by=ana, priority="P3", reason="x"),
    ],
    ids=["taken by the one who has it", "a note", "lowered"],
)
def test_it_holds_through_everything_else(at_risk, ana, lars, happens):
    acknowledged(at_risk, lars)
    happens(at_risk, ana, lars)
    assert response(at_risk).acknowledged_by == lars


def test_a_missed_promise_stays_in_hand_when_the_priority_is_raised_but_not_when_it_is_reopened(
    clock, missed, ana
):
    actions.reply(missed, by=ana, body="Hm.")
    scan_at(clock, 9 * 60)  # the solution is missed, too
    acknowledged(missed, ana)
    resolution = missed.clocks.get(target="resolution")
    assert resolution.acknowledged == "breach"
    actions.set_priority(missed, by=ana, priority="P1", reason="x")
    assert missed.clocks.get(target="resolution").acknowledged == "breach"
    actions.resolve(missed, by=ana, body="Done.")
    actions.reopen(missed, by=ana)
    assert missed.clocks.get(target="resolution").acknowledged == ""


def test_a_breach_after_it_waits_for_somebody_again(clock, at_risk, ana):
    acknowledged(at_risk, ana)
    assert not response(at_risk).awaits_acknowledgement
    scan_at(clock, 31)
    assert response(at_risk).awaits_acknowledgement


# --- Who may, and when


def test_it_is_one_event_with_who_and_when(clock, at_risk, lars):
    acknowledged(at_risk, lars)
    event = at_risk.events.get(kind="sla.acknowledged")
    assert (event.actor, event.at) == (lars, MONDAY_9AM + timedelta(minutes=23))
    assert event.data["promises"] == [{"target": "response", "cycle": 1, "stage": "warning"}]


def test_it_cannot_be_said_twice_nor_where_nothing_is_at_risk(at_risk, ana, rui):
    acknowledged(at_risk, ana)
    with pytest.raises(InvalidTransition):
        acknowledged(at_risk, ana)
    calm = actions.create(requester=rui, by=rui, subject="x", body="x", priority="P4")
    with pytest.raises(InvalidTransition):
        acknowledged(calm, ana)


def test_a_promise_that_is_kept_waits_for_nobody(at_risk, ana):
    actions.reply(at_risk, by=ana, body="On it.")
    assert not response(at_risk).awaits_acknowledgement


def test_only_the_desk_says_it(client, at_risk, ana, rui, zoe):
    address = reverse("ticket_acknowledge", args=[at_risk.pk])
    assert client.post(address)["Location"].startswith("/accounts/login/")
    client.force_login(zoe)
    assert client.post(address).status_code == 404
    client.force_login(rui)
    assert client.post(address).status_code == 403
    assert response(at_risk).acknowledged == ""
    client.force_login(ana)
    assert client.get(address).status_code == 405
    assert client.post(address)["Location"] == at_risk.get_absolute_url()
    assert response(at_risk).acknowledged_by == ana
    assert client.post(address).status_code == 409


# --- Where it shows


def test_the_ticket_page_asks_and_then_says_who_has_it(client, at_risk, ana, lars):
    client.force_login(ana)
    address = reverse("ticket_acknowledge", args=[at_risk.pk])
    assert address in client.get(at_risk.get_absolute_url()).content.decode()
    acknowledged(at_risk, lars)
    page = client.get(at_risk.get_absolute_url()).content.decode()
    assert address not in page
    assert "<b>Lars Holm</b> has the first answer in hand." in page
    assert "took charge of the promise at risk" in page


def test_the_customer_sees_nothing_of_it(client, at_risk, ana, rui):
    acknowledged(at_risk, ana)
    client.force_login(rui)
    page = client.get(at_risk.get_absolute_url()).content.decode()
    assert "took charge" not in page and "in hand" not in page and "acknowledge" not in page


def test_the_queue_names_who_has_it(client, at_risk, ana, lars):
    client.force_login(ana)
    assert client.get("/queue/?view=all").context["rows"][0]["taken_by"] is None
    acknowledged(at_risk, lars)
    page = client.get("/queue/?view=all")
    assert page.context["rows"][0]["taken_by"] == lars
    assert "said “I have it”" in page.content.decode()


def test_it_can_be_said_from_the_notice_which_is_read_by_that(client, at_risk, ana):
    announce_all()
    notice = Notice.objects.get(user=ana, event__kind="sla.warned")
    address = reverse("notice_acknowledge", args=[notice.pk])
    client.force_login(ana)
    assert address in client.get(reverse("notices")).content.decode()
    assert address in client.get(reverse("notices_bell")).content.decode()

    assert client.post(address).status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is not None
    assert response(at_risk).acknowledged_by == ana
    assert address not in client.get(reverse("notices")).content.decode()


def test_who_is_second_is_told_so_and_nothing_changes(client, at_risk, ana, lars):
    announce_all()
    notice = Notice.objects.get(user=ana, event__kind="sla.warned")
    acknowledged(at_risk, lars)
    client.force_login(ana)
    page = client.post(reverse("notice_acknowledge", args=[notice.pk]), follow=True)
    assert "No promise of this ticket waits" in page.content.decode()
    assert response(at_risk).acknowledged_by == lars


def test_nobody_acknowledges_by_a_notice_of_somebody_else(client, at_risk, ana, lars, rui):
    announce_all()
    notice = Notice.objects.get(user=ana, event__kind="sla.warned")
    for other in (lars, rui):
        client.force_login(other)
        assert client.post(reverse("notice_acknowledge", args=[notice.pk])).status_code == 404
    mine = Notice.objects.create(user=rui, event=at_risk.events.get(kind="ticket.created"))
    assert client.post(reverse("notice_acknowledge", args=[mine.pk])).status_code == 403


def test_the_clocks_are_still_what_the_events_say(clock, missed, ana):
    acknowledged(missed, ana)
    scan_at(clock, 100)
    assert list(recomputing.differences()) == []
