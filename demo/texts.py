"""The demo's texts as they stand in the files beside this one; README.md tells their form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml

FOLDER = Path(__file__).parent

# List items, quotes and table rows.
STARTS_A_LINE = re.compile(r"\s*([-*>|]|\d+\.)\s?")

Speaker = Literal["agent", "requester", "note"]


@dataclass(frozen=True, kw_only=True)
class Person:
    key: str
    name: str
    email: str
    role: str
    tier: str
    is_lead: bool
    products: list[str]
    language: str
    time_zone: str
    organization: str = ""
    membership: str = ""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message or note. `agreed_in_days` makes it agree a date, `resolves` makes it the solution."""

    by: Speaker
    body: str
    author: str = ""
    files: list[str] = field(default_factory=list)
    agreed_in_days: int = 0
    resolves: bool = False


@dataclass(frozen=True, kw_only=True)
class Story:
    """A ticket from its filing to where it stands now."""

    index: int
    subject: str
    language: str
    requester: str
    product: str
    platform: str
    sdk_version: str
    priority: str
    state: str
    body: str
    conversation: list[Turn]
    assignee: str = ""
    application: str = ""
    channel: str = "web"
    tier: str = ""
    handover_reason: str = ""
    handover_answers: dict[str, str] = field(default_factory=dict)
    hold_reason: str = ""
    article: str = ""
    files: list[str] = field(default_factory=list)
    filed_as: str = ""
    priority_reason: str = ""
    missed: Literal["", "response", "resolution"] = ""
    due_in_seconds: int = 0
    closed_by_agent: bool = False
    # What the form asked (facts.yaml): the type, the answers, and the facts of the last question.
    request_type: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asks: list[str] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Its response runs out while the first visitor looks on."""
        return self.due_in_seconds > 0

    @cached_property
    def first_author(self) -> str:
        """The key of who answers first; empty if nobody has."""
        turn = next((turn for turn in self.conversation if turn.by != "requester"), None)
        return (turn.author or self.assignee) if turn else ""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody who found the answer before filing."""

    reader: str
    days_ago: float
    article: str
    product: str
    platform: str
    subject: str


@dataclass(frozen=True)
class Texts:
    products: list[dict[str, str]]
    organizations: list[dict[str, Any]]
    people: dict[str, Person]
    stories: list[Story]


def read() -> Texts:
    cast = _yaml("people.yaml")
    asked = {facts.pop("subject"): facts for facts in _yaml("facts.yaml")}
    return Texts(
        products=cast["products"],
        organizations=cast["organizations"],
        people={person["key"]: Person(**person) for person in cast["people"]},
        stories=[
            _story(index, {**ticket, **asked.get(ticket["subject"], {})})
            for index, ticket in enumerate(_yaml("tickets.yaml"))
        ],
    )


def readers() -> list[Reader]:
    return [Reader(**reader) for reader in _yaml("readers.yaml")]


def searches() -> list[dict[str, Any]]:
    return list(_yaml("searches.yaml"))


def feedback() -> list[dict[str, Any]]:
    return list(_yaml("feedback.yaml"))


def _story(index: int, ticket: dict[str, Any]) -> Story:
    for text in (ticket, *ticket["conversation"]):
        if ticket["language"] == "en":
            text["body"] = unwrapped(text["body"])
    turns = [Turn(**turn) for turn in ticket.pop("conversation")]
    return Story(index=index, conversation=turns, **ticket)


def unwrapped(text: str) -> str:
    """English paragraphs as one line each, as people type them: in a message every line break is meant.

    Chinese lines are not wrapped in the files. Code, lists and quotes stay as they are.
    """
    lines: list[str] = []
    in_code = goes_on = False
    for line in text.splitlines():
        starts = line == "" or in_code or STARTS_A_LINE.match(line) is not None
        if line.startswith("```"):
            in_code, starts = not in_code, True
        if goes_on and not starts:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
        goes_on = not in_code and line != "" and not line.startswith("```")
    return "\n".join(lines)


def _yaml(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
