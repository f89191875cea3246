"""What is kept of a decision: every rule and everybody who was asked, and the reasons in short for the event.

Only codes, numbers and names; the words are made where they are read, in the reader's language.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from products.models import Product
from routing.choosing import Choice, Decision, Hindrance, Verdict
from routing.rules import Ask, Facts, Rule
from routing.rules import Turn as TurnBy


def kept(decision: Decision) -> list[dict[str, Any]]:
    """Every rule that was tried, with each person it asked, for the page that answers "why?"."""
    return [
        {
            "rule": choice.rule.name,
            "key": choice.rule.key,
            "ask": choice.rule.ask,
            "turn": choice.rule.turn,
            "otherwise": choice.rule.otherwise,
            "off_hours": choice.is_off_hours,
            "people": [_person(verdict, choice) for verdict in choice.verdicts],
        }
        for choice in decision.tried
    ]


def _person(verdict: Verdict, choice: Choice) -> dict[str, Any]:
    return {
        "id": verdict.person.id,
        "name": verdict.person.name,
        "held": verdict.held,
        "load": verdict.load,
        "capacity": verdict.person.capacity,
        "against": list(verdict.against),
        "last_turn": verdict.last_turn,
        "for": [one.name for one in verdict.stands_in_for],
        "chosen": verdict is choice.chosen,
    }


def reasons(decision: Decision, ticket: Facts, product: Product | None) -> list[dict[str, Any]]:
    """Why this person, in the order in which it is said; or why nobody."""
    choice = decision.choice
    if choice is None or choice.chosen is None:
        return _why_nobody(choice)
    chosen = choice.chosen
    found: list[dict[str, Any]] = []
    if chosen.stands_in_for:
        found.append({"code": "stands_in", "for": [one.name for one in chosen.stands_in_for]})
    if choice.rule.needs_language:
        found.append({"code": "language", "language": ticket.language})
    if choice.rule.needs_skill and product is not None:
        found.append({"code": "skill", "product": {"en": product.name, "zh": product.name_zh}})
    found.append(
        {"code": "load", "held": chosen.held, "load": chosen.load, "capacity": chosen.person.capacity}
    )
    found.append({"code": _how(choice)})
    if choice.is_off_hours:
        found.append({"code": "off_hours"})
    return found


def _how(choice: Choice) -> str:
    rule: Rule = choice.rule
    if rule.ask == Ask.TAM:
        return "tam"
    able = [verdict for verdict in choice.verdicts if not verdict.against]
    if len(choice.verdicts) == 1:
        return "named"
    if len(able) == 1:
        return "only"
    return "next" if rule.turn == TurnBy.ROUND_ROBIN else "least"


def _why_nobody(choice: Choice | None) -> list[dict[str, Any]]:
    """How many could not, by the first thing that stood against each."""
    if choice is None or not choice.verdicts:
        return [{"code": "nobody_asked"}]
    first = Counter(verdict.against[0] for verdict in choice.verdicts if verdict.against)
    return [
        {"code": "against", "hindrance": hindrance.value, "count": first[hindrance]}
        for hindrance in Hindrance
        if first[hindrance]
    ]
