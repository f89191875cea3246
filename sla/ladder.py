"""The escalation ladder of a policy: at which level whom to tell, and what to do (rule D9).

Plain data, no database: the policy version stores it as JSON, the scan climbs it, notifications resolve its
roles to people. docs/escalation.md explains it to those who edit it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.errors import InvalidInput
from tickets.models import Priority

BREACH = "breach"
RENOTICE = "overdue"
NUDGE = "nudge"
DATE_PASSED = "passed"
DATE_WARNINGS = ("3d", "1d")
CREATED = {f"created:{priority.value}": priority for priority in Priority}
THIRD_REOPENING = "reopened3"

_REOPENED = re.compile(r"reopened([1-9])")
_PERCENT = re.compile(r"[1-9]\d{0,3}")
# How the scan numbers what can happen again: the second agreed date, the third re-notice.
_NUMBERED = re.compile(r"(overdue)\d+|(\d+d|passed)-\d+")

_QUIET_LEVELS = frozenset({"3d", NUDGE})
_QUIET_BELOW_PERCENT = 90


class Role(models.TextChoices):
    """Whom a step tells. Only people of the desk: what customers hear is not a matter of the ladder."""

    ASSIGNEE = "assignee", gettext_lazy("the assignee")
    ASSIGNEE_OR_TIER = "assignee_or_tier", gettext_lazy("the assignee, or the tier while nobody has it")
    TIER = "tier", gettext_lazy("all engineers of the tier who know the product")
    TIER_LEAD = "tier_lead", gettext_lazy("the leads of the tier")
    NEXT_TIER = "next_tier", gettext_lazy("the leads of the next tier")
    ON_CALL = "on_call", gettext_lazy("L2 on call")
    TAM = "tam", gettext_lazy("the customer's TAM")
    MANAGERS = "managers", gettext_lazy("the support managers")


class Deed(models.TextChoices):
    """What a step does to the ticket. In this order, when it does several."""

    TIER_UP = "tier_up", gettext_lazy("move it one tier up")
    ASSIGN_LEAD = "assign_lead", gettext_lazy("assign it to a lead of its tier")
    RAISE_PRIORITY = "raise_priority", gettext_lazy("raise its priority by one")


@dataclass(frozen=True)
class Step:
    """What happens when a clock reaches a level. `mail`: tell by mail too, not only in the product."""

    level: str
    tell: tuple[Role, ...] = ()
    do: tuple[Deed, ...] = ()
    mail: bool = True

    def dump(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "tell": [role.value for role in self.tell],
            "do": [deed.value for deed in self.do],
            "mail": self.mail,
        }


@dataclass(frozen=True)
class Ladder:
    """The steps of a policy, each level once."""

    steps: tuple[Step, ...] = ()

    def step(self, level: str) -> Step:
        """The step of a level as the scan names it: "overdue3" is "overdue", "1d-2" is "1d". A level
        without a step of its own tells nobody and does nothing.
        """
        level = base_level(level)
        return self._by_level.get(level) or Step(level, mail=False)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    @cached_property
    def _by_level(self) -> dict[str, Step]:
        return {step.level: step for step in self.steps}


def base_level(level: str) -> str:
    """Without the number of what happens again: "overdue3" is "overdue", "passed-2" is "passed"."""
    numbered = _NUMBERED.fullmatch(level)
    return next(filter(None, numbered.groups())) if numbered else level


def read(rows: Any) -> Ladder:
    """The ladder from its stored form: `[{"level": "90", "tell": ["assignee"], "do": [], "mail": true}]`.

    Without "mail" a step is quiet below 90 % and where a date is only near or missing, as it was before steps
    could say. Raises InvalidInput for an unknown role or deed and for anything that is not such a list.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(_("A ladder is a list of steps."))
    return Ladder(tuple(_read_step(row) for row in rows))


def dump(ladder: Ladder) -> list[dict[str, Any]]:
    """The form that `read` reads and the policy version stores."""
    return [step.dump() for step in ladder]


def validate(ladder: Ladder, percents: Collection[int]) -> None:
    """Raise InvalidInput, with a sentence for the person who edits, where the ladder cannot be climbed under
    a policy that warns at these percentages.
    """
    seen: set[str] = set()
    for step in ladder:
        _require_level(step.level, percents)
        if step.level in seen:
            raise InvalidInput(
                _("“%(level)s” stands twice in the ladder. Put its steps together.")
                % {"level": label(step.level)}
            )
        seen.add(step.level)
        if not step.tell and not step.do:
            raise InvalidInput(
                _("The step at “%(level)s” tells nobody and does nothing. Choose somebody, or remove it.")
                % {"level": label(step.level)}
            )


def offered(percents: Collection[int]) -> list[str]:
    """Every level that a ladder can name under a policy that warns at these percentages, in the order in
    which a ticket meets them. A ladder with other numbers of reopenings is valid, too.
    """
    below = sorted(percent for percent in percents if percent < 100)
    above = sorted(percent for percent in percents if percent > 100)
    return [
        *CREATED,
        *(str(percent) for percent in below),
        *DATE_WARNINGS,
        BREACH,
        *(str(percent) for percent in above),
        RENOTICE,
        NUDGE,
        DATE_PASSED,
        THIRD_REOPENING,
    ]


def label(level: str) -> str:
    """The level in the words of the reader: "90 % of the time is used"."""
    level = base_level(level)
    if level in CREATED:
        return _("a %(priority)s ticket is filed, or raised to %(priority)s") % {
            "priority": CREATED[level].value
        }
    if reopened := _REOPENED.fullmatch(level):
        return _("the ticket has been reopened %(count)s times") % {"count": reopened[1]}
    if _PERCENT.fullmatch(level):
        return _("%(percent)s %% of the time is used") % {"percent": level}
    return str(_LABELS.get(level, level))


_LABELS = {
    "3d": gettext_lazy("three business days before the agreed date"),
    "1d": gettext_lazy("one business day before the agreed date"),
    BREACH: gettext_lazy("the promise is broken"),
    RENOTICE: gettext_lazy("the broken promise is still open, again and again"),
    NUDGE: gettext_lazy("no date was agreed five business days after the first answer"),
    DATE_PASSED: gettext_lazy("the agreed date passed while the ticket waited"),
}


def _read_step(row: dict[str, Any]) -> Step:
    level = str(row.get("level", ""))
    return Step(
        level=level,
        tell=tuple(_known_role(name, level) for name in _names(row, "tell")),
        do=tuple(sorted((_known_deed(name, level) for name in _names(row, "do")), key=list(Deed).index)),
        mail=bool(row.get("mail", not _is_quiet(level))),
    )


def _names(row: dict[str, Any], key: str) -> Iterable[str]:
    """In their order, each once."""
    names = row.get(key, [])
    if not isinstance(names, list):
        raise InvalidInput(_("“%(key)s” of a step is a list.") % {"key": key})
    return dict.fromkeys(str(name) for name in names)


def _known_role(name: str, level: str) -> Role:
    if name not in Role.values:
        raise InvalidInput(
            _("The step at “%(level)s” tells “%(name)s”, whom nobody knows. There are: %(known)s.")
            % {"level": label(level), "name": name, "known": ", ".join(Role.values)}
        )
    return Role(name)


def _known_deed(name: str, level: str) -> Deed:
    if name not in Deed.values:
        raise InvalidInput(
            _("The step at “%(level)s” does “%(name)s”, which nobody can do. There are: %(known)s.")
            % {"level": label(level), "name": name, "known": ", ".join(Deed.values)}
        )
    return Deed(name)


def _is_quiet(level: str) -> bool:
    if _PERCENT.fullmatch(level):
        return int(level) < _QUIET_BELOW_PERCENT
    return level in _QUIET_LEVELS


def _require_level(level: str, percents: Collection[int]) -> None:
    if level in offered(percents) or _REOPENED.fullmatch(level):
        return
    if level == "100":
        raise InvalidInput(_("When all the time is used the promise is broken: call the level “breach”."))
    if _PERCENT.fullmatch(level):
        raise InvalidInput(
            _("The ladder has a step at %(percent)s %%, but the policy's levels are %(levels)s.")
            % {"percent": level, "levels": _percentages(sorted(percents))}
        )
    raise InvalidInput(
        _("There is no level “%(level)s”. There are: %(known)s.")
        % {"level": level, "known": ", ".join(offered(percents))}
    )


def _percentages(percents: Sequence[int]) -> str:
    return ", ".join(f"{percent} %" for percent in percents) or "–"
