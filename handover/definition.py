"""What a tier wants to know of a ticket before it takes it over, as plain values. Knows no database.

A definition is trusted: what a manager saves has passed `check` before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.errors import InvalidInput
from intake.definition import Words

MOST_ITEMS = 12
LONGEST_ANSWER = 1000


class Kind(models.TextChoices):
    TEXT = "text", gettext_lazy("Text")
    TICK = "tick", gettext_lazy("Tick")


Answer = bool | str
Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class Item:
    """One line of a checklist. `source` names the fact that answers it by itself (handover.known)."""

    key: str
    label: Words
    kind: str = Kind.TEXT
    is_required: bool = False
    source: str = ""

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Item:
        return cls(
            stored["key"],
            Words.read(stored["label"]),
            stored.get("kind", Kind.TEXT),
            bool(stored.get("required")),
            stored.get("source", ""),
        )

    def written(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label.written(),
            "kind": str(self.kind),
            "required": self.is_required,
            "source": self.source,
        }

    @property
    def is_tick(self) -> bool:
        return self.kind == Kind.TICK


@dataclass(frozen=True)
class Answered:
    """An item as it was asked, with what was answered: False or empty where nothing was."""

    item: Item
    answer: Answer
    is_known: bool = False

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Answered:
        return cls(Item.read(stored), stored.get("answer", ""), bool(stored.get("known")))

    def written(self) -> dict[str, Any]:
        return {**self.item.written(), "answer": self.answer, "known": self.is_known}

    @property
    def is_open(self) -> bool:
        return not self.answer


def answered(items: Sequence[Item], answers: Answers, known: Answers) -> list[Answered]:
    """Every item with its answer. `is_known` says that a fact of the ticket gave it, unchanged."""
    filled = []
    for item in items:
        answer: Answer = bool(answers.get(item.key)) if item.is_tick else _text(answers.get(item.key))
        filled.append(Answered(item, answer, bool(answer) and answer == known.get(item.key)))
    return filled


def missing(filled: Iterable[Answered]) -> list[Item]:
    """What is required and not answered."""
    return [one.item for one in filled if one.item.is_required and one.is_open]


def _text(value: Any) -> str:
    return value.strip()[:LONGEST_ANSWER] if isinstance(value, str) else ""


def numbered(items: Sequence[Item]) -> list[Item]:
    """With a key for each. Those that have one keep it: an item stays the same when it is reworded."""
    taken = {item.key for item in items}
    free = (key for number in count(1) if (key := f"item_{number}") not in taken)
    return [item if item.key else replace(item, key=next(free)) for item in items]


def check(items: Sequence[Item]) -> None:
    """Raises InvalidInput with the first thing that is wrong with a checklist."""
    if len(items) > MOST_ITEMS:
        raise InvalidInput(_("At most %(count)d items: nobody fills in more.") % {"count": MOST_ITEMS})
    if len({item.key for item in items}) < len(items):
        raise InvalidInput(_("This form is incomplete. Open it again."))
    for item in items:
        if not item.label:
            raise InvalidInput(_("Every item needs a text in one language at least."))
        if item.kind not in Kind.values:
            raise InvalidInput(_("This form is incomplete. Open it again."))
