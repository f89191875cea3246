"""A filed ticket goes to whom the rules choose: once, with the reasons in its history."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Tier, User
from events import announcing, presenting
from events.models import Event
from notifications.audience import audience
from presence.here import note_here
from routing import absences, actions, giving
from routing.listening import listen
from routing.models import Decision, RulesVersion, Waiting
from routing.rules import Ask, Conditions, Rule
from tests.conftest import MONDAY_9AM, person
from tests.notifications.conftest import announce_all
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TURNS = Rule("First line", when=Conditions(tiers=("L1",)))


def assignee(ticket):
    return Ticket.objects.get(pk=ticket.pk).assignee


def told(ticket, viewer, kind="ticket.assigned"):
    event = ticket.events.filter(kind=kind).latest("pk")
    return presenting.plain_sentence(event, viewer)


def test_nothing_is_given_out_until_routing_is_switched_on(file, mia, ana, rules):
    version = rules(TURNS)
    actions.switch(False, by=mia)
    ticket = file()
    announce_all()
    assert assignee(ticket) is None

    version = actions.switch(True, by=mia)
    announce_all()
    assert assignee(ticket) is None  # what was announced before is not given out later
    assert (version.number, RulesVersion.in_force().is_on) == (4, True)


def test_a_filed_ticket_goes_to_who_can_and_says_why_in_both_languages(file, ana, lin, mia, rui, rules):
    actions.set_profile(ana, by=mia, languages=["en"], calendar=None, hours={}, capacity=10)
    rules(TURNS)
    ticket = file()
    announce_all()
    assert assignee(ticket) == ana
    assert told(ticket, mia) == (
        "Assigned to Ana Nunes: speaks English, knows Live SDK, 0 of 10 open, the only one who can now."
    )
    with translation.override("zh-hans"):
        assert "会英语" in told(ticket, mia) and "Live SDK" not in told(ticket, mia)
    # The customer hears who has it, and nothing of how the desk works.
    assert told(ticket, rui) == "The ticket was assigned to Ana Nunes."
    decision = Decision.objects.get(ticket=ticket)
    assert {one["name"]: one["against"] for one in decision.tried[0]["people"]} == {
        "Ana Nunes": [],
        "Lin Lan": ["language"],
    }


def test_it_is_given_once_however_often_the_event_is_announced(file, ana, lin, mia, rules):
    rules(Rule("Any", needs_language=False))
    ticket = file()
    event = ticket.events.get(kind="ticket.created")
    announce_all()
    first = assignee(ticket)
    listen(event)
    assert assignee(ticket) == first
    tickets.release(ticket, by=first)
    listen(event)
    assert assignee(ticket) is None
    assert ticket.events.filter(kind="ticket.assigned").count() == 1


def test_who_takes_it_before_the_rules_keeps_it(file, ana, lin, rules):
    rules(Rule("Any", needs_language=False))
    ticket = file()
    tickets.take(ticket, by=lin)
    announce_all()
    assert assignee(ticket) == lin and not Decision.objects.exists()


def test_where_nobody_can_it_waits_says_so_and_is_tried_again(file, ana, lin, mia, clock, rules):
    night = {"mon": [["20:00", "22:00"]]}
    actions.set_profile(ana, by=ana, languages=["en"], calendar=None, hours=night)
    rules(TURNS)
    ticket = file()
    announce_all()
    assert told(ticket, mia, "ticket.not_routed") == (
        "Nobody was assigned: 1 does not speak the language, 1 is outside working hours."
        " It is tried again every minute."
    )
    assert giving.try_again() == 0
    clock.shift(timedelta(hours=11, minutes=5))
    assert giving.try_again() == 1
    assert assignee(ticket) == ana and not Waiting.objects.exists()
    assert giving.try_again() == 0


def test_a_ticket_that_waits_and_is_taken_waits_no_more(file, lin, rules):
    rules(TURNS)
    ticket = file()
    announce_all()
    assert Waiting.objects.filter(ticket=ticket).exists()
    tickets.take(ticket, by=lin)
    assert giving.try_again() == 0 and not Waiting.objects.exists()


def test_handed_over_and_escalated_tickets_go_to_the_other_tier(file, ana, lena, rules):
    rules(Rule("Any"))
    ticket = file()
    announce_all()
    tickets.hand_over(ticket, by=ana, tier=Tier.L2, reason="Needs the source.")
    announce_all()
    assert assignee(ticket) == lena
    tickets.hand_over(ticket, by=lena, tier=Tier.L1, reason="The log is missing.")
    announce_all()
    assert assignee(ticket) == ana
    tickets.escalate(ticket, because={"level": "breach"})
    announce_all()
    assert assignee(ticket) == lena


def test_a_reopened_ticket_stays_with_its_holder_unless_they_are_away(file, ana, mia, rui, clock, rules):
    rules(Rule("Any", needs_language=False))
    ticket = file()
    announce_all()
    lin = person("Lin Lan", role=User.Role.AGENT, tier=Tier.L1)
    for expected in (ana, lin):
        tickets.resolve(ticket, by=ana, body="Fixed in 4.3.3.")
        tickets.reply(ticket, by=rui, body="It is not.")
        announce_all()
        assert assignee(ticket) == expected
        now = timezone.now()
        if expected == ana:
            actions.set_absence(ana, by=ana, starts_at=now, ends_at=now + DAY)


def test_what_is_given_to_somebody_away_goes_to_the_substitute_and_says_why(
    client, file, ana, lin, mia, clock, rules
):
    """Also without any rules: an absence is a wish of its own."""
    actions.set_absence(ana, by=mia, starts_at=MONDAY_9AM, ends_at=MONDAY_9AM + DAY, substitute=lin)
    ticket = file()
    announce_all()
    tickets.assign(ticket, by=mia, to=ana)
    announce_all()
    assert assignee(ticket) == lin
    assert told(ticket, mia) == (
        "Assigned to Lin Lan: stands in for Ana Nunes, who is away until 14 Jul 09:00."
    )
    # Who takes one while away wants it; the page says that they are away.
    tickets.take(ticket, by=ana)
    announce_all()
    assert assignee(ticket) == ana
    client.force_login(mia)
    panel = client.get(reverse("ticket_connections", args=[ticket.pk])).content.decode()
    assert "who has the ticket, is away until 14 Jul 09:00. <b>Lin Lan</b> stands in." in panel


def test_urgent_tickets_of_who_goes_away_are_offered_once(file, ana, lin, mia, lena, clock):
    urgent, calm = file(priority="P2"), file(priority="P3")
    for ticket in (urgent, calm):
        tickets.assign(ticket, by=mia, to=ana)
    actions.set_absence(ana, by=ana, starts_at=MONDAY_9AM + DAY, ends_at=MONDAY_9AM + 2 * DAY, substitute=lin)
    assert absences.begin_due() == 0
    clock.shift(DAY)
    assert (absences.begin_due(), absences.begin_due()) == (1, 0)
    event = Event.objects.select_related("ticket").get(kind="ticket.holder_away")
    assert event.ticket == urgent and set(audience(event)) == {lin}
    assert told(urgent, mia, "ticket.holder_away") == (
        "Ana Nunes, who has the ticket, is away until 15 Jul 09:00. Lin Lan stands in."
    )


def test_the_tam_of_the_customer_or_who_stands_in(file, kite, mia, clock, rules):
    tomas = person("Tomas Rey", role=User.Role.AGENT, tier=Tier.TAM)
    hua = person("Hua He", role=User.Role.AGENT, tier=Tier.TAM)
    kite.tam = tomas
    kite.save(update_fields=["tam"])
    rules(Rule("Key accounts", when=Conditions(account="key"), ask=Ask.TAM))
    first = file()
    announce_all()
    assert assignee(first) == tomas
    actions.set_absence(tomas, by=mia, starts_at=MONDAY_9AM, ends_at=None, substitute=hua)
    second = file()
    announce_all()
    assert assignee(second) == hua
    assert "stands in for Tomas Rey" in told(second, mia)


def test_a_hand_over_that_is_returned_goes_to_who_sent_it_or_who_is_there(
    file, ana, lin, lena, mia, clock, rules
):
    rules(Rule("Any", needs_language=False, when=Conditions(tiers=("L1",))))
    ticket = file()
    tickets.take(ticket, by=ana)
    for expected in (ana, lin):
        tickets.hand_over(ticket, by=ana, tier=Tier.L2, to=lena, reason="Needs the source.")
        tickets.hand_back(ticket, by=lena, tier=Tier.L1, to=ana, missing=[], reason="No log.")
        announce_all()
        assert assignee(ticket) == expected
        if expected == ana:
            now = timezone.now()
            actions.set_absence(ana, by=ana, starts_at=now + DAY, ends_at=now + 2 * DAY)
            actions.set_absence(ana, by=ana, starts_at=now, ends_at=None)  # ill before the holiday


@pytest.mark.django_db(transaction=True)
def test_tickets_of_the_same_moment_are_not_given_by_a_stale_count(file, ana, mia, rules):
    """Eight workers at once, three people with room for two tickets each: six are given, two wait."""
    others = [person(f"{name} Agent", role=User.Role.AGENT, tier=Tier.L1) for name in ("Bea", "Cai")]
    for one in (ana, *others):
        actions.set_profile(one, by=mia, languages=["en"], calendar=None, hours={}, capacity=2)
    rules(Rule("Any"))
    filed = [file() for _ in range(8)]
    waiting = list(Event.objects.pending().values_list("pk", flat=True))
    at_once = threading.Barrier(len(waiting))

    def work(event_id):
        at_once.wait()
        # Each event is announced by two workers.
        announcing.announce(event_id)
        announcing.announce(event_id)
        connection.close()

    threads = [threading.Thread(target=work, args=[event_id]) for event_id in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    announce_all()

    held = Counter(Ticket.objects.exclude(assignee=None).values_list("assignee", flat=True))
    assert sorted(held.values()) == [2, 2, 2]
    assert Waiting.objects.count() == 2
    assert Decision.objects.count() == len(filed)


def test_presence_is_asked_while_it_is_known_and_not_without_redis(file, ana, lin, rules, settings):
    def redis_of(**changes):
        default = settings.CHANNEL_LAYERS["default"]
        settings.CHANNEL_LAYERS = {"default": {**default, "CONFIG": {**default["CONFIG"], **changes}}}

    redis_of(prefix=f"test-{uuid.uuid4().hex}")
    rules(Rule("On the desk", needs_language=False, needs_presence=True))
    first, second = file(), file()
    note_here([lin.pk])
    announce_all()
    assert [assignee(one) for one in (first, second)] == [lin, lin]

    third = file()
    redis_of(hosts=[{"address": "redis://127.0.0.1:1/0"}])
    announce_all()
    assert assignee(third) == ana
