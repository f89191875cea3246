"""The rules as values: which tickets one is for, who is asked, how one of them is chosen, what if nobody can.

Stored as plain JSON, written by `dump`, read by `read`. A rule's key stays through all versions: turns are
remembered by it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Priority

MOST_RULES = 50


class Ask(models.TextChoices):
    """Who is asked."""

    TIER = "tier", _("everybody in the ticket's tier")
    PEOPLE = "people", _("these people")
    TAM = "tam", _("the TAM of the customer")
    NOBODY = "nobody", _("nobody: leave it in the queue")


class Turn(models.TextChoices):
    """Who of those that can is chosen."""

    ROUND_ROBIN = "round_robin", _("in turn: who has waited longest for one")
    LEAST_LOADED = "least_loaded", _("who has the least to do")


class Otherwise(models.TextChoices):
    """What is done when nobody can."""

    WAIT = "wait", _("leave it in the queue, and try again every minute")
    LEAVE = "leave", _("leave it in the queue")
    OFF_HOURS = "off_hours", _("take somebody who can but is not at work now")
    NEXT = "next", _("go on with the next rule")


class Account(models.TextChoices):
    """Key accounts are the customers that have a TAM."""

    ANY = "", _("any customer")
    KEY = "key", _("key accounts only")
    OTHER = "other", _("all but key accounts")


@dataclass(frozen=True)
class Facts:
    """What the rules read of a ticket. Rows are named by their keys, request types by their code."""

    priority: str
    tier: str
    language: str
    product: int | None = None
    platform: str = ""
    organization: int | None = None
    plan: int | None = None
    tam: int | None = None
    request_type: str = ""
    channel: str = ""


@dataclass(frozen=True)
class Conditions:
    """Which tickets a rule is for: within a list any, all the lists together; an empty list asks nothing."""

    products: tuple[int, ...] = ()
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    plans: tuple[int, ...] = ()
    organizations: tuple[int, ...] = ()
    account: str = Account.ANY
    request_types: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def meet(self, ticket: Facts) -> bool:
        """Whether the rule is for this ticket."""
        if self.account and (ticket.tam is not None) != (self.account == Account.KEY):
            return False
        asked: tuple[tuple[tuple[Any, ...], Any], ...] = (
            (self.products, ticket.product),
            (self.platforms, ticket.platform),
            (self.languages, ticket.language),
            (self.tiers, ticket.tier),
            (self.priorities, ticket.priority),
            (self.plans, ticket.plan),
            (self.organizations, ticket.organization),
            (self.request_types, ticket.request_type),
            (self.channels, ticket.channel),
        )
        return all(not wanted or value in wanted for wanted, value in asked)

    def cover(self, other: Conditions) -> bool:
        """Whether every ticket that `other` is for is one that this is for."""
        if self.account not in (Account.ANY, other.account):
            return False
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if one.name != "account" and mine and not (theirs and set(theirs) <= set(mine)):
                return False
        return True


def new_key() -> str:
    return secrets.token_hex(4)


@dataclass(frozen=True)
class Rule:
    name: str
    key: str = field(default_factory=new_key)
    when: Conditions = field(default_factory=Conditions)
    ask: str = Ask.TIER
    people: tuple[int, ...] = ()
    turn: str = Turn.ROUND_ROBIN
    needs_skill: bool = True
    needs_language: bool = True
    needs_hours: bool = True
    needs_presence: bool = False
    otherwise: str = Otherwise.WAIT

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Rule:
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        when = {name: _frozen(value) for name, value in values.pop("when", {}).items()}
        return cls(**{name: _frozen(value) for name, value in values.items()}, when=Conditions(**when))

    def dump(self) -> dict[str, Any]:
        stored = asdict(self)
        stored["when"] = {name: value for name, value in stored["when"].items() if value}
        return stored


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class RuleSet:
    """All the rules, the first that is for a ticket decides; and how much a ticket of each priority weighs
    against somebody's capacity."""

    rules: tuple[Rule, ...] = ()
    weights: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(Priority.values, 1))

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> RuleSet:
        return cls(
            rules=tuple(Rule.read(rule) for rule in stored.get("rules", [])),
            weights={**dict.fromkeys(Priority.values, 1), **stored.get("weights", {})},
        )

    def dump(self) -> dict[str, Any]:
        return {"rules": [rule.dump() for rule in self.rules], "weights": dict(self.weights)}

    def rule(self, key: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.key == key), None)
