"""Rules in words: what their keys stand for, and the sentences of a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.utils.functional import cached_property
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Organization, Tier, User
from helpdesk.lists import listed
from intake.models import RequestTypeVersion
from products.models import Platform, Product
from routing.rules import Account, Ask, Conditions, Otherwise, Rule, RuleSet, Turn
from routing.wording import language_name
from sla.models import Plan
from tickets.models import Priority, Ticket

Name = Callable[[Any], str]


class Names:
    """What the keys in some rules are called: one query for each kind of thing that they name."""

    def __init__(self, *rule_sets: RuleSet) -> None:
        self._rules = [rule for rules in rule_sets for rule in rules.rules]

    def _keys(self, name: str) -> set[Any]:
        return {key for rule in self._rules for key in getattr(rule.when, name)}

    @cached_property
    def products(self) -> dict[int, str]:
        return {one.pk: str(one) for one in Product.objects.filter(pk__in=self._keys("products"))}

    @cached_property
    def plans(self) -> dict[int, str]:
        return {one.pk: str(one) for one in Plan.objects.filter(pk__in=self._keys("plans"))}

    @cached_property
    def organizations(self) -> dict[int, str]:
        rows = Organization.objects.filter(pk__in=self._keys("organizations"))
        return dict(rows.values_list("pk", "name"))

    @cached_property
    def request_types(self) -> dict[str, str]:
        if not self._keys("request_types"):
            return {}
        return {one.request_type.code: str(one) for one in RequestTypeVersion.objects.current()}

    @cached_property
    def people(self) -> dict[int, str]:
        named = {key for rule in self._rules for key in rule.people}
        return dict(User.objects.filter(pk__in=named).values_list("pk", "name"))

    def of(self, name: str, key: Any) -> str:
        """What one value of a condition is called; what is gone says so."""
        gone = _("(no longer there)")
        match name:
            case "languages":
                return language_name(key)
            case "platforms":
                return _label(Platform, key)
            case "tiers":
                return _label(Tier, key)
            case "priorities":
                return str(key)
            case "channels":
                return _label(Ticket.Channel, key)
        found: dict[Any, str] = getattr(self, name)
        return found.get(key, gone)


def _label(choices: Any, key: str) -> str:
    return str(choices(key).label) if key in choices.values else key


@dataclass(frozen=True)
class Told:
    """A rule in words: for which tickets, who is asked, how one is chosen, what if nobody can."""

    rule: Rule
    when: str
    asks: str
    turn: str
    otherwise: str


def tell(rules: RuleSet, names: Names | None = None) -> list[Told]:
    names = names or Names(rules)
    return [
        Told(rule, when_in_words(rule.when, names), _asks(rule, names), _turn(rule), _otherwise(rule))
        for rule in rules.rules
    ]


def when_in_words(when: Conditions, names: Names) -> str:
    """ "L1 · P1 or P2 · Live SDK · Chinese" """
    parts = []
    for one in fields(when):
        if one.name == "account":
            if when.account:
                parts.append(str(Account(when.account).label))
        elif keys := getattr(when, one.name):
            parts.append(get_text_list([names.of(one.name, key) for key in keys], pgettext("either", "or")))
    return " · ".join(parts) or _("every ticket")


def _asks(rule: Rule, names: Names) -> str:
    if rule.ask == Ask.NOBODY:
        return str(Ask.NOBODY.label)
    if rule.ask == Ask.PEOPLE:
        gone = _("(no longer there)")
        who = listed([names.people.get(key, gone) for key in rule.people])
    else:
        who = str(Ask(rule.ask).label)
    needs = [
        (rule.needs_skill, _("knows the product")),
        (rule.needs_language, _("speaks the language")),
        (rule.needs_hours, _("is within working hours")),
        (rule.needs_presence, _("is on the desk")),
    ]
    asked = listed([words for is_asked, words in needs if is_asked])
    return _("%(who)s, who %(needs)s") % {"who": who, "needs": asked} if asked else who


def _turn(rule: Rule) -> str:
    return "" if rule.ask in (Ask.NOBODY, Ask.TAM) else str(Turn(rule.turn).label)


def _otherwise(rule: Rule) -> str:
    return "" if rule.ask == Ask.NOBODY else str(Otherwise(rule.otherwise).label)


@dataclass(frozen=True)
class Difference:
    what: str
    was: str
    now: str


def differences(old: RuleSet, new: RuleSet) -> list[Difference]:
    """What is different, rule by rule, in words."""
    names = Names(old, new)
    was = {told.rule.key: told for told in tell(old, names)}
    now = {told.rule.key: told for told in tell(new, names)}
    found = [Difference(told.rule.name, told.when, "") for key, told in was.items() if key not in now]
    for key, told in now.items():
        if key not in was:
            found.append(Difference(told.rule.name, "", _("new: %(when)s") % {"when": told.when}))
        else:
            found += _of_one(was[key], told)
    kept_before = [key for key in was if key in now]
    if kept_before != [key for key in now if key in was]:
        found.append(Difference(_("Order"), _order(was.values()), _order(now.values())))
    for priority in Priority.values:
        if old.weights[priority] != new.weights[priority]:
            what = _("Weight of a %(priority)s") % {"priority": priority}
            found.append(Difference(what, str(old.weights[priority]), str(new.weights[priority])))
    return found


def _of_one(was: Told, now: Told) -> list[Difference]:
    parts = (
        (was.rule.name, now.rule.name),
        (was.when, now.when),
        (was.asks, now.asks),
        (was.turn, now.turn),
        (was.otherwise, now.otherwise),
    )
    return [Difference(now.rule.name, old, new) for old, new in parts if old != new]


def _order(told: Iterable[Told]) -> str:
    return " → ".join(one.rule.name for one in told)
