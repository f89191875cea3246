"""Who gets a ticket. One function for the live desk and for the simulator, without database or clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from routing.people import Person, Standing, standing_in
from routing.rules import Ask, Facts, Otherwise, Rule, RuleSet
from routing.rules import Turn as TurnBy


class Hindrance(StrEnum):
    """Why somebody cannot get this ticket."""

    AWAY = "away"
    SKILL = "skill"
    LANGUAGE = "language"
    FULL = "full"
    HOURS = "hours"
    PRESENCE = "presence"
    NO_TURNS = "no_turns"


NOT_AT_WORK = {Hindrance.HOURS, Hindrance.PRESENCE}


class Outcome(StrEnum):
    CHOSEN = "chosen"
    LEFT = "left"  # the rule says so
    NOBODY = "nobody"  # nobody who was asked can
    NO_RULE = "no_rule"  # no rule is for this ticket


@dataclass
class Desk:
    """Everybody who works here, what they hold and whose turn was when. `give` keeps it up to date.

    `here` are those who are on the desk now; None: nobody knows, and presence is asked of no one.
    """

    people: Mapping[int, Person]
    weights: Mapping[str, int]
    held: Counter[int] = field(default_factory=Counter)  # open tickets
    load: Counter[int] = field(default_factory=Counter)  # their weights
    turns: dict[tuple[str, int], int] = field(default_factory=dict)  # the higher, the later
    here: Collection[int] | None = None

    def give(self, person: int, priority: str) -> None:
        self.held[person] += 1
        self.load[person] += self.weights[priority]

    def take(self, person: int, priority: str) -> None:
        self.held[person] -= 1
        self.load[person] -= self.weights[priority]

    def had_turn(self, rule: str, person: int) -> int:
        """It was their turn under this rule. Returns its number, one above all others of the rule."""
        number = 1 + max((n for (key, _), n in self.turns.items() if key == rule), default=0)
        self.turns[rule, person] = number
        return number


@dataclass(frozen=True)
class Verdict:
    """Somebody who was asked: what they held, and everything that stood against them."""

    person: Person
    held: int
    load: int
    against: tuple[Hindrance, ...]
    last_turn: int = 0
    stands_in_for: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Choice:
    """What one rule came to."""

    rule: Rule
    verdicts: tuple[Verdict, ...] = ()
    chosen: Verdict | None = None
    is_off_hours: bool = False


@dataclass(frozen=True)
class Decision:
    """What became of a ticket. `tried` are the rules that were for it, the last one decided."""

    outcome: Outcome
    tried: tuple[Choice, ...] = ()

    @property
    def choice(self) -> Choice | None:
        return self.tried[-1] if self.tried else None

    @property
    def person(self) -> Person | None:
        return self.choice.chosen.person if self.choice and self.choice.chosen else None

    @property
    def waits(self) -> bool:
        """Nobody can now; to be tried again."""
        return (
            self.outcome is Outcome.NOBODY
            and self.choice is not None
            and any(one.rule.otherwise == Otherwise.WAIT for one in self.tried)
        )


def decide(ticket: Facts, rules: RuleSet, desk: Desk, at: datetime) -> Decision:
    """Go through the rules that are for this ticket until one finds somebody or has the last word."""
    tried: list[Choice] = []
    for rule in rules.rules:
        if not rule.when.meet(ticket):
            continue
        if rule.ask == Ask.NOBODY:
            return Decision(Outcome.LEFT, (*tried, Choice(rule)))
        choice = choose(ticket, rule, desk, at)
        tried.append(choice)
        if choice.chosen:
            return Decision(Outcome.CHOSEN, tuple(tried))
        if rule.otherwise != Otherwise.NEXT:
            break
    return Decision(Outcome.NOBODY if tried else Outcome.NO_RULE, tuple(tried))


def choose(ticket: Facts, rule: Rule, desk: Desk, at: datetime) -> Choice:
    """Ask everybody whom the rule asks, and choose among those whom nothing hinders."""
    verdicts = tuple(
        _verdict(standing, ticket, rule, desk, at) for standing in _asked(ticket, rule, desk, at)
    )
    able = [verdict for verdict in verdicts if not verdict.against]
    if able:
        return Choice(rule, verdicts, _first(able, rule))
    if rule.otherwise == Otherwise.OFF_HOURS:
        able = [verdict for verdict in verdicts if set(verdict.against) <= NOT_AT_WORK]
        if able:
            return Choice(rule, verdicts, _first(able, rule), is_off_hours=True)
    return Choice(rule, verdicts)


def _asked(ticket: Facts, rule: Rule, desk: Desk, at: datetime) -> Iterable[Standing]:
    """Whom the rule asks. For a person whom it names somebody may stand in; a tier has its others."""
    if rule.ask == Ask.TIER:
        return [Standing(one, ()) for one in desk.people.values() if one.tier == ticket.tier]
    named = [ticket.tam] if rule.ask == Ask.TAM else list(rule.people)
    found: dict[int, Standing] = {}
    for key in named:
        person = desk.people.get(key or 0)
        if person is None:
            continue
        standing = standing_in(person, desk.people, at)
        asked = standing.person or person
        # Who is named and stands in for another as well is asked once, as themselves.
        if asked.id not in found or asked.id == person.id:
            found[asked.id] = Standing(asked, standing.chain if standing.person else ())
    return found.values()


def _verdict(standing: Standing, ticket: Facts, rule: Rule, desk: Desk, at: datetime) -> Verdict:
    person = standing.person
    assert person is not None
    load = desk.load[person.id]
    return Verdict(
        person=person,
        held=desk.held[person.id],
        load=load,
        against=tuple(_hindrances(person, load + desk.weights[ticket.priority], ticket, rule, desk, at)),
        last_turn=desk.turns.get((rule.key, person.id), 0),
        stands_in_for=standing.chain,
    )


def _hindrances(
    person: Person, load: int, ticket: Facts, rule: Rule, desk: Desk, at: datetime
) -> Iterator[Hindrance]:
    """Everything that stands against somebody, the gravest first. `load` is theirs with this ticket."""
    if rule.ask == Ask.TIER and not person.takes_turns:
        yield Hindrance.NO_TURNS
    if person.away(at) is not None:
        yield Hindrance.AWAY
    if rule.needs_skill and not person.knows(ticket.product):
        yield Hindrance.SKILL
    if rule.needs_language and ticket.language not in person.languages:
        yield Hindrance.LANGUAGE
    if person.capacity is not None and load > person.capacity:
        yield Hindrance.FULL
    if rule.needs_hours and not person.works(at):
        yield Hindrance.HOURS
    if rule.needs_presence and desk.here is not None and person.id not in desk.here:
        yield Hindrance.PRESENCE


def _first(able: Sequence[Verdict], rule: Rule) -> Verdict:
    if rule.turn == TurnBy.LEAST_LOADED:
        return min(able, key=lambda one: (one.load, one.last_turn, one.person.id))
    return min(able, key=lambda one: (one.last_turn, one.person.id))
