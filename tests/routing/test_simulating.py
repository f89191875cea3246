"""The simulator decides as the live desk does, reads real histories and changes nothing."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Tier, User
from events.models import Event
from routing import actions, giving
from routing.models import Decision, TurnTaken, Waiting
from routing.rules import Conditions, Rule, RuleSet, Turn
from routing.simulating import simulate
from tests.conftest import MONDAY_9AM, person
from tests.notifications.conftest import announce_all
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def team(ana, lin, lena, mia):
    bea = person("Bea Agent", role=User.Role.AGENT, tier=Tier.L1)
    for one, capacity in ((ana, 2), (bea, 3)):
        actions.set_profile(one, by=mia, languages=["en"], calendar=None, hours={}, capacity=capacity)
    return ana, bea


@pytest.mark.parametrize("turn", Turn.values)
def test_it_does_what_routing_would_do(file, team, mia, clock, rules, turn):
    """A day is lived with the rules on, and then simulated: the same tickets to the same people."""
    version = rules(Rule("First line", turn=turn), P1=2)
    lived = []
    for number in range(9):
        ticket = file(priority=f"P{1 + number % 4}")
        announce_all()
        lived.append(ticket)
        clock.shift(HOUR)
        if number % 3 == 2:
            done = Ticket.objects.exclude(assignee=None).filter(status="open").order_by("pk").first()
            tickets.resolve(done, by=done.assignee, body="Fixed.")
        if number == 4:
            escalated = Ticket.objects.filter(status="open").order_by("-pk").first()
            tickets.escalate(escalated, because={"level": "breach"})
        announce_all()
        clock.shift(timedelta(minutes=20))
        giving.try_again()

    found = simulate(version.read, MONDAY_9AM, MONDAY_9AM + DAY)
    waited = dict(Decision.objects.filter(trigger="waited").values_list("ticket", "assignee"))
    decided = Decision.objects.exclude(trigger="waited").order_by("pk")
    assert [(one.ticket.pk, one.trigger, one.would.id if one.would else None) for one in found.given] == [
        (one.ticket_id, one.trigger, one.assignee_id or waited.get(one.ticket_id)) for one in decided
    ]
    assert waited  # somebody was full
    assert all(one.is_same for one in found.given)


def test_it_changes_nothing_and_tells_what_was_different(file, team, mia, clock):
    ana, bea = team
    first, second = file(), file()
    clock.shift(HOUR)
    for ticket in (first, second):
        tickets.take(ticket, by=bea)
    clock.shift(DAY)
    before = (Event.objects.count(), Ticket.objects.filter(assignee=bea).count())
    found = simulate(RuleSet((Rule("First line"),)), MONDAY_9AM, MONDAY_9AM + DAY)
    assert (Event.objects.count(), Ticket.objects.filter(assignee=bea).count()) == before
    assert not (Decision.objects.exists() or TurnTaken.objects.exists() or Waiting.objects.exists())

    assert [one.would.id for one in found.given] == [ana.pk, bea.pk]
    assert [(one.ticket, one.was) for one in found.differing] == [(first, bea.pk)]
    shares = {share.person.name.split()[0]: share for share in found.shares}
    assert (shares["Ana"].got, shares["Ana"].really_got, shares["Ana"].peak) == (1, 0, 1)
    assert (shares["Bea"].got, shares["Bea"].really_got, shares["Bea"].really_peak) == (1, 2, 2)


def test_what_was_held_before_weighs_and_what_nobody_can_is_told(file, team, mia, clock):
    ana, bea = team
    for holder, number in ((ana, 2), (bea, 3)):
        for _ticket in range(number):
            tickets.take(file(), by=holder)
    clock.shift(DAY)
    late = file()
    clock.shift(HOUR)
    tickets.resolve(Ticket.objects.filter(assignee=ana).first(), by=ana, body="Fixed.")
    clock.shift(DAY)
    rules = RuleSet((Rule("First line", when=Conditions(tiers=("L1",))),))
    (one,) = simulate(rules, MONDAY_9AM + DAY - HOUR, MONDAY_9AM + 2 * DAY).given
    assert one.ticket == late and one.would.id == ana.pk
    assert timedelta() < one.given_at - one.at <= HOUR + timedelta(minutes=15)
    (one,) = simulate(rules, MONDAY_9AM + DAY - HOUR, MONDAY_9AM + DAY + HOUR).given
    assert one.would is None


def test_the_page_and_the_csv_tell_the_same(client, file, team, mia, kite, clock, rules):
    kite.name = "=1+1"
    kite.save(update_fields=["name"])
    rules(Rule("First line"))
    tickets.take(file(), by=team[1])
    clock.shift(2 * DAY)
    client.force_login(mia)
    query = "?of=2&since=2026-07-13&until=2026-07-14"
    page = client.get(reverse("routing_simulation") + query)
    assert len(page.context["page"].object_list) == 1 and "Ana Nunes" in page.content.decode()
    answer = client.get(reverse("routing_simulation_csv") + query)
    text = answer.content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["would have got it"], row["really got it"], row["customer"]) == (
        "Ana Nunes",
        "Bea Agent",
        "'=1+1",
    )
    assert client.get(reverse("routing_simulation") + "?of=2&since=2026-07-13").status_code == 422
    assert client.get(reverse("routing_simulation") + "?of=99").status_code == 404
