"""What is doubtful about rules, before they are put in force: each doubt says why and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Tier
from helpdesk.lists import listed
from routing.people import Person
from routing.rules import Account, Ask, Otherwise, Rule, RuleSet
from routing.rules.naming import Names
from routing.wording import language_name
from tickets.models import Priority


@dataclass(frozen=True)
class Doubt:
    """`key` is the rule's."""

    key: str
    rule: str
    sentence: str


def doubts(rules: RuleSet, people: Mapping[int, Person], names: Names | None = None) -> list[Doubt]:
    """Everything that is allowed and hardly meant, in the order of the rules."""
    names = names or Names(rules)
    found = []
    for index, rule in enumerate(rules.rules):
        sentences = [*_never_reached(rule, rules.rules[:index]), *_nobody(rule, rules, people, names)]
        found += [Doubt(rule.key, rule.name, sentence) for sentence in sentences]
    return found


def _never_reached(rule: Rule, earlier: tuple[Rule, ...]) -> list[str]:
    for other in earlier:
        has_last_word = other.ask == Ask.NOBODY or other.otherwise != Otherwise.NEXT
        if has_last_word and other.when.cover(rule.when):
            return [
                _(
                    "No ticket ever comes to it: “%(other)s” stands above it and is for all of its tickets."
                    " Move it up, or let the other one go on with the next rule."
                )
                % {"other": other.name}
            ]
    return []


def _nobody(rule: Rule, rules: RuleSet, people: Mapping[int, Person], names: Names) -> list[str]:
    if rule.ask == Ask.NOBODY:
        return []
    if rule.ask == Ask.TAM:
        if rule.when.account != Account.KEY and rule.otherwise != Otherwise.NEXT:
            return [
                _(
                    "Customers without a TAM find nobody here. Make it a rule for key accounts only, or let"
                    " it go on with the next rule."
                )
            ]
        return []
    if rule.ask == Ask.PEOPLE:
        gone = [names.people.get(key, "?") for key in rule.people if key not in people]
        if gone:
            return [_("%(names)s no longer work on the desk.") % {"names": listed(gone)}]
        groups = {"": [people[key] for key in rule.people]}
    else:
        tiers = rule.when.tiers or tuple(Tier.values)
        groups = {
            tier: [one for one in people.values() if one.tier == tier and one.takes_turns] for tier in tiers
        }
    return [
        sentence for tier, asked in groups.items() for sentence in _of_group(tier, asked, rule, rules, names)
    ]


def _of_group(tier: str, asked: list[Person], rule: Rule, rules: RuleSet, names: Names) -> list[str]:
    """What nobody of those who are asked together can do."""
    where = _("In %(tier)s") % {"tier": tier} if tier else _("Of those named")
    if not asked:
        return [_("%(where)s nobody takes turns: such tickets find nobody.") % {"where": where}]
    found = []
    if rule.needs_language:
        wanted = rule.when.languages or tuple(code for code, _name in settings.LANGUAGES)
        missing = [code for code in wanted if not any(code in one.languages for one in asked)]
        if missing:
            told = {"where": where, "languages": listed([language_name(code) for code in missing])}
            found.append(_("%(where)s nobody speaks %(languages)s.") % told)
    if rule.needs_skill:
        unknown = [key for key in rule.when.products if not any(one.knows(key) for one in asked)]
        if unknown:
            told = {"where": where, "products": listed([names.of("products", key) for key in unknown])}
            found.append(_("%(where)s nobody knows %(products)s.") % told)
    heavy = [
        priority
        for priority in rule.when.priorities or Priority.values
        if all(one.capacity is not None and one.capacity < rules.weights[priority] for one in asked)
    ]
    if heavy:
        told = {"where": where, "priorities": listed(list(heavy))}
        found.append(_("%(where)s nobody has room for a single %(priorities)s.") % told)
    return found
