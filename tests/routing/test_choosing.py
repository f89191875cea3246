"""Properties of the choice, over made-up desks: whatever the facts, nobody gets what they must not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from routing.choosing import Desk, Hindrance, Outcome, decide
from routing.people import Away, Person, standing_in
from routing.rules import Ask, Conditions, Facts, Otherwise, Rule, RuleSet, Turn
from sla import worktime

NOW = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICE = worktime.Calendar.from_definition(
    {"tz": "UTC", "hours": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
NIGHT = worktime.Calendar.from_definition({"tz": "UTC", "hours": {"mon": [["20:00", "24:00"]]}})
PRIORITIES = ("P1", "P2", "P3", "P4")
HERE_SINCE = ZoneInfo("UTC")


def weights_of_one() -> dict[str, int]:
    return dict.fromkeys(PRIORITIES, 1)


keys = st.integers(1, 8)
absences = st.lists(
    st.builds(
        lambda start, length, substitute: Away(
            NOW + DAY * start, NOW + DAY * (start + length) if length else None, substitute
        ),
        st.integers(-3, 2),
        st.integers(0, 4),
        st.none() | keys,
    ),
    max_size=2,
)
people = st.builds(
    lambda key, skills, languages, capacity, hours, turns, away: Person(
        key, f"P{key}", "L1", frozenset(skills), frozenset(languages), capacity, hours, turns, tuple(away)
    ),
    keys,
    st.sets(st.integers(1, 3), max_size=3),
    st.sets(st.sampled_from(["en", "zh-hans"]), min_size=1),
    st.none() | st.integers(0, 4),
    st.sampled_from([None, OFFICE, NIGHT]),
    st.booleans(),
    absences,
)
desks = st.lists(people, max_size=8, unique_by=lambda one: one.id).map(
    lambda found: {one.id: one for one in found}
)
rules = st.builds(
    Rule,
    name=st.just("any"),
    ask=st.sampled_from([Ask.TIER, Ask.PEOPLE, Ask.TAM]),
    people=st.lists(keys, max_size=3, unique=True).map(tuple),
    turn=st.sampled_from(Turn.values),
    needs_skill=st.booleans(),
    needs_language=st.booleans(),
    needs_hours=st.booleans(),
    needs_presence=st.booleans(),
    otherwise=st.sampled_from(Otherwise.values),
)
tickets = st.builds(
    Facts,
    priority=st.sampled_from(PRIORITIES),
    tier=st.just("L1"),
    language=st.sampled_from(["en", "zh-hans"]),
    product=st.none() | st.integers(1, 3),
    tam=st.none() | keys,
)


@given(desks, st.lists(rules, max_size=3), st.lists(tickets, max_size=12), st.none() | st.sets(keys))
def test_nobody_gets_more_than_they_can_hold_or_what_they_cannot_do(people, rules, tickets, here):
    weights = {"P1": 3, "P2": 2, "P3": 1, "P4": 1}
    desk = Desk(people=people, weights=weights, here=here)
    for ticket in tickets:
        decision = decide(ticket, RuleSet(tuple(rules), weights), desk, NOW)
        if decision.person is None:
            assert decision.outcome is not Outcome.CHOSEN
            continue
        rule, person = decision.choice.rule, decision.person
        assert person.away(NOW) is None
        desk.give(person.id, ticket.priority)
        desk.had_turn(rule.key, person.id)
        assert person.capacity is None or desk.load[person.id] <= person.capacity
        if rule.needs_skill and ticket.product and person.skills:
            assert ticket.product in person.skills
        if rule.needs_language:
            assert ticket.language in person.languages
        if not decision.choice.is_off_hours:
            assert not rule.needs_hours or person.works(NOW)
            assert not rule.needs_presence or here is None or person.id in here
        if rule.ask == Ask.TIER:
            assert person.tier == ticket.tier and person.takes_turns


@given(st.integers(1, 6), st.integers(0, 40), st.integers(0, 5))
def test_in_turn_nobody_gets_two_more_than_another(size, number, began):
    """Also where some of them had turns before."""
    people = {key: Person(key, str(key), "L1", languages=frozenset({"en"})) for key in range(1, size + 1)}
    desk = Desk(people=people, weights=weights_of_one())
    rule = Rule("turns", turn=Turn.ROUND_ROBIN)
    for key in range(1, min(began, size) + 1):
        desk.had_turn(rule.key, key)
    got = Counter(dict.fromkeys(people, 0))
    for _ticket in range(number):
        person = decide(Facts("P3", "L1", "en"), RuleSet((rule,)), desk, NOW).person
        desk.give(person.id, "P3")
        desk.had_turn(rule.key, person.id)
        got[person.id] += 1
    assert max(got.values()) - min(got.values()) <= 1


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_the_least_loaded_is_chosen(loads):
    people = {key: Person(key, str(key), "L1", languages=frozenset({"en"})) for key in range(len(loads))}
    desk = Desk(people=people, weights=weights_of_one(), load=Counter(dict(enumerate(loads))))
    rule = Rule("least", turn=Turn.LEAST_LOADED)
    chosen = decide(Facts("P3", "L1", "en"), RuleSet((rule,)), desk, NOW).person
    assert loads[chosen.id] == min(loads)


@given(desks, keys)
def test_substitutes_are_followed_without_a_circle_to_somebody_who_is_there(people, key):
    if key not in people:
        return
    standing = standing_in(people[key], people, NOW)
    assert len(set(standing.chain)) == len(standing.chain)
    assert all(one.away(NOW) for one in standing.chain)
    if standing.person is not None:
        assert standing.person.away(NOW) is None and standing.person not in standing.chain


def test_a_substitute_stands_in_for_a_tam_and_a_circle_ends():
    tomas = Person(1, "Tomas", "TAM", absences=(Away(NOW - DAY, NOW + DAY, 2),))
    hua = Person(2, "Hua", "TAM", absences=(Away(NOW - DAY, None, 3),))
    mei = Person(3, "Mei", "L2", languages=frozenset({"en"}))
    rule = Rule("key accounts", ask=Ask.TAM)
    ticket = Facts("P2", "L1", "en", tam=1)
    desk = Desk(people={1: tomas, 2: hua, 3: mei}, weights=weights_of_one())

    decision = decide(ticket, RuleSet((rule,)), desk, NOW)
    assert decision.person == mei
    assert decision.choice.chosen.stands_in_for == (tomas, hua)

    desk.people = {1: tomas, 2: Person(2, "Hua", "TAM", absences=(Away(NOW, None, 1),))}
    decision = decide(ticket, RuleSet((rule,)), desk, NOW)
    assert decision.person is None and decision.waits
    assert decision.choice.verdicts[0].against[0] is Hindrance.AWAY


def test_the_next_rule_is_asked_where_a_rule_says_so():
    ana = Person(1, "Ana", "L1", languages=frozenset({"en"}), hours=NIGHT)
    desk = Desk(people={1: ana}, weights=weights_of_one())
    first = Rule("at work", otherwise=Otherwise.NEXT)
    second = Rule("anybody", when=Conditions(priorities=("P1",)), needs_hours=False)

    decision = decide(Facts("P1", "L1", "en"), RuleSet((first, second)), desk, NOW)
    assert decision.person == ana and [one.rule for one in decision.tried] == [first, second]
    assert decide(Facts("P4", "L1", "en"), RuleSet((first, second)), desk, NOW).outcome is Outcome.NOBODY
    assert decide(Facts("P4", "L1", "en"), RuleSet((second,)), desk, NOW).outcome is Outcome.NO_RULE
    off_hours = Rule("whoever", otherwise=Otherwise.OFF_HOURS)
    decision = decide(Facts("P4", "L1", "en"), RuleSet((off_hours,)), desk, NOW)
    assert decision.person == ana and decision.choice.is_off_hours


lists = st.lists(st.integers(1, 3), max_size=2, unique=True).map(tuple)
conditions = st.builds(
    Conditions,
    products=lists,
    tiers=st.lists(st.sampled_from(["L1", "L2"]), max_size=2, unique=True).map(tuple),
    account=st.sampled_from(["", "key", "other"]),
)


@given(conditions, conditions, tickets)
def test_a_condition_covers_another_only_where_it_meets_every_ticket_of_it(one, other, ticket):
    if one.cover(other) and other.meet(ticket):
        assert one.meet(ticket)


@given(rules, conditions)
def test_a_rule_is_read_as_it_was_written(rule, when):
    rule = Rule(**{**rule.__dict__, "when": when})
    assert Rule.read(rule.dump()) == rule
