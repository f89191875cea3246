"""The one place that says what a request type asks, given the answers so far.

The browser's form, the API and mail all call `evaluate`; none of them decides anything by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from intake import impact, values
from intake.attached import answers_with
from intake.definition import CORE, IMPACT, Definition, Field, Kind, Need
from intake.values import Choices, Unreadable

# What an answer adds to the meter. Subject and description count like a required one.
WEIGHTS = {Need.REQUIRED: 3, Need.RECOMMENDED: 1, Need.OPTIONAL: 0}
_URGENT = "P1"


@dataclass(frozen=True)
class Evaluation:
    """What is asked now, and what came of the answers.

    `shown` in the order of the form; `needs` for each of them; `missing` are shown, needed and not
    answered, the required ones first; `errors` are answers that cannot be read, by key. `answers` are
    the typed answers of shown fields, those of the ticket's columns and of the impact among them.
    """

    shown: tuple[Field, ...]
    needs: Mapping[str, str]
    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    missing: tuple[Field, ...]
    proposed: str
    priority: str
    has_words: bool = True

    @property
    def required(self) -> tuple[str, ...]:
        return self._with(Need.REQUIRED)

    @property
    def recommended(self) -> tuple[str, ...]:
        return self._with(Need.RECOMMENDED)

    def _with(self, need: str) -> tuple[str, ...]:
        return tuple(one.key for one in self.shown if self.needs[one.key] == need)

    @property
    def holds_up(self) -> tuple[Field, ...]:
        """Without these it cannot be filed. Nothing but the impact ever holds up a P1."""
        if self.priority == _URGENT:
            return ()
        return tuple(one for one in self.missing if self.needs[one.key] == Need.REQUIRED)

    @property
    def percent(self) -> int:
        """How ready it is to act on: the answered share of what is required and recommended, by weight."""
        weight = {one.key: WEIGHTS[Need(self.needs[one.key])] for one in self.shown}
        words = 2 * WEIGHTS[Need.REQUIRED]
        total = sum(weight.values()) + words
        open_ = sum(weight[one.key] for one in self.missing) + (0 if self.has_words else words)
        return round(100 * (total - open_) / total)

    @property
    def kept(self) -> dict[str, Any]:
        """The answers that a ticket keeps as JSON; the others are columns of it."""
        return {key: value for key, value in self.answers.items() if key not in CORE}


def evaluate(
    definition: Definition,
    given: Mapping[str, Any],
    *,
    rules: impact.Rules | None,
    choices: Choices,
    files: Sequence[str] = (),
    zone: tzinfo = UTC,
    has_words: bool = True,
) -> Evaluation:
    """Read the answers in the order of the form; what is not shown is not read and decides nothing.

    `given` holds answers by key, as sent, and `priority` where the reporter chose one; without `rules` it is
    taken as it is, as for a ticket whose priority the desk has set. `files` are names.
    """
    reading = _Reading(given, choices, zone, files)
    if definition.asks_impact:
        for question in impact.FIELDS:
            reading.ask(question)
    proposed, priority = _decided(definition, given, reading, rules)
    reading.answers["priority"] = priority or None
    for question in definition:
        reading.ask(question)
    questions = {one.key for one in reading.shown if one.kind != Kind.FILES}
    answers = {key: value for key, value in reading.answers.items() if value is not None and key in questions}
    return Evaluation(
        shown=tuple(reading.shown),
        needs=reading.needs,
        answers=answers,
        errors=reading.errors,
        missing=tuple(sorted(reading.missing(), key=lambda one: reading.needs[one.key] != Need.REQUIRED)),
        proposed=proposed,
        priority=priority,
        has_words=has_words,
    )


def _decided(
    definition: Definition, given: Mapping[str, Any], reading: _Reading, rules: impact.Rules | None
) -> tuple[str, str]:
    """The priority that follows from the answers, and the one that holds."""
    chosen = _priority(given.get("priority"))
    if rules is None:
        return chosen, chosen
    if not definition.asks_impact:
        proposed = definition.priority
    elif chosen and reading.answers.get("affected") is None:
        # Who says the priority outright need not say why.
        reading.waive(IMPACT)
        return "", chosen
    else:
        proposed = rules.proposed(reading.answers)
    if chosen and proposed and not rules.may_choose(proposed, chosen):
        reading.errors["priority"] = _(
            "From these answers follows %(proposed)s; you may choose %(highest)s at most."
        ) % {"proposed": proposed, "highest": rules.highest(proposed)}
        return proposed, proposed
    return proposed, chosen or proposed


def _priority(given: Any) -> str:
    return given if isinstance(given, str) and given in impact.PRIORITIES else ""


class _Reading:
    """The answers so far, while the form is walked through from top to bottom."""

    def __init__(
        self, given: Mapping[str, Any], choices: Choices, zone: tzinfo, files: Sequence[str]
    ) -> None:
        self.given, self.choices, self.zone, self.files = given, choices, zone, files
        self.shown: list[Field] = []
        self.needs: dict[str, str] = {}
        self.answers: dict[str, Any] = {}
        self.errors: dict[str, str] = {}

    def ask(self, question: Field) -> None:
        if not question.shown_if.holds(self.answers) or self._has_nothing_to_offer(question):
            return
        self.shown.append(question)
        needed = bool(question.required_if) and question.required_if.holds(self.answers)
        self.needs[question.key] = str(Need.REQUIRED if needed else question.need)
        if question.kind == Kind.FILES:
            # Truth enough for a condition; nothing of it is kept.
            self.answers[question.key] = True if answers_with(question.accepts, self.files) else None
            return
        try:
            self.answers[question.key] = values.read(
                question, self.given.get(question.key), self.choices, self.zone
            )
        except Unreadable as error:
            self.errors[question.key] = str(error)
            self.answers[question.key] = None

    def _has_nothing_to_offer(self, question: Field) -> bool:
        """A desk may have no products, a reporter no applications: nobody is asked to choose among none."""
        rows = {Kind.PRODUCT: self.choices.products, Kind.APPLICATION: self.choices.applications}
        offered = rows.get(Kind(question.kind))
        return offered is not None and not offered and not self.given.get(question.key)

    def missing(self) -> list[Field]:
        return [
            one
            for one in self.shown
            if self.answers.get(one.key) is None
            and one.key not in self.errors
            and self.needs[one.key] != Need.OPTIONAL
        ]

    def waive(self, keys: Sequence[str]) -> None:
        for key in keys:
            if key in self.needs and self.answers.get(key) is None:
                self.needs[key] = str(Need.OPTIONAL)
