"""Who hears of what: the audience table, row by row, as sentences."""

from datetime import UTC, datetime

import pytest

from accounts.models import Membership, Tier, User
from events.models import Event
from events.recording import record
from notifications.audience import AUDIENCE, Way, audience
from tests.conftest import person
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

BOTH, NOTICE, MAIL = Way.BOTH, Way.NOTICE, Way.MAIL


@pytest.fixture
def lars(db):
    """Leads L1."""
    return person("Lars Holm", role=User.Role.AGENT, tier=Tier.L1, is_lead=True)


@pytest.fixture
def tam(db, kite):
    """The TAM of Rui's organisation."""
    tam = person("Tessa Amado", role=User.Role.AGENT, tier=Tier.TAM)
    kite.tam = tam
    kite.save(update_fields=["tam"])
    return tam


@pytest.fixture
def bo(db, kite):
    """A colleague of Rui's who leads the organisation's members."""
    bo = person("Bo Lin", domain="kite.example")
    Membership.objects.create(user=bo, organization=kite, role=Membership.Role.LEAD)
    return bo


def last(ticket: Ticket, kind: str) -> Event:
    """As the announcement reads it: the event and its ticket fresh from the database."""
    return Event.objects.select_related("ticket").filter(ticket=ticket.pk, kind=kind).latest("pk")


def told(ticket, kind):
    """By first name: how each person is told of the ticket's last event of this kind."""
    return {user.name.split()[0]: way for user, way in audience(last(ticket, kind)).items()}


def filed(rui, kite, priority="P3", **fields):
    return actions.create(
        requester=rui,
        by=rui,
        organization=kite,
        subject="Black screen",
        body="Why?",
        priority=priority,
        **fields,
    )


def scanned(ticket, kind, **data):
    """What the scan records about the ticket's response clock."""
    facts = {"target": "response", "due_at": datetime(2026, 7, 13, tzinfo=UTC), "notify": True, "late": False}
    ticket = Ticket.objects.get(pk=ticket.pk)
    return record(kind, ticket, by=None, at=datetime(2026, 7, 13, tzinfo=UTC), **{**facts, **data})


# --- A new ticket


def test_of_an_ordinary_ticket_only_its_requester_is_told_by_an_acknowledgement(ana, lars, mia, rui, kite):
    assert told(filed(rui, kite, "P3"), "ticket.created") == {"Rui": MAIL}
    assert told(filed(rui, kite, "P4"), "ticket.created") == {"Rui": MAIL}


def test_a_p1_calls_the_tier_its_lead_l2_on_call_and_the_tam(ana, axel, lars, lena, mia, tam, rui, kite):
    assert told(filed(rui, kite, "P1"), "ticket.created") == {
        "Rui": MAIL,
        "Ana": BOTH,
        "Axel": BOTH,
        "Lars": BOTH,
        "Lena": BOTH,
        "Tessa": BOTH,
    }


def test_a_p2_shows_in_the_product_to_its_tier_and_sends_no_mail_to_the_desk(ana, axel, lena, tam, rui, kite):
    assert told(filed(rui, kite, "P2"), "ticket.created") == {"Rui": MAIL, "Ana": NOTICE, "Axel": NOTICE}


def test_agents_whose_skills_are_other_products_are_left_in_peace(ana, axel, rui, kite, live_sdk):
    from products.models import Product

    ana.products.add(live_sdk)
    axel.products.add(Product.objects.create(code="rtm", name="Messaging"))
    assert told(filed(rui, kite, "P2", product=live_sdk), "ticket.created") == {"Rui": MAIL, "Ana": NOTICE}


def test_a_ticket_that_an_agent_opens_by_themselves_is_told_as_a_message(ana, rui, kite):
    ticket = actions.create(
        requester=rui,
        by=ana,
        organization=kite,
        subject="Renewal",
        body="Hello",
        priority="P4",
        origin="outbound",
    )
    assert told(ticket, "ticket.created") == {"Rui": BOTH}


# --- The conversation


def test_an_agents_reply_goes_to_the_requester_and_not_to_the_agent(ticket, ana, bo):
    actions.take(ticket, by=ana)
    actions.reply(ticket, by=ana, body="Which version?")
    assert told(ticket, "ticket.replied") == {"Rui": BOTH}


def test_the_customers_reply_shows_to_the_assignee(ticket, ana, axel, rui, bo):
    actions.take(ticket, by=ana)
    actions.reply(ticket, by=rui, body="4.3.2")
    assert told(ticket, "ticket.replied") == {"Ana": NOTICE}


def test_a_colleague_who_has_spoken_is_told_of_what_is_answered(ticket, ana, rui, bo):
    actions.take(ticket, by=ana)
    actions.reply(ticket, by=bo, body="We see it too.")
    assert told(ticket, "ticket.replied") == {"Rui": BOTH, "Ana": NOTICE}
    actions.reply(ticket, by=ana, body="Thank you.")
    assert told(ticket, "ticket.replied") == {"Rui": BOTH, "Bo": BOTH}


def test_a_question_goes_to_the_requester(ticket, ana):
    actions.ask_requester(ticket, by=ana, body="Which version?")
    assert told(ticket, "ticket.asked") == {"Rui": BOTH}


def test_an_internal_note_shows_to_the_assignee_alone(ticket, ana, axel, bo):
    actions.take(ticket, by=ana)
    actions.note(ticket, by=axel, body="seen before")
    assert told(ticket, "ticket.noted") == {"Ana": NOTICE}


# --- Who has it


def test_taking_a_ticket_tells_nobody_but_the_colleague_who_had_it(ticket, ana, axel):
    actions.take(ticket, by=ana)
    assert told(ticket, "ticket.taken") == {}
    actions.take(ticket, by=axel)
    assert told(ticket, "ticket.taken") == {"Ana": NOTICE}


def test_a_ticket_given_to_a_colleague_is_told_to_both(ticket, ana, axel, lars):
    actions.take(ticket, by=ana)
    actions.assign(ticket, by=lars, to=axel)
    assert told(ticket, "ticket.assigned") == {"Axel": BOTH, "Ana": NOTICE}


def test_a_hand_over_tells_the_new_tiers_lead_and_the_new_assignee(ticket, ana, lars, lena, tam):
    actions.hand_over(ticket, by=ana, tier="L2", reason="needs a debugger")
    assert told(ticket, "ticket.handed_over") == {"Lena": NOTICE}
    actions.hand_over(ticket, by=lena, tier="TAM", reason="contract")
    assert told(ticket, "ticket.handed_over") == {"Tessa": BOTH}


def test_an_escalation_shows_to_the_lead_of_the_tier_above(ticket, ana, lars, lena, mia):
    actions.escalate(ticket, because={}, at=ticket.created_at)
    assert told(ticket, "ticket.escalated") == {"Lena": NOTICE}


# --- Its state


def test_a_raised_priority_shows_to_the_requester_and_a_lowered_one_is_written_too(ticket, ana):
    actions.set_priority(ticket, by=ana, priority="P3", reason="a workaround exists")
    assert told(ticket, "ticket.priority_set") == {"Rui": BOTH}
    actions.set_priority(ticket, by=ana, priority="P2", reason="more viewers")
    assert told(ticket, "ticket.priority_set") == {"Rui": NOTICE}


def test_a_ticket_raised_to_p1_calls_the_tier_like_a_new_p1(ticket, ana, axel, lars, tam):
    actions.set_priority(ticket, by=ana, priority="P1", reason="everybody is affected")
    assert told(ticket, "ticket.priority_set") == {
        "Rui": NOTICE,
        "Axel": BOTH,
        "Lars": BOTH,
        "Tessa": BOTH,
    }


def test_the_requester_is_told_of_a_hold_and_of_the_resolution(ticket, ana):
    actions.hold(ticket, by=ana, reason="waits for 4.3.3")
    assert told(ticket, "ticket.held") == {"Rui": BOTH}
    actions.resolve(ticket, by=ana, body="Fixed in 4.3.3")
    assert told(ticket, "ticket.resolved") == {"Rui": BOTH}


def test_a_ticket_closed_by_itself_shows_to_the_requester_without_a_mail(ticket, ana, settings):
    actions.resolve(ticket, by=ana, body="Fixed")
    actions.close(ticket, by=None)
    assert told(ticket, "ticket.closed") == {"Rui": NOTICE}


def test_the_requesters_own_word_that_it_is_solved_shows_to_the_assignee(ticket, ana, rui):
    actions.take(ticket, by=ana)
    actions.resolve(ticket, by=rui)
    assert told(ticket, "ticket.resolved") == {"Ana": NOTICE}


def test_the_third_reopening_is_told_to_the_lead(ticket, ana, lars, rui):
    actions.take(ticket, by=ana)
    for times in (1, 2, 3):
        actions.resolve(ticket, by=ana, body="Try this")
        actions.reopen(ticket, by=rui)
        assert told(ticket, "ticket.reopened") == (
            {"Ana": NOTICE, "Lars": BOTH} if times == 3 else {"Ana": NOTICE}
        )


def test_a_reply_that_reopens_for_the_third_time_is_told_to_the_lead_too(ticket, ana, lars, rui):
    for _ in range(3):
        assert told(ticket, "ticket.created")
        actions.resolve(ticket, by=ana, body="Try this")
        actions.reply(ticket, by=rui, body="It is back.")
    assert told(ticket, "ticket.replied") == {"Lars": BOTH}


# --- Promises (rule D9)


def test_three_quarters_of_a_promise_show_to_the_assignee(ticket, ana, axel, lars):
    actions.take(ticket, by=ana)
    scanned(ticket, "sla.warned", level="75")
    assert told(ticket, "sla.warned") == {"Ana": NOTICE}


def test_three_quarters_of_a_promise_that_nobody_has_show_to_the_tier(ticket, ana, axel, lena, mia):
    scanned(ticket, "sla.warned", level="75")
    assert told(ticket, "sla.warned") == {"Ana": NOTICE, "Axel": NOTICE}


@pytest.mark.parametrize("level", ["90", "1d"])
def test_the_last_warning_is_written_to_the_assignee_and_the_lead(ticket, ana, axel, lars, mia, level):
    actions.take(ticket, by=ana)
    scanned(ticket, "sla.warned", level=level)
    assert told(ticket, "sla.warned") == {"Ana": BOTH, "Lars": BOTH}


def test_a_missed_promise_is_told_to_assignee_lead_next_lead_and_managers(
    ticket, ana, axel, lars, lena, mia, tam
):
    actions.take(ticket, by=ana)
    scanned(ticket, "sla.breached", level="breach", tier="L1", holder=ana.pk)
    actions.escalate(Ticket.objects.get(pk=ticket.pk), because={}, at=ticket.created_at)
    assert told(ticket, "sla.breached") == {"Ana": BOTH, "Lars": BOTH, "Lena": BOTH, "Mia": BOTH}


def test_somebody_in_several_roles_is_told_once(ticket, lars, lena, mia):
    actions.take(ticket, by=lars)
    scanned(ticket, "sla.breached", level="breach", tier="L1", holder=lars.pk)
    assert told(ticket, "sla.breached") == {"Lars": BOTH, "Lena": BOTH, "Mia": BOTH}


def test_what_the_scan_does_not_want_announced_is_told_to_nobody(ticket, ana, lars, lena, mia):
    actions.take(ticket, by=ana)
    scanned(ticket, "sla.warned", level="75", notify=False)
    scanned(ticket, "sla.breached", level="breach", tier="L1", notify=False)
    assert told(ticket, "sla.warned") == told(ticket, "sla.breached") == {}


def test_half_a_target_past_the_breach_the_tam_and_the_managers_are_told(ticket, ana, lars, mia, tam):
    scanned(ticket, "sla.overdue", level="150")
    assert told(ticket, "sla.overdue") == {"Tessa": BOTH, "Mia": BOTH}


# --- Nobody else


def test_who_no_longer_sees_the_ticket_or_may_not_sign_in_is_not_told(ticket, ana, rui):
    actions.reply(ticket, by=ana, body="Hello")
    assert told(ticket, "ticket.replied") == {"Rui": BOTH}
    rui.memberships.all().delete()
    assert told(ticket, "ticket.replied") == {}


def test_a_requester_is_never_told_of_the_desks_own_affairs_even_as_its_former_agent(ticket, ana, axel):
    actions.take(ticket, by=ana)
    actions.note(ticket, by=axel, body="between us")
    User.objects.filter(pk=ana.pk).update(role="requester", tier="")
    Ticket.objects.filter(pk=ticket.pk).update(requester=ana, organization=None)
    assert told(ticket, "ticket.noted") == {}


def test_every_row_names_a_kind_that_has_its_sentence():
    from pathlib import Path

    from django.conf import settings

    for kind in AUDIENCE:
        assert (Path(settings.BASE_DIR) / "templates" / "events" / f"{kind}.html").is_file(), kind
