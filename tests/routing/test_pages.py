"""Who may open and do what; what the pages of people, rules and the simulator answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tier, User
from routing import actions
from routing.models import Absence, Change, Decision, Profile, RulesDraft, RulesVersion
from routing.rules import Ask, Conditions, Rule
from tests.conftest import MONDAY_9AM, person
from tests.notifications.conftest import announce_all
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def status(client, user, address, **data):
    client.force_login(user)
    return (client.post(address, data) if data else client.get(address)).status_code


@pytest.fixture
def lars(db):
    """Leads L1."""
    return person("Lars Holm", role=User.Role.AGENT, tier=Tier.L1, is_lead=True)


def test_each_sees_their_own_leads_their_tier_and_managers_everybody(client, ana, lena, lars, mia, rui):
    own, of_ana, of_lena = (
        reverse("availability"),
        reverse("availability_of", args=[ana.pk]),
        reverse("availability_of", args=[lena.pk]),
    )
    assert [status(client, who, own) for who in (ana, mia, rui)] == [200, 200, 403]
    assert [status(client, who, of_ana) for who in (ana, lars, mia, lena, rui)] == [200, 200, 200, 403, 403]
    assert [status(client, who, of_lena) for who in (ana, lars, mia)] == [403, 403, 200]
    assert status(client, mia, reverse("availability_of", args=[rui.pk])) == 404
    team = reverse("team")
    assert [status(client, who, team) for who in (ana, lars, mia, rui)] == [403, 200, 200, 403]
    client.force_login(lars)
    page = client.get(team).content.decode()
    assert "Ana Nunes" in page and "Lena Wolf" not in page


def test_only_who_answers_for_the_work_sets_skills_and_capacity(client, ana, mia, live_sdk):
    address = reverse("availability_facts", args=[ana.pk])
    facts = {"languages": ["en", "zh-hans"], "works": "own", "mon": "9-12:30, 13:30-18"}
    more = {"capacity": "5", "takes_turns": "", "products": [live_sdk.pk]}
    assert status(client, ana, address, **facts, **more) == 302
    profile = Profile.objects.get(pk=ana.pk)
    assert profile.hours == {"mon": [["09:00", "12:30"], ["13:30", "18:00"]]}
    assert (profile.capacity, profile.takes_turns, ana.products.count()) == (None, True, 0)

    assert status(client, mia, address, **facts, **more) == 302
    profile.refresh_from_db()
    assert (profile.capacity, profile.takes_turns, ana.products.count()) == (5, False, 1)
    change = Change.objects.filter(user=ana).first()
    assert change.by == mia and change.changes["capacity"] == [None, 5]
    assert status(client, ana, address, languages=["en"], works="own", tue="late") == 422


def test_an_absence_is_entered_ended_and_never_overlaps(client, ana, lena, lin, clock):
    add = reverse("absence_add", args=[ana.pk])
    when = {"starts_at": "2026-07-20T09:00", "ends_at": "2026-07-24T18:00", "substitute": lin.pk}
    assert status(client, lena, add, **when) == 403
    assert status(client, ana, add, **when) == 302
    assert status(client, ana, add, **{**when, "starts_at": "2026-07-22T09:00"}) == 422
    assert status(client, ana, add, **{**when, "substitute": ana.pk}) == 422
    assert status(client, ana, add, starts_at="2026-07-01T09:00", ends_at="2026-07-02T09:00") == 422
    absence = Absence.objects.get()
    end = reverse("absence_end", args=[absence.pk])
    assert status(client, lena, end, x=1) == 403
    assert status(client, ana, end, x=1) == 302
    absence.refresh_from_db()
    assert absence.withdrawn_at and not Absence.objects.not_over(MONDAY_9AM).exists()
    assert status(client, ana, end, x=1) == 404


def test_tickets_of_two_are_swapped_after_a_look(client, ana, lin, mia, file):
    first, second = file(), file()
    tickets.assign(first, by=mia, to=ana)
    tickets.assign(second, by=mia, to=lin)
    address = reverse("availability_move", args=[ana.pk])
    client.force_login(mia)
    asked = {"what": "swap", "colleague": lin.pk}
    look = client.post(address, {**asked, "deed": "look"})
    assert {one.ticket for one in look.context["outcomes"]} == {first, second}
    assert Ticket.objects.get(pk=first.pk).assignee == ana  # nothing has happened yet

    key = look.context["key"]
    for _again in range(2):
        client.post(address, {**asked, "deed": "do", "key": key})
        holders = [Ticket.objects.get(pk=one.pk).assignee for one in (first, second)]
        assert holders == [lin, ana]


def test_who_falls_ill_lets_go_and_the_rules_give_the_tickets_out(client, ana, lin, mia, rules, file):
    rules(Rule("Any", needs_language=False))
    held = [file(), file()]
    for ticket in held:
        tickets.assign(ticket, by=mia, to=ana)
    announce_all()
    address = reverse("availability_move", args=[ana.pk])
    asked = {"what": "rules", "deed": "look"}
    assert status(client, mia, address, **asked) == 422  # they might come straight back
    look = client.post(address, {**asked, "goes_away": "on"})
    told = [entry.sentence for one in look.context["outcomes"] for entry in one.entries]
    assert sum("Lin Lan" in sentence for sentence in told) == 2
    assert not Absence.objects.exists() and not Decision.objects.exists()

    data = {**asked, "goes_away": "on", "deed": "do", "key": look.context["key"]}
    assert status(client, mia, address, **data) == 302
    assert {Ticket.objects.get(pk=ticket.pk).assignee for ticket in held} == {lin}
    assert Absence.objects.current(timezone.now()).filter(user=ana, ends_at=None).exists()


def test_why_is_the_desks_own(client, ana, mia, rui, zoe, rules, file):
    rules(Rule("First line"))
    ticket = file()
    announce_all()
    decision = Decision.objects.get(ticket=ticket)
    address = reverse("ticket_routing", args=[ticket.pk, decision.pk])
    assert [status(client, who, address) for who in (ana, mia, rui, zoe)] == [200, 200, 403, 404]
    other = file()
    assert status(client, ana, reverse("ticket_routing", args=[other.pk, decision.pk])) == 404
    client.force_login(ana)
    assert address in client.get(ticket.get_absolute_url()).content.decode()
    client.force_login(rui)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "Ana Nunes" in page and address not in page and "First line" not in page


def test_rules_are_for_managers(client, ana, lena, mia, rui, rules):
    rules(Rule("First line"))
    actions.save_draft(RulesVersion.in_force().read, by=mia)
    pages = [
        reverse("routing"),
        reverse("routing_version", args=[1]),
        reverse("routing_simulation") + "?of=1",
        reverse("routing_simulation_csv") + "?of=1",
    ]
    drafts = [reverse("routing_draft"), reverse("routing_rule_new")]
    deeds = ["routing_switch", "routing_draft_begin", "routing_draft_drop", "routing_put_in_force"]
    for address in pages + drafts:
        assert [status(client, who, address) for who in (ana, lena, rui, mia)] == [403, 403, 403, 200]
    for name in deeds:
        assert [status(client, who, reverse(name), on="no") for who in (ana, lena, rui)] == [403] * 3
    assert RulesVersion.in_force().is_on and RulesDraft.objects.exists()


def test_a_rule_is_written_doubted_tried_and_put_in_force(client, mia, ana, live_sdk, kite):
    client.force_login(mia)
    client.post(reverse("routing_draft_begin"))
    new = reverse("routing_rule_new")
    rule = {
        "name": "Chinese",
        "tiers": ["L1"],
        "languages": ["zh-hans"],
        "products": [live_sdk.pk],
        "organizations": "Kite Live",
        "ask": "tier",
        "needs": ["needs_skill", "needs_language"],
        "turn": "least_loaded",
        "otherwise": "wait",
    }
    assert client.post(new, {**rule, "organizations": "Kite Life"}).status_code == 422
    assert client.post(new, {**rule, "ask": "people"}).status_code == 422
    assert client.post(new, rule).status_code == 302
    draft = RulesDraft.objects.get(author=mia)
    written = draft.read.rules[0]
    assert written.when == Conditions(
        products=(live_sdk.pk,), languages=("zh-hans",), tiers=("L1",), organizations=(kite.pk,)
    )
    page = client.get(reverse("routing_draft")).content.decode()
    assert "In L1 nobody speaks Chinese." in page
    put = reverse("routing_put_in_force")
    assert client.post(put, {"note": "Why not"}).status_code == 422
    assert client.post(put, {"note": "Why not", "accept": "on"}).status_code == 302
    version = RulesVersion.in_force()
    assert (version.number, version.is_on, version.created_by) == (1, False, mia)
    client.post(reverse("routing_switch"), {"on": "yes"})
    assert RulesVersion.in_force().is_on


def test_a_draft_does_not_overtake_what_somebody_put_in_force_meanwhile(client, mia, ines, rules):
    rules(Rule("First"))
    client.force_login(mia)
    client.post(reverse("routing_draft_begin"))
    key = RulesVersion.in_force().read.rules[0].key
    client.post(reverse("routing_draft"), {"deed": f"remove:{key}"})
    theirs = actions.save_draft(RulesVersion.in_force().read, by=ines)
    theirs.rules = {**theirs.rules, "weights": {"P1": 3}}
    theirs.save(update_fields=["rules"])
    actions.switch(False, by=ines)  # a switch does not make a draft stale
    theirs.refresh_from_db()
    actions.put_in_force(theirs, by=ines, note="Heavier P1")
    answer = client.post(reverse("routing_put_in_force"), {"note": "None at all"})
    assert answer.status_code == 409 and RulesDraft.objects.filter(author=mia).exists()
    assert "Ines Admin put version" in answer.content.decode()


def test_pages_ask_the_same_number_of_queries_however_many_people(
    client, mia, ana, django_assert_max_num_queries
):
    for number in range(12):
        person(f"P{number} Agent", role=User.Role.AGENT, tier=Tier.L1)
    client.force_login(mia)
    with django_assert_max_num_queries(20):
        client.get(reverse("team"))


def test_rules_nobody_could_ever_meet_are_doubted(mia, ana, rules):
    from routing.desk import read_people
    from routing.rules import Otherwise, RuleSet
    from routing.rules.checking import doubts

    actions.set_profile(ana, by=mia, languages=["en"], calendar=None, hours={}, capacity=1)
    first = Rule("All", needs_language=False)
    found = doubts(
        RuleSet(
            rules=(
                first,
                Rule("P1 too", when=Conditions(priorities=("P1",)), needs_language=False),
                Rule("TAM", ask=Ask.TAM, otherwise=Otherwise.WAIT),
                Rule("Gone", ask=Ask.PEOPLE, people=(0,)),
            ),
            weights={"P1": 2, "P2": 1, "P3": 1, "P4": 1},
        ),
        read_people(absences_from=timezone.now()),
    )
    sentences = [(one.rule, one.sentence) for one in found]
    assert ("All", "In L1 nobody has room for a single P1.") in sentences
    assert ("All", "In L2 nobody takes turns: such tickets find nobody.") in sentences
    assert any(rule == "P1 too" and "“All” stands above it" in told for rule, told in sentences)
    assert any(rule == "TAM" and "without a TAM" in told for rule, told in sentences)
    assert any(rule == "Gone" and "no longer work" in told for rule, told in sentences)
