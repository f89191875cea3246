"""A request type as plain values: what a form asks, read from and written to JSON. Knows no database.

A definition is trusted: what an admin saves has passed `intake.checking` before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an answer is. The last three choose among the desk's own rows."""

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    CHOICE = "choice", _("Choice of one")
    CHOICES = "choices", _("Choice of several")
    VERSION = "version", pgettext_lazy("kind of field", "Version")
    NUMBER = "number", _("Number")
    MOMENT = "moment", _("Moment, with time zone")
    PERIOD = "period", _("Period: from, until")
    URL = "url", _("Web address")
    FILES = "files", _("Files")
    PRODUCT = "product", _("Product")
    PLATFORM = "platform", _("Platform")
    APPLICATION = "application", _("Application")


class Need(models.TextChoices):
    REQUIRED = "required", _("Required")
    RECOMMENDED = "recommended", _("Recommended")
    OPTIONAL = "optional", _("Optional")


class Operator(models.TextChoices):
    IS = "is", _("is")
    IS_NOT = "is_not", _("is not")
    IS_ONE_OF = "is_one_of", _("is one of")
    IS_FILLED = "is_filled", _("is answered")
    IS_EMPTY = "is_empty", _("is not answered")


class Match(models.TextChoices):
    ALL = "all", _("all of these hold")
    ANY = "any", _("any of these holds")


class Accepts(models.TextChoices):
    """Which files answer a question of kind FILES."""

    ANY = "any", _("any file")
    LOG = "log", _("logs and archives")
    PICTURE = "picture", _("pictures and videos")


# Columns of the ticket. A field of these kinds has this key, and a ticket has one of each.
COLUMNS = {
    Kind.PRODUCT: "product",
    Kind.PLATFORM: "platform",
    Kind.APPLICATION: "application",
}
SDK_VERSION = "sdk_version"
CORE = frozenset({*COLUMNS.values(), SDK_VERSION})
# Asked by every type that asks for the impact; see intake.impact.
IMPACT = ("affected", "extent", "environment", "since")
# What a condition may look at besides the fields before it.
ALWAYS_KNOWN = ("priority",)
# Names that a form, a draft or the API uses for something else; an answer's name is its key everywhere.
RESERVED = frozenset(
    [
        *IMPACT,
        *("subject", "body", "priority", "priority_reason", "type", "answers", "files", "file_names"),
        *("attachments", "uploads", "organization", "requester", "origin", "channel", "submission_key"),
        *("draft", "key", "show", "then", "from", "queue", "seen", "follows", "status", "tier", "done"),
    ]
)


@dataclass(frozen=True)
class Words:
    """A text in both languages; the other one where one is missing."""

    en: str = ""
    zh: str = ""

    def __str__(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return (self.zh or self.en) if chinese else (self.en or self.zh)

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)

    @classmethod
    def read(cls, data: Mapping[str, str] | str | None) -> Words:
        if isinstance(data, str):
            return cls(data, data)
        return cls(data.get("en", ""), data.get("zh", "")) if data else cls()

    def written(self) -> dict[str, str]:
        return {name: text for name, text in (("en", self.en), ("zh", self.zh)) if text}


@dataclass(frozen=True)
class Option:
    value: str
    label: Words


@dataclass(frozen=True)
class Test:
    """One look at an earlier answer."""

    field: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, answer: Any) -> bool:
        """`answer` is the typed value; None where the field is not shown or not answered."""
        given = {str(one) for one in answer} if isinstance(answer, list) else {str(answer)}
        empty = answer in (None, "", [])
        match self.operator:
            case Operator.IS_FILLED:
                return not empty
            case Operator.IS_EMPTY:
                return empty
            case Operator.IS_NOT:
                return empty or not given & set(self.values)
            case _:
                return not empty and bool(given & set(self.values))


@dataclass(frozen=True)
class Condition:
    """Holds if all, or any, of its tests hold. Without tests it always holds."""

    match: str = Match.ALL
    tests: tuple[Test, ...] = ()

    def holds(self, answers: Mapping[str, Any]) -> bool:
        found = [test.holds(answers.get(test.field)) for test in self.tests]
        return all(found) if self.match == Match.ALL else any(found) or not found

    def __bool__(self) -> bool:
        return bool(self.tests)

    @classmethod
    def read(cls, data: Mapping[str, Any] | None) -> Condition:
        if not data:
            return cls()
        tests = (
            Test(one["field"], one["operator"], tuple(one.get("values", ()))) for one in data.get("tests", ())
        )
        return cls(data.get("match", Match.ALL), tuple(tests))

    def written(self) -> dict[str, Any]:
        tests = [
            {"field": test.field, "operator": str(test.operator), "values": list(test.values)}
            for test in self.tests
        ]
        return {"match": str(self.match), "tests": tests} if tests else {}


@dataclass(frozen=True)
class Field:
    """One question. `why` says what the answer is good for; the meter shows it while it is missing."""

    key: str
    kind: str
    label: Words
    need: str = Need.OPTIONAL
    help: Words = field(default_factory=Words)
    why: Words = field(default_factory=Words)
    help_on: Mapping[str, Words] = field(default_factory=dict)
    placeholder: Words = field(default_factory=Words)
    options: tuple[Option, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    accepts: str = Accepts.ANY
    shown_if: Condition = field(default_factory=Condition)
    required_if: Condition = field(default_factory=Condition)

    @property
    def is_core(self) -> bool:
        """Kept in a column of the ticket rather than among its answers."""
        return self.key in CORE

    @property
    def is_wide(self) -> bool:
        """Takes a row of its own in a form."""
        return self.kind in (Kind.LONG_TEXT, Kind.FILES, Kind.CHOICES, Kind.PERIOD)

    @property
    def is_half(self) -> bool:
        """Shares its row with another: a text that may well stay empty."""
        return self.kind == Kind.LONG_TEXT and self.need == Need.OPTIONAL

    def help_for(self, platform: str) -> Words:
        """How to find the answer there; the general help where nothing is said of this platform."""
        return self.help_on.get(platform) or self.help

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Field:
        return cls(
            key=data["key"],
            kind=data["kind"],
            label=Words.read(data.get("label")),
            need=data.get("need", Need.OPTIONAL),
            help=Words.read(data.get("help")),
            why=Words.read(data.get("why")),
            help_on={name: Words.read(text) for name, text in data.get("help_on", {}).items()},
            placeholder=Words.read(data.get("placeholder")),
            options=tuple(Option(one["value"], Words.read(one["label"])) for one in data.get("options", ())),
            unit=data.get("unit", ""),
            minimum=data.get("minimum"),
            maximum=data.get("maximum"),
            accepts=data.get("accepts", Accepts.ANY),
            shown_if=Condition.read(data.get("shown_if")),
            required_if=Condition.read(data.get("required_if")),
        )

    def written(self) -> dict[str, Any]:
        """As JSON, without what is empty."""
        data: dict[str, Any] = {
            "key": self.key,
            "kind": str(self.kind),
            "label": self.label.written(),
            "need": str(self.need),
            "help": self.help.written(),
            "why": self.why.written(),
            "help_on": {name: text.written() for name, text in self.help_on.items() if text},
            "placeholder": self.placeholder.written(),
            "options": [{"value": one.value, "label": one.label.written()} for one in self.options],
            "unit": self.unit,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "accepts": str(self.accepts) if self.kind == Kind.FILES else "",
            "shown_if": self.shown_if.written(),
            "required_if": self.required_if.written(),
        }
        return {name: value for name, value in data.items() if value not in ("", None, {}, [])}


@dataclass(frozen=True)
class Definition:
    """What one version of a request type asks. `priority` is fixed where the impact is not asked."""

    name: Words
    summary: Words = field(default_factory=Words)
    subject: Words = field(default_factory=Words)
    body: Words = field(default_factory=Words)
    body_help: Words = field(default_factory=Words)
    asks_impact: bool = False
    priority: str = "P4"
    fields: tuple[Field, ...] = ()

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    @cached_property
    def by_key(self) -> Mapping[str, Field]:
        return {one.key: one for one in self.fields}

    def with_fields(self, fields: Sequence[Field]) -> Definition:
        return replace(self, fields=tuple(fields))

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Definition:
        return cls(
            name=Words.read(data.get("name")),
            summary=Words.read(data.get("summary")),
            subject=Words.read(data.get("subject")),
            body=Words.read(data.get("body")),
            body_help=Words.read(data.get("body_help")),
            asks_impact=bool(data.get("asks_impact", False)),
            priority=data.get("priority", "P4"),
            fields=tuple(Field.read(one) for one in data.get("fields", ())),
        )

    def written(self) -> dict[str, Any]:
        return {
            "name": self.name.written(),
            "summary": self.summary.written(),
            "subject": self.subject.written(),
            "body": self.body.written(),
            "body_help": self.body_help.written(),
            "asks_impact": self.asks_impact,
            "priority": str(self.priority),
            "fields": [one.written() for one in self.fields],
        }
