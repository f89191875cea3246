"""The ladder of the policy decides what is done and who is told (rules D9, D10, D11)."""

from datetime import timedelta

import pgtrigger
import pytest

from accounts.models import Tier, User
from notifications.audience import Way, audience
from sla import defaults, scanning
from sla.models import PolicyVersion
from sla.terms import ladder_of, policy_of
from tests.conftest import MONDAY_9AM, person
from tests.notifications.conftest import announce_all
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

BOTH, NOTICE = Way.BOTH, Way.NOTICE


@pytest.fixture
def lars(db):
    """Leads L1."""
    return person("Lars Holm", role=User.Role.AGENT, tier=Tier.L1, is_lead=True)


@pytest.fixture
def promise(db):
    """`promise(ladder=[...])`: the default policy with another ladder, levels or options."""

    def change(**fields):
        # As if it had been so from the start: a version that a ticket uses is never changed.
        with pgtrigger.ignore("sla.PolicyVersion:kept_once_used"):
            PolicyVersion.objects.update(**fields)
        ladder_of.cache_clear()
        policy_of.cache_clear()

    yield change
    ladder_of.cache_clear()
    policy_of.cache_clear()


def step(level, *, tell=(), do=(), mail=True):
    return {"level": level, "tell": list(tell), "do": list(do), "mail": mail}


def scan_at(clock, minutes):
    clock.move_to(MONDAY_9AM + timedelta(minutes=minutes))
    return scanning.scan(MONDAY_9AM + timedelta(minutes=minutes))


def kinds(ticket):
    return list(ticket.events.order_by("sequence").values_list("kind", flat=True))


def told(ticket, kind):
    event = ticket.events.select_related("ticket").filter(kind=kind).latest("pk")
    return {user.name.split()[0]: way for user, way in audience(event).items()}


def now(ticket):
    return Ticket.objects.get(pk=ticket.pk)


# --- What is done


def test_the_lead_with_the_fewest_tickets_gets_what_a_step_assigns(clock, ticket, ana, lena, promise):
    promise(ladder=[step("90", do=["assign_lead"])])
    actions.take(ticket, by=ana)
    busy, free = (
        person(name, role=User.Role.AGENT, tier=Tier.L1, is_lead=True) for name in ("Bea Busy", "Fay Free")
    )
    Ticket.objects.filter(pk=ticket.pk).update(product=None)
    other = actions.create(requester=ticket.requester, by=None, subject="x", body="x", priority="P4")
    actions.assign(other, by=None, to=busy)

    scan_at(clock, 28)
    assert now(ticket).assignee == free
    (event,) = ticket.events.filter(kind="ticket.assigned")
    assert event.changes == {"assignee": [ana.pk, free.pk]}
    assert (event.actor, event.data["because"]["level"]) == (None, "90")


def test_a_lead_who_knows_the_product_comes_before_one_who_does_not(clock, ticket, live_sdk, promise):
    from products.models import Product

    promise(ladder=[step("90", do=["assign_lead"])])
    other = person("Otto Other", role=User.Role.AGENT, tier=Tier.L1, is_lead=True)
    other.products.add(Product.objects.create(code="rtm", name="Messaging"))
    right = person("Rita Right", role=User.Role.AGENT, tier=Tier.L1, is_lead=True)
    right.products.add(live_sdk)
    scan_at(clock, 28)
    assert (now(ticket).assignee, now(ticket).status) == (right, "open")


def test_a_tier_without_a_lead_keeps_the_ticket_as_it_is(clock, ticket, ana, promise):
    promise(ladder=[step("90", do=["assign_lead"])])
    scan_at(clock, 28)
    assert now(ticket).assignee is None
    assert "ticket.assigned" not in kinds(ticket)


def test_a_ticket_moves_up_before_it_is_assigned_so_that_the_upper_lead_gets_it(
    clock, ticket, lars, lena, promise
):
    promise(ladder=[step("breach", do=["assign_lead", "tier_up"])])
    scan_at(clock, 31)
    assert (now(ticket).tier, now(ticket).assignee) == ("L2", lena)


def test_a_raised_priority_promises_from_now_on_and_never_later_than_before(clock, ticket, promise):
    promise(ladder=[step("90", do=["raise_priority"])])
    due = ticket.clocks.get(target="response").due_at
    scan_at(clock, 28)

    assert now(ticket).priority == "P1"
    response, resolution = (ticket.clocks.get(target=name) for name in ("response", "resolution"))
    assert response.breached_at is None
    assert response.due_at == due  # 15 minutes from now would be later (B10)
    assert resolution.due_at == MONDAY_9AM + timedelta(minutes=28, hours=4)
    (event,) = ticket.events.filter(kind="ticket.priority_set")
    assert event.changes == {"priority": ["P2", "P1"]}


def test_a_priority_is_raised_once_at_a_level_though_the_new_row_warns_again(clock, rui, kite, promise):
    promise(ladder=[step("75", do=["raise_priority"])])
    ticket = actions.create(
        requester=rui, by=rui, organization=kite, subject="x", body="x", priority="P3"
    )  # two hours for an answer
    scan_at(clock, 91)
    assert now(ticket).priority == "P2"
    for minutes in range(92, 119):
        scan_at(clock, minutes)

    warned = ticket.events.filter(kind="sla.warned", data__level="75")
    assert [event.data["row"] for event in warned] == ["P3"]
    assert kinds(ticket).count("ticket.priority_set") == 1
    assert now(ticket).priority == "P2"


def test_a_p1_cannot_be_raised_and_nothing_is_said_of_it(clock, rui, kite, promise):
    promise(ladder=[step("breach", do=["raise_priority"])])
    ticket = actions.create(requester=rui, by=rui, organization=kite, subject="x", body="x", priority="P1")
    scan_at(clock, 16)
    assert "ticket.priority_set" not in kinds(ticket)


def test_scanning_again_does_nothing_again(clock, ticket, lars, lena, promise):
    promise(
        ladder=[
            step("75", do=["raise_priority"]),
            step("90", do=["assign_lead"]),
            step("breach", do=["tier_up", "assign_lead"]),
        ]
    )
    scan_at(clock, 31)
    before = kinds(ticket)
    assert (before.count("ticket.escalated"), before.count("ticket.priority_set")) == (1, 1)
    for _ in range(3):
        scanning.scan(MONDAY_9AM + timedelta(minutes=31))
    assert kinds(ticket) == before


def test_a_ladder_without_deeds_only_notifies(clock, ticket, promise):
    promise(ladder=[step("breach", tell=["managers"])])
    scan_at(clock, 31)
    assert now(ticket).tier == "L1"
    assert "ticket.escalated" not in kinds(ticket)


def test_the_third_reopening_may_do_something_too_once(ticket, ana, promise):
    promise(ladder=[step("reopened3", do=["tier_up", "raise_priority"])])
    for _ in range(3):
        actions.resolve(ticket, by=ana, body="Try this")
        actions.reopen(ticket, by=ana)
    announce_all()
    announce_all()
    assert (now(ticket).tier, now(ticket).priority) == ("L2", "P1")
    assert kinds(ticket).count("ticket.escalated") == 1


def test_a_new_p1_may_be_put_into_a_leads_hands_at_once(rui, kite, lars, promise):
    promise(ladder=[step("created:P1", do=["assign_lead"])])
    first = actions.create(requester=rui, by=rui, organization=kite, subject="x", body="x", priority="P1")
    second = actions.create(requester=rui, by=rui, organization=kite, subject="x", body="x", priority="P3")
    announce_all()
    announce_all()
    assert (now(first).assignee, now(second).assignee) == (lars, None)
    assert kinds(first).count("ticket.assigned") == 1


# --- Who is told


def test_the_ladder_says_who_is_told_and_whether_by_mail(clock, ticket, ana, lars, lena, mia, promise):
    promise(
        ladder=[
            step("75", tell=["managers"], mail=True),
            step("breach", tell=["on_call", "tier_lead"], mail=False),
        ]
    )
    actions.take(ticket, by=ana)
    scan_at(clock, 23)
    assert told(ticket, "sla.warned") == {"Mia": BOTH}
    scan_at(clock, 31)
    assert told(ticket, "sla.breached") == {"Lena": NOTICE, "Lars": NOTICE}


def test_a_level_without_a_step_is_recorded_and_told_to_nobody(clock, ticket, ana, lars, mia, promise):
    promise(ladder=[])
    scan_at(clock, 31)
    assert kinds(ticket)[-3:] == ["sla.warned", "sla.warned", "sla.breached"]
    assert told(ticket, "sla.breached") == {}


def test_who_is_told_was_decided_by_the_policy_of_that_moment(clock, ticket, ana, mia, promise):
    promise(ladder=[step("breach", tell=["managers"])])
    scan_at(clock, 31)
    promise(ladder=[])
    assert told(ticket, "sla.breached") == {"Mia": BOTH}


def test_of_several_levels_in_one_late_scan_only_the_highest_tells(clock, ticket, ana, lars, mia, promise):
    promise(ladder=[step("90", tell=["tier_lead"]), step("breach", tell=["managers"])])
    scan_at(clock, 31)
    assert told(ticket, "sla.warned") == {}
    assert told(ticket, "sla.breached") == {"Mia": BOTH}


def test_a_warning_before_an_agreed_date_is_told_like_every_other(clock, rui, kite, ana, lars, promise):
    ticket = actions.create(requester=rui, by=rui, organization=kite, subject="x", body="x", priority="P4")
    actions.take(ticket, by=ana)
    actions.agree_date(ticket, by=ana, agreed_at=MONDAY_9AM + timedelta(days=7), body="Next Monday.")
    scan_at(clock, 4 * 24 * 60 + 1)
    assert told(ticket, "sla.date_near") == {"Ana": NOTICE}
    scan_at(clock, 6 * 24 * 60 + 1)
    assert told(ticket, "sla.date_near") == {"Ana": BOTH, "Lars": BOTH}


def test_somebody_in_several_roles_hears_once_of_each_record(clock, ticket, lars, promise):  # D11
    promise(ladder=[step("breach", tell=["assignee", "tier_lead", "tier", "assignee_or_tier"])])
    actions.take(ticket, by=lars)
    scan_at(clock, 31)
    announce_all()
    (event,) = ticket.events.filter(kind="sla.breached")
    assert (
        [mail.user for mail in event.mails.all()] == [notice.user for notice in event.notices.all()] == [lars]
    )


def test_the_lead_hears_of_another_number_of_reopenings_if_the_policy_says_so(ticket, ana, lars, promise):
    promise(ladder=[step("reopened2", tell=["tier_lead"])])
    heard = []
    for _ in range(3):
        actions.resolve(ticket, by=ana, body="Try this")
        actions.reopen(ticket, by=ana)
        heard.append(told(ticket, "ticket.reopened").get("Lars"))
    assert heard == [None, BOTH, None]


# --- Re-notices (D10)


def test_while_a_promise_stays_broken_it_is_told_again_every_so_many_business_hours(
    clock, ticket, ana, lena, promise
):
    promise(options={"renotice_hours": 2}, levels=[75, 90])
    actions.take(ticket, by=ana)
    for minutes in range(30, 6 * 60 + 60, 10):
        scan_at(clock, minutes)

    again = ticket.events.filter(kind="sla.overdue").order_by("sequence")
    assert [event.data["level"] for event in again] == ["overdue1", "overdue2", "overdue3"]
    hours = [(event.at - MONDAY_9AM) / timedelta(hours=1) for event in again]
    assert hours == pytest.approx([2.5, 4.5, 6.5], abs=1 / 6)
    assert told(ticket, "sla.overdue") == {"Ana": BOTH, "Lena": BOTH}  # it is with L2 since the breach


def test_without_the_option_nothing_is_told_again(clock, ticket, ana, promise):
    promise(levels=[75, 90])
    for minutes in (31, 600, 2000):
        scan_at(clock, minutes)
    assert not ticket.events.filter(kind="sla.overdue").exists()


def test_an_answer_ends_the_re_notices(clock, ticket, ana, promise):
    promise(options={"renotice_hours": 1}, levels=[75, 90])
    scan_at(clock, 31)
    clock.move_to(MONDAY_9AM + timedelta(minutes=60))
    actions.reply(ticket, by=ana, body="Sorry for the wait.")
    scan_at(clock, 200)
    assert not ticket.events.filter(kind="sla.overdue", data__target="response").exists()


# --- Ladders from before


def test_a_ladder_stored_before_says_afterwards_all_that_the_code_did(db):
    from importlib import import_module

    from django.apps import apps

    old = [
        {"level": "75", "tell": ["assignee_or_tier"], "do": []},
        {"level": "90", "tell": ["assignee", "tier_lead"], "do": []},
        {"level": "breach", "tell": ["assignee", "tier_lead", "next_tier", "managers"], "do": ["tier_up"]},
        {"level": "150", "tell": ["tam", "managers"], "do": []},
    ]
    PolicyVersion.objects.update(ladder=old)  # no ticket uses it
    import_module("sla.migrations.0002_ladders_name_every_level").complete(apps, None)

    by_level = {step["level"]: step for step in PolicyVersion.objects.first().ladder}
    assert by_level == {step["level"]: step for step in defaults.LADDER}
